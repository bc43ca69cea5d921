#include "models/controllers/maintenance/event_drain.hpp"

#include <algorithm>

namespace akstwin {

bool EventDrain::drains(std::uint8_t kind) const {
  switch (static_cast<VmEventKind>(kind)) {
    case VmEventKind::Freeze: return spec_.drain_freeze;
    case VmEventKind::Reboot: return spec_.drain_reboot;
    case VmEventKind::Redeploy: return spec_.drain_redeploy;
    case VmEventKind::Terminate: return spec_.drain_terminate;
  }
  return false;
}

SimTime EventDrain::step(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  const std::vector<VmEventNotice>& announced = context.cloud.state().vm_events;
  if (!state.reachable || (announced.empty() && cases_.empty())) return kNever;
  for (const VmEventNotice& notice : announced) {
    const bool known = std::ranges::any_of(cases_, [&](const Case& one) { return one.machine == notice.instance; });
    if (known || notice.cluster != cluster_ || !drains(notice.kind) || !state.nodes.contains(notice.node)) continue;
    const Name pool = context.cloud.state().pools[state.nodes[notice.node].pool].key;
    const DrainOrder order{notice.node, pool, Name("ScheduledEvent"), context.now, notice.not_before - context.now};
    cases_.push_back({notice.instance, notice.node, NodeDrain(order, context), true});
  }
  SimTime next = kNever;
  for (Case& one : cases_) {
    if (one.under_way) one.under_way = one.drain.step(context) == DrainState::UnderWay;
    if (one.under_way) next = std::min(next, one.drain.next());
  }
  std::erase_if(cases_, [&](const Case& one) {
    if (std::ranges::any_of(announced, [&](const VmEventNotice& notice) { return notice.instance == one.machine; })) return false;
    // A rebooted machine keeps its node, closed as it was; a redeployed one has joined anew.
    if (state.nodes.contains(one.node)) context.cluster.submit(CordonNode{one.node, false});
    return true;
  });
  return next;
}

}  // namespace akstwin
