#include "models/controllers/provisioning/provisioning_state.hpp"

#include <algorithm>

namespace akstwin {

NodeClaim* ProvisioningState::find(Name claim) {
  const auto found = std::ranges::find(claims, claim, &NodeClaim::name);
  return found == claims.end() ? nullptr : &*found;
}

NodeClaim* ProvisioningState::find(NodeId node) {
  const auto found = std::ranges::find(claims, node, &NodeClaim::node);
  return node.null() || found == claims.end() ? nullptr : &*found;
}

const Taint& disrupted_taint() {
  static const Taint kTaint{Name("karpenter.sh/disrupted"), {}, TaintEffect::NoSchedule};
  return kTaint;
}

void say(ControllerContext& context, Name subject, std::string_view reason, const std::string& message, std::int64_t value) {
  context.notes.note({NoteKind::Provisioner, subject, Name(reason), Name(message), value});
}

void say_once(ControllerContext& context, NodeClaim& claim, std::string_view reason, const std::string& message) {
  const Name why(reason), what(message);
  auto last = std::ranges::find(claim.said, why, &NodeClaim::Said::reason);
  if (last != claim.said.end() && (last->message == what || context.now - last->at < kSayAgain)) return;
  if (last == claim.said.end()) claim.said.push_back({why, what, context.now});
  else *last = {why, what, context.now};
  say(context, claim.node_name, reason, message);
}

PlacedPod placed_pod(const ClusterState& state, PodId id) {
  const Pod& pod = state.pods[id];
  PlacedPod out{.id = id, .spec = pod.spec, .name = pod.name, .created = pod.created, .pending = !pod.node, .from_deleting = false, .volume_zones = {}};
  for (const VolumeClaimId claim : pod.volumes)
    if (state.volume_claims.contains(claim) && !state.volume_claims[claim].zone.empty()) out.volume_zones.push_back(state.volume_claims[claim].zone);
  return out;
}

bool is_reschedulable(const ClusterState& state, const Pod& pod) {
  if (pod.phase == PodPhase::Succeeded || pod.phase == PodPhase::Failed) return false;
  const WorkloadKind kind = state.workloads[pod.owner].spec->kind;
  return kind != WorkloadKind::DaemonSet && (!pod.terminating() || kind == WorkloadKind::StatefulSet);
}

bool is_kept(const Pod& pod, SimTime now) {
  static const Name kAnnotation("karpenter.sh/do-not-disrupt");
  const Name* value = pod.spec->annotations.find(kAnnotation);
  if (value == nullptr) return false;
  if (value->text() == "true") return true;
  const auto span = parse_duration(value->text());
  return span && span->us > 0 && (pod.started == kNever || now - pod.started < *span);
}

}  // namespace akstwin
