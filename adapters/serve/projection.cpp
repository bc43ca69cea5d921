#include "adapters/serve/projection.hpp"

#include <algorithm>

#include "adapters/serve/flow_control.hpp"
#include "adapters/serve/service_allocation.hpp"

namespace akstwin {
namespace {

// revisionHistoryLimit of a Deployment, apps/v1 default.
constexpr std::size_t kRevisionHistory = 10;

std::string key_of(Name name_space, std::string_view name) { return name_space.str() + "/" + std::string(name); }

bool is_bare(const Workload& workload) { return workload.spec->file == kBarePod; }

/// A pod's spec as a client wrote it, with what the twin decides: node, priority, tolerations, and resources when an autoscaler sets them.
Json in_words(const Json& written, const Json& live, bool keeps_resources) {
  Json out = live;
  for (const auto& [field, value] : written.items())
    if (field != "tolerations" || !live.contains("tolerations")) out[field] = value;
  if (!keeps_resources) return out;
  for (std::size_t i = 0; i < out["containers"].size() && i < live["containers"].size(); ++i) out["containers"][i]["resources"] = live["containers"][i]["resources"];
  return out;
}

/// What the Deployment controller copies to the newest ReplicaSet (kubernetes 1.32 pkg/controller/deployment/util, skipCopyAnnotation).
Json annotations_for_replica_set(const Json& deployment) {
  Json out = deployment["metadata"].value("annotations", Json::object());
  for (const char* own : {"kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision", "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
                          "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to"})
    out.erase(own);
  return out;
}

Json without_hash(Json pod_template) {
  if (pod_template.contains("metadata") && pod_template["metadata"].contains("labels")) pod_template["metadata"]["labels"].erase(std::string(kPodTemplateHash));
  return pod_template;
}

}  // namespace

Json default_account(const std::string& name_space, const std::string& made) {
  return {{"apiVersion", "v1"}, {"kind", "ServiceAccount"},
          {"metadata", {{"name", "default"}, {"namespace", name_space}, {"uid", uid_text("ServiceAccount/" + name_space)}, {"creationTimestamp", made}}}};
}

Projection::Projection(const ApiServer& server, const EncodeSource& source, ObjectStore& store) : server_(server), source_(source), store_(store) {}

int Projection::kind_number(std::string_view kind) const {
  const auto kinds = resource_kinds();
  return static_cast<int>(std::ranges::find(kinds, kind, &ResourceKind::kind) - kinds.begin());
}

PodId Projection::pod(std::string_view key) const {
  const auto found = pod_by_key_.find(key);
  return found != pod_by_key_.end() && source_.state.pods.contains(found->second) ? found->second : PodId{};
}

NodeId Projection::node(std::string_view name) const {
  const auto found = node_by_name_.find(name);
  return found != node_by_name_.end() && source_.state.nodes.contains(found->second) ? found->second : NodeId{};
}

std::string Projection::pod_key(PodId id) const {
  const Pod& pod = source_.state.pods[id];
  const Workload& owner = source_.state.workloads[pod.owner];
  return is_bare(owner) ? owner.key.str() : std::string(without_cluster(pod.name.text()));
}

void Projection::put(int kind, Json object) { store_.put(kind, std::move(object)); }

void Projection::annotate(int kind, const std::string& key, const Json& patch) {
  Json& entry = annotations_[{kind, key}];
  if (entry.is_null()) entry = Json::object();
  entry.merge_patch(patch);
  // A merge patch of null deletes: it must be kept, because the twin brings the field back.
  for (const char* part : {"labels", "annotations"})
    if (patch.contains(part))
      for (const auto& [name, value] : patch[part].items())
        if (value.is_null()) entry[part][name] = nullptr;
}

void Projection::begin_namespaces() {
  const int namespaces = kind_number("Namespace"), accounts = kind_number("ServiceAccount");
  std::map<std::string, Labels> names{{"default", {}}, {"kube-node-lease", {}}, {"kube-public", {}}, {"kube-system", {}}};
  for (const auto& [name, labels] : source_.manifests.namespaces) names[name.str()] = labels;
  source_.state.workloads.for_each([&](WorkloadId, const Workload& workload) { names.try_emplace(workload.spec->name_space.str()); });
  for (const auto& [name, labels] : names) {
    put(namespaces, encode_namespace(source_, Name(name), labels));
    put(accounts, default_account(name, source_.epoch.iso(SimTime{})));
  }
}

void Projection::begin() {
  cursor_ = server_.changes_since({}).next;
  begin_namespaces();
  for (const PriorityClassSpec& spec : source_.manifests.priority_classes)
    if (store_.table(kind_number("PriorityClass")).find(spec.name.text()) == nullptr) put(kind_number("PriorityClass"), encode_priority_class(source_, spec));
  for (Json& object : default_flow_objects(source_.epoch.iso(SimTime{}))) {
    const int kind = kind_number(object["kind"].get<std::string>());
    put(kind, std::move(object));
  }
  for (const StorageClassSpec& spec : source_.manifests.storage_classes) put(kind_number("StorageClass"), encode_storage_class(source_, spec));
  put(kind_number("Service"), api_server_service(source_.state.spec->network.service_cidr, source_.epoch.iso(SimTime{})));
  for (const ServiceSpec& service : source_.manifests.services) put(kind_number("Service"), encode_service(source_, service));
  source_.state.nodes.for_each([&](NodeId id, const Node&) { project_node(id, id.row, id.generation); });
  source_.state.workloads.for_each([&](WorkloadId id, const Workload&) { project_workload(id); });
  source_.state.jobs.for_each([&](JobId id, const Job&) { project_job(id.row); });
  source_.state.pods.for_each([&](PodId id, const Pod&) { project_pod(id, id.row, id.generation); });
  project_autoscalers(nullptr);
  project_budgets(nullptr);
  project_gitops();
  project_volumes();
  project_recommendations();
}

void Projection::note(const Change& change, Touched& touched) {
  switch (change.kind) {
    case ChangeKind::PodCreated:
    case ChangeKind::PodBound:
    case ChangeKind::PodUpdated:
    case ChangeKind::PodDeleting:
    case ChangeKind::PodResized:
    case ChangeKind::PodGone:
      if (touched.pods.emplace(change.row, change.generation).second) project_pod({change.row, change.generation}, change.row, change.generation);
      touched.workloads.insert(change.owner_row);
      break;
    case ChangeKind::NodeAdded:
    case ChangeKind::NodeUpdated:
    case ChangeKind::NodeGone: project_node({change.row, change.generation}, change.row, change.generation); break;
    case ChangeKind::WorkloadUpdated: touched.workloads.insert(change.row); break;
    case ChangeKind::JobUpdated:
      touched.jobs.insert(change.row);
      touched.workloads.insert(change.owner_row);
      break;
    case ChangeKind::AutoscalerUpdated:
    case ChangeKind::ScaledObjectUpdated: touched.policies = true; break;
    case ChangeKind::KustomizationUpdated:
    case ChangeKind::SourceUpdated: touched.gitops = true; break;
    case ChangeKind::VolumeUpdated: touched.volumes = true; break;
    case ChangeKind::MetricsSampled: touched.metrics = true; break;
    case ChangeKind::PoolUpdated:
    case ChangeKind::InstanceUpdated: break;
  }
}

void Projection::sync() {
  const ChangeSpan span = server_.changes_since(cursor_);
  cursor_ = span.next;
  Touched touched;
  if (span.expired) {
    // More has happened than the twin remembers: everything is looked at again, and only what differs becomes a new version.
    for (std::uint32_t row = 0; row < pods_.size(); ++row)
      if (!pods_[row].key.empty() && !source_.state.pods.contains({row, pods_[row].generation})) forget(kind_number("Pod"), pods_, row);
    for (std::uint32_t row = 0; row < nodes_.size(); ++row)
      if (!nodes_[row].key.empty() && !source_.state.nodes.contains({row, nodes_[row].generation})) forget(kind_number("Node"), nodes_, row);
    return begin();
  }
  for (const Change& change : span.changes) note(change, touched);
  for (const std::uint32_t row : touched.jobs) project_job(row);
  for (const std::uint32_t row : touched.workloads)
    if (const WorkloadId id = source_.state.workloads.at(row)) project_workload(id);
  const bool all = touched.metrics || touched.policies;
  if (all || !touched.workloads.empty()) project_autoscalers(all ? nullptr : &touched.workloads);
  if (all || !touched.workloads.empty()) project_budgets(all ? nullptr : &touched.workloads);
  if (touched.gitops) project_gitops();
  if (touched.volumes) project_volumes();
  if (all) project_recommendations();
}

void Projection::forget(int kind, std::vector<Known>& known, std::uint32_t row) {
  if (row >= known.size() || known[row].key.empty()) return;
  store_.erase(kind, known[row].key);
  annotations_.erase({kind, known[row].key});
  if (&known == &pods_) pod_by_key_.erase(known[row].key);
  if (&known == &nodes_) node_by_name_.erase(known[row].key);
  known[row] = {};
}

void Projection::hide_pod(const std::string& key) {
  const PodId id = pod(key);
  if (!id) return;
  hidden_pods_.emplace(id.row, id.generation);
  forget(kind_number("Pod"), pods_, id.row);
}

Json Projection::with_written(int kind, Json live) const {
  const auto written = annotations_.find({kind, ObjectStore::key_of(live)});
  if (written == annotations_.end()) return live;
  Json patch = written->second;
  if (const auto spec = patch.find(kSpecWords); spec != patch.end()) {   // the image of a pod and the like: words only
    live["spec"].merge_patch(*spec);
    patch.erase(spec);
  }
  live["metadata"].merge_patch(patch);
  return live;
}

void Projection::project_pod(PodId id, std::uint32_t row, std::uint32_t generation) {
  static const int kPod = kind_number("Pod");
  if (row < pods_.size() && pods_[row].generation != generation) forget(kPod, pods_, row);
  const auto hidden = hidden_pods_.find({row, generation});
  if (!source_.state.pods.contains(id)) {
    if (hidden != hidden_pods_.end()) hidden_pods_.erase(hidden);
    return forget(kPod, pods_, row);
  }
  if (hidden != hidden_pods_.end()) return;
  if (row >= pods_.size()) pods_.resize(row + 1);
  Json object = encode_pod(source_, id);
  const Workload& owner = source_.state.workloads[source_.state.pods[id].owner];
  if (is_bare(owner)) {
    object["metadata"]["name"] = owner.spec->name.text();
    object["metadata"].erase("ownerReferences");
    for (const char* label : {"batch.kubernetes.io/job-name", "job-name", "batch.kubernetes.io/controller-uid", "controller-uid"}) object["metadata"]["labels"].erase(label);
    object["spec"]["restartPolicy"] = "Always";
    // The client's own object is there until the twin has made the pod.
    if (const Json written = store_.get(kPod, ObjectStore::key_of(object)); written.contains("spec")) object["spec"] = in_words(written["spec"], object["spec"], false);
  } else if (const Json* words = words_of(source_.state.pods[id])) {
    const WorkloadId of = source_.state.pods[id].owner;
    object["spec"] = in_words((*words)["spec"], object["spec"], std::ranges::any_of(source_.state.vertical_autoscalers, [&](const VerticalAutoscaler& vertical) { return vertical.target == of; }));
  }
  pods_[row] = {generation, ObjectStore::key_of(object)};
  pod_by_key_[pods_[row].key] = id;
  put(kPod, with_written(kPod, std::move(object)));
}

/// The template that a client wrote for this pod's revision; null: the twin's own words are all there are.
const Json* Projection::words_of(const Pod& pod) {
  if (!written_.contains(pod.owner.row)) return nullptr;
  const auto known = words_.find({pod.owner.row, pod.revision});
  if (known != words_.end()) return &known->second;
  const Workload& owner = source_.state.workloads[pod.owner];
  if (pod.revision != owner.revision || owner.spec->kind == WorkloadKind::ScaledJob) return nullptr;
  const Json object = store_.get(kind_number(kind_of(owner.spec->kind)), owner.key.text());
  if (!object.is_object() || !object["spec"].contains("template") || !object["spec"]["template"].contains("spec")) return nullptr;
  return &(words_[{pod.owner.row, pod.revision}] = object["spec"]["template"]);
}

void Projection::project_node(NodeId id, std::uint32_t row, std::uint32_t generation) {
  static const int kNode = kind_number("Node");
  if (row < nodes_.size() && nodes_[row].generation != generation) forget(kNode, nodes_, row);
  if (!source_.state.nodes.contains(id)) return forget(kNode, nodes_, row);
  if (row >= nodes_.size()) nodes_.resize(row + 1);
  Json object = encode_node(source_, id);
  nodes_[row] = {generation, ObjectStore::key_of(object)};
  node_by_name_[nodes_[row].key] = id;
  put(kNode, with_written(kNode, std::move(object)));
}

void Projection::project_workload(WorkloadId id) {
  const Workload& workload = source_.state.workloads[id];
  if (workload.spec->kind == WorkloadKind::Job || workload.spec->kind == WorkloadKind::ScaledJob) return;   // their Jobs are the objects
  const int kind = kind_number(kind_of(workload.spec->kind));
  const std::string key = workload.key.str();
  if (workload.spec->kind == WorkloadKind::Deployment) project_replica_sets(id);
  Json object = store_.get(kind, key);
  if (!workload.applied) {
    // One that waits for its pods is ended by object_end.cpp.
    if (object.is_null() || !object["metadata"].contains("deletionTimestamp")) store_.erase(kind, key);
    if (workload.pods.empty()) std::erase_if(words_, [&](const auto& entry) { return entry.first.first == id.row; });
    return;
  }
  if (object.is_null()) return put(kind, encode_workload(source_, id));
  // A client may have written more than the twin knows: its words stay, only what lives is replaced.
  object["status"] = workload_status(source_, id);
  if (workload.spec->kind != WorkloadKind::CronJob) object["status"]["observedGeneration"] = object["metadata"].value("generation", 1);
  if (object["spec"].contains("replicas") || workload.spec->kind == WorkloadKind::Deployment || workload.spec->kind == WorkloadKind::StatefulSet)
    object["spec"]["replicas"] = workload.replicas;
  if (workload.spec->kind == WorkloadKind::Deployment) object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = std::to_string(workload.revision);
  put(kind, std::move(object));
}

void Projection::project_replica_sets(WorkloadId id) {
  static const int kSet = kind_number("ReplicaSet");
  const Workload& workload = source_.state.workloads[id];
  std::set<std::uint32_t>& known = revisions_[id.row];
  const auto key = [&](std::uint32_t revision) { return key_of(workload.spec->name_space, replica_set_name(workload, revision)); };
  if (workload.applied) known.insert(workload.revision);
  for (const PodId pod : workload.pods) known.insert(source_.state.pods[pod].revision);
  for (auto revision = known.begin(); revision != known.end();) {
    const bool used = std::ranges::any_of(workload.pods, [&](PodId pod) { return source_.state.pods[pod].revision == *revision; });
    const bool surplus = known.size() > kRevisionHistory + 1 && *revision == *known.begin() && !used && *revision != workload.revision;
    if ((!workload.applied && !used) || surplus) {
      store_.erase(kSet, key(*revision));
      words_.erase({id.row, *revision});
      revision = known.erase(revision);
      continue;
    }
    put(kSet, replica_set(id, *revision));
    ++revision;
  }
  if (workload.applied) forget_repeated_revisions(id, known);
}

Json Projection::replica_set(WorkloadId id, std::uint32_t revision) const {
  static const int kSet = kind_number("ReplicaSet"), kDeployment = kind_number("Deployment");
  const Workload& workload = source_.state.workloads[id];
  Json live = encode_replica_set(source_, id, revision);
  const bool newest = revision == workload.revision;
  const Json owner = newest && written_.contains(id.row) ? store_.get(kDeployment, workload.key.text()) : Json();
  if (const Json old = store_.get(kSet, key_of(workload.spec->name_space, replica_set_name(workload, revision))); !old.is_null() && old["spec"].contains("template")) {
    live["spec"]["template"] = old["spec"]["template"];
    live["metadata"]["labels"] = old["metadata"]["labels"];
    live["metadata"]["creationTimestamp"] = old["metadata"]["creationTimestamp"];
    Json annotations = old["metadata"].value("annotations", Json::object());
    annotations.merge_patch(live["metadata"]["annotations"]);
    live["metadata"]["annotations"] = std::move(annotations);
  } else {
    live["metadata"]["creationTimestamp"] = source_.epoch.iso(workload.changed);
    // The newest template is the one that a client wrote, in its own words.
    if (!owner.is_null()) {
      live["spec"]["template"] = owner["spec"]["template"];
      live["spec"]["template"]["metadata"]["labels"][std::string(kPodTemplateHash)] = "r" + std::to_string(revision);
    }
  }
  if (!owner.is_null()) live["metadata"]["annotations"].merge_patch(annotations_for_replica_set(owner));
  return live;
}

/// A template that comes back is its old ReplicaSet again in a cluster, with a new number. Here it has a new ReplicaSet, and the old one goes once it is empty.
void Projection::forget_repeated_revisions(WorkloadId id, std::set<std::uint32_t>& known) {
  static const int kSet = kind_number("ReplicaSet");
  const Workload& workload = source_.state.workloads[id];
  if (known.size() < 2 || !written_.contains(id.row)) return;
  const auto key = [&](std::uint32_t revision) { return key_of(workload.spec->name_space, replica_set_name(workload, revision)); };
  const auto template_of = [&](std::uint32_t revision) { return without_hash(store_.get(kSet, key(revision))["spec"]["template"]); };
  const Json newest = template_of(workload.revision);
  std::erase_if(known, [&](std::uint32_t revision) {
    const bool used = std::ranges::any_of(workload.pods, [&](PodId pod) { return source_.state.pods[pod].revision == revision; });
    if (revision == workload.revision || used || template_of(revision) != newest) return false;
    store_.erase(kSet, key(revision));
    words_.erase({id.row, revision});
    return true;
  });
}

void Projection::project_job(std::uint32_t row) {
  static const int kJob = kind_number("Job");
  const JobId id = source_.state.jobs.at(row);
  if (row < jobs_.size() && (!id || jobs_[row].generation != id.generation)) forget(kJob, jobs_, row);
  if (!id || is_bare(source_.state.workloads[source_.state.jobs[id].workload])) return;
  if (row >= jobs_.size()) jobs_.resize(row + 1);
  Json object = encode_job(source_, id);
  jobs_[row] = {id.generation, ObjectStore::key_of(object)};
  if (Json written = store_.get(kJob, jobs_[row].key); !written.is_null()) {
    written["status"] = object["status"];
    written["metadata"]["creationTimestamp"] = object["metadata"]["creationTimestamp"];
    object = std::move(written);
  }
  put(kJob, std::move(object));
}

void Projection::project_autoscalers(const std::set<std::uint32_t>* workloads) {
  static const int kAutoscaler = kind_number("HorizontalPodAutoscaler");
  source_.state.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& row) {
    if (workloads != nullptr && !workloads->contains(row.target.row)) return;
    const std::string key = key_of(row.spec->name_space, row.spec->name.text());
    if (!row.applied) {
      if (policies_.erase({kAutoscaler, key}) > 0) store_.erase(kAutoscaler, key);
      return;
    }
    policies_.insert({kAutoscaler, key});
    Json object = store_.get(kAutoscaler, key);
    if (object.is_null()) object = encode_autoscaler(source_, id);
    else object["status"] = autoscaler_status(source_, id);
    put(kAutoscaler, std::move(object));
  });
}

void Projection::project_budgets(const std::set<std::uint32_t>* workloads) {
  static const int kBudget = kind_number("PodDisruptionBudget");
  for (const AppliedBudget& row : source_.state.disruption_budgets) {
    const std::string key = key_of(row.spec->name_space, row.spec->name.text());
    if (workloads != nullptr && policies_.contains({kBudget, key}) == row.applied &&
        std::ranges::none_of(row.workloads, [&](WorkloadId id) { return workloads->contains(id.row); }))
      continue;
    if (!row.applied) {
      if (policies_.erase({kBudget, key}) > 0) store_.erase(kBudget, key);
      continue;
    }
    policies_.insert({kBudget, key});
    Json object = store_.get(kBudget, key);
    if (object.is_null()) object = encode_budget(source_, row);
    else object["status"] = budget_status_object(source_, row);
    object["status"]["observedGeneration"] = object["metadata"].value("generation", 1);
    put(kBudget, std::move(object));
  }
}

void Projection::project_gitops() {
  static const int kRepository = kind_number("GitRepository"), kKustomization = kind_number("Kustomization");
  const auto merge = [&](int kind, Json live, bool suspended) {
    Json object = store_.get(kind, ObjectStore::key_of(live));
    if (object.is_null()) return put(kind, std::move(live));
    object["status"].merge_patch(live["status"]);
    if (suspended) object["spec"]["suspend"] = true;
    else if (object["spec"].value("suspend", false)) object["spec"].erase("suspend");
    put(kind, std::move(object));
  };
  for (const GitSource& row : source_.state.git_sources) merge(kRepository, encode_git_repository(source_, row), row.suspended);
  source_.state.kustomizations.for_each([&](KustomizationId id, const Kustomization& row) { merge(kKustomization, encode_kustomization(source_, id), row.suspended); });
}

void Projection::project_volumes() {
  static const int kClaim = kind_number("PersistentVolumeClaim");
  source_.state.volume_claims.for_each([&](VolumeClaimId id, const VolumeClaim&) { put(kClaim, encode_volume_claim(source_, id)); });
}

void Projection::project_recommendations() {
  static const int kVertical = kind_number("VerticalPodAutoscaler"), kObject = kind_number("ScaledObject"), kJob = kind_number("ScaledJob");
  for (const VerticalAutoscaler& row : source_.state.vertical_autoscalers)
    if (row.applied) put(kVertical, encode_vertical_autoscaler(source_, row));
  source_.state.scaled_objects.for_each([&](ScaledObjectId id, const ScaledObject& row) {
    if (row.applied) put(row.spec->jobs ? kJob : kObject, encode_scaled_object(source_, id));
  });
}

}  // namespace akstwin
