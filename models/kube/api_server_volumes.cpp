// Claims and their disks, and the scheduler's word on which node a pod waits for.
#include <algorithm>

#include "models/kube/api_server.hpp"
#include "models/kube/storage_classes.hpp"

namespace akstwin {

void ApiServer::load_volumes(const ManifestSet& manifests) {
  storage_classes_ = manifests.storage_classes;
  for (StorageClassSpec& builtin : builtin_storage_classes(spec_)) {
    const bool stated = std::ranges::find(storage_classes_, builtin.name, &StorageClassSpec::name) != storage_classes_.end();
    const bool other_default = std::ranges::any_of(storage_classes_, &StorageClassSpec::is_default);
    builtin.is_default = builtin.is_default && !other_default;
    if (!stated) storage_classes_.push_back(std::move(builtin));
  }
  for (const VolumeClaimSpec& claim : manifests.volume_claims) add_claim(Name(claim.name_space.str() + "/" + claim.name.str()), claim);
}

VolumeClaimId ApiServer::add_claim(Name key, const VolumeClaimSpec& spec) {
  if (const auto known = claims_.find(key); known != claims_.end()) return known->second;
  const auto storage_class = std::ranges::find_if(
      storage_classes_, [&](const StorageClassSpec& c) { return spec.storage_class.empty() ? c.is_default : c.name == spec.storage_class; });
  VolumeClaim claim;
  claim.key = key;
  claim.size = spec.size;
  // An unknown class is somebody's provisioner that the twin knows nothing of: it constrains nothing.
  claim.storage_class = storage_class == storage_classes_.end() ? nullptr : &*storage_class;
  claim.bound = claim.storage_class == nullptr || !claim.storage_class->wait_for_consumer;
  if (claim.bound && claim.storage_class != nullptr && claim.storage_class->zonal)
    claim.zone = zone_of_immediate_claim(Name(key.text().substr(key.text().rfind('/') + 1)), zones_of(spec_));
  const VolumeClaimId id = state_.volume_claims.insert(claim);
  claims_.emplace(key, id);
  changed(ChangeKind::VolumeUpdated, id.row, id.generation);
  return id;
}

void ApiServer::attach_claims(Pod& pod, const Workload& workload) {
  const WorkloadSpec& spec = *workload.spec;
  for (const Name volume : pod.spec->volume_claims) {
    const auto claim_template = std::ranges::find(spec.volume_claim_templates, volume, &VolumeClaimSpec::name);
    if (claim_template != spec.volume_claim_templates.end()) {
      const Name key(spec.name_space.str() + "/" + volume.str() + "-" + spec.name.str() + "-" + std::to_string(pod.ordinal));
      pod.volumes.push_back(add_claim(key, *claim_template));
    } else if (const auto known = claims_.find(Name(spec.name_space.str() + "/" + volume.str())); known != claims_.end()) {
      pod.volumes.push_back(known->second);   // a claim without a manifest is taken to exist and to constrain nothing
    }
  }
}

void ApiServer::provision_volumes(const Pod& pod) {
  for (const VolumeClaimId id : pod.volumes) {
    VolumeClaim& claim = state_.volume_claims[id];
    if (claim.bound) continue;
    claim.bound = true;
    const Name* zone = state_.nodes[pod.node].labels.find(Name("topology.kubernetes.io/zone"));
    if (claim.storage_class->zonal && zone != nullptr) claim.zone = *zone;
    changed(ChangeKind::VolumeUpdated, id.row, id.generation);
  }
}

Verdict ApiServer::nominate(const NominateNode& action) {
  if (!state_.pods.contains(action.pod)) return Verdict::NotFound;
  if (action.node && !state_.nodes.contains(action.node)) return Verdict::NotFound;
  state_.pods[action.pod].nominated = action.node;
  if (action.node) recorder_.pod_nominated(action.pod, action.node, action.victims, kernel_.now());
  pod_changed(ChangeKind::PodUpdated, action.pod);
  return Verdict::Accepted;
}

}  // namespace akstwin
