#include "models/controllers/maintenance/node_repair.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace akstwin {
namespace {

const Name kScaledDownTaint("ToBeDeletedByClusterAutoscaler"), kShutdownTaint("node.cloudprovider.kubernetes.io/shutdown");
constexpr std::array<const char*, 3> kSteps{"Reboot", "Reimage", "Redeploy"};

}  // namespace

/// Nodes that are being deleted, switched off or upgraded are left alone (node-auto-repair.md, limitations).
bool NodeRepair::eligible(const Node& node) const {
  if (node.ready || node.scale_down_disabled) return false;
  return std::ranges::none_of(node.taints, [](const Taint& taint) { return taint.key == kScaledDownTaint || taint.key == kShutdownTaint; });
}

void NodeRepair::treat(ControllerContext& context, Patient& patient, NodeId id) {
  const Duration sick = context.now - patient.since;
  if (patient.steps >= 3 * spec_.rounds) {
    patient.given_up = true;
    context.notes.note({NoteKind::NodeRepair, patient.node, patient.pool, Name("GivenUp"), sick.us});
    return;
  }
  const auto step = static_cast<std::size_t>(patient.steps % 3);
  const PoolId pool = context.cluster.state().nodes[id].pool;
  const Name why("AutoRepair");
  const Verdict verdict = step == 1 ? context.cloud.submit(ReimageNode{pool, id, why}) : context.cloud.submit(RestartNode{pool, id, step == 2, why});
  // Whether Azure takes the order or not (a lost zone does not), the next step comes after the pause.
  const bool taken = verdict == Verdict::Accepted;
  context.notes.note({NoteKind::NodeRepair, patient.node, patient.pool, Name(std::string(kSteps[step]) + (taken ? "" : " failed")), sick.us});
  ++patient.steps;
  patient.due = context.now + spec_.reboot.p95 + spec_.between;
}

SimTime NodeRepair::step(ControllerContext& context) {
  if (!spec_.enabled) return kNever;
  const ClusterState& state = context.cluster.state();
  if (!state.reachable) return kNever;
  std::set<Name> known;
  std::vector<NodeId> sick;
  state.nodes.for_each([&](NodeId id, const Node& node) {
    known.insert(node.name);
    if (eligible(node)) sick.push_back(id);
    const auto patient = patients_.find(node.name);
    if (!node.ready || patient == patients_.end()) return;
    if (patient->second.steps > 0)
      context.notes.note({NoteKind::NodeRepaired, node.name, patient->second.pool, {}, (context.now - patient->second.since).us});
    patients_.erase(patient);
  });
  // Between a reimage and its return a machine has no node; one that never comes back is forgotten when its next step is due.
  std::erase_if(patients_, [&](const auto& entry) { return !known.contains(entry.first) && context.now >= entry.second.due; });
  SimTime next = kNever;
  for (const NodeId id : sick) {
    const Node& node = state.nodes[id];
    const auto [entry, fresh] = patients_.try_emplace(node.name);
    Patient& patient = entry->second;
    if (fresh) patient = {node.ready_transition, node.ready_transition + spec_.not_ready, 0, node.name, context.cloud.state().pools[node.pool].key, false};
    if (patient.given_up) continue;
    if (context.now >= patient.due) treat(context, patient, id);
    if (!patient.given_up) next = std::min(next, patient.due);
  }
  return next;
}

}  // namespace akstwin
