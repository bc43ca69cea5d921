#include "models/controllers/maintenance/pool_upgrade.hpp"

#include <algorithm>
#include <limits>

namespace akstwin {
namespace {

constexpr std::int64_t kScaleSetLimit = 1'000;         // current + surge (facts A6)
constexpr int kSurgeFallbackMinor = 35;                // a refused surge is tried once more with one machine (facts A6)
constexpr Duration kSurgeTimeout{30LL * 60'000'000};   // assumption: a surge machine that is not Ready by then will not be
constexpr Duration kUpgradePoll{5'000'000}, kUnreachablePoll{30'000'000};
constexpr Duration kSpotNotice{30'000'000};            // Spot pools: cordon and eviction notice, no drain (facts A6)
const Name kReason("Upgrade");

/// "maxSurge 33% (2 nodes)": how a pool is upgraded.
Name settings_text(const NodePoolSpec& spec, std::size_t surge, std::size_t in_place) {
  const auto value = [](const IntOrPercent& of) { return std::to_string(of.value) + (of.percent ? "%" : ""); };
  const auto nodes = [](std::size_t n) { return " (" + std::to_string(n) + (n == 1 ? " node)" : " nodes)"); };
  if (spec.spot) return Name("spot, one node at a time");
  if (spec.upgrade.strategy == UpgradeStrategy::BlueGreen) return Name("blue-green" + nodes(surge));
  if (surge == 0) return Name("maxUnavailable " + value(spec.upgrade.max_unavailable) + nodes(in_place));
  return Name("maxSurge " + value(spec.max_surge) + nodes(surge));
}

}  // namespace

NodeId PoolUpgrade::node_of(const ControllerContext& context, InstanceId machine) const {
  const CloudState& cloud = context.cloud.state();
  if (!cloud.instances.contains(machine) || cloud.instances[machine].state != InstanceState::Running) return {};
  const NodeId node = cloud.instances[machine].node;
  return context.cluster.state().nodes.contains(node) ? node : NodeId{};
}

bool PoolUpgrade::step(ControllerContext& context) {
  if (stage_ == Stage::Done) return false;
  next_ = context.now + kUnreachablePoll;
  if (!context.cluster.state().reachable) return true;
  next_ = kNever;
  if (stage_ == Stage::Fresh) begin(context);
  if (stage_ == Stage::Surging && surge_ready(context)) start_batch(context);
  if (stage_ == Stage::Working || stage_ == Stage::Leaving) work(context);
  if (stage_ == Stage::Pausing) {
    if (context.now >= pause_until_) after_batch(context);
    else wake_at(pause_until_);
  }
  if (stage_ != Stage::Done) wake_at(context.now + kUpgradePoll);
  return stage_ != Stage::Done;
}

// ---- Surge ----

void PoolUpgrade::begin(ControllerContext& context) {
  began_ = context.now;
  const NodePoolSpec& spec = *pool_row(context).spec;
  const auto nodes = static_cast<std::int64_t>(todo_.size());
  const std::int64_t surge = std::min(nodes, upgrade_surge(spec, static_cast<std::int64_t>(pool_row(context).instances.size())));
  in_place_ = surge == 0;
  old_ = todo_;
  const auto at_once = static_cast<std::size_t>(std::max<std::int64_t>(1, spec.upgrade.max_unavailable.scaled(nodes, true)));
  context.notes.note({NoteKind::UpgradeBegan, pool_row(context).key, order_.what,
                      Name(settings_text(spec, static_cast<std::size_t>(surge), at_once).str() + ", " + order_.cause.str()), nodes});
  count(context);
  if (nodes == 0) return end(context);
  if (in_place_) return start_batch(context);
  if (static_cast<std::int64_t>(pool_row(context).instances.size()) + surge > kScaleSetLimit) {
    result_ = Name("Failed: surge above 1,000 nodes");
    return end(context);
  }
  ask_for_surge(context, surge);
}

void PoolUpgrade::ask_for_surge(ControllerContext& context, std::int64_t count_asked) {
  stage_ = Stage::Surging;
  surge_began_ = context.now;
  surge_asked_ = static_cast<std::size_t>(count_asked);
  const std::vector<InstanceId> before = pool_row(context).instances;
  if (context.cloud.submit(SurgePool{order_.pool, count_asked}) == Verdict::Refused && surge_.empty()) {   // before any machine was asked for
    const Name code = pool_row(context).last_failure_code;
    result_ = Name("Failed: refused by Azure" + (code.empty() ? std::string() : ", " + code.str()));
    return end(context);
  }
  surge_.clear();
  for (const InstanceId id : pool_row(context).instances)
    if (std::ranges::find(before, id) == before.end()) surge_.push_back(id);
  extra_ = surge_.size();
  upgraded_.insert(upgraded_.end(), surge_.begin(), surge_.end());
  count(context);
  if (surge_.size() < surge_asked_) surge_refused(context);
}

void PoolUpgrade::surge_refused(ControllerContext& context) {
  const NodePoolSpec& spec = *pool_row(context).spec;
  if (!surge_.empty() && order_.kubernetes_minor >= kSurgeFallbackMinor && !blue_green(context)) return;   // what came is enough to go on
  if (surge_.empty() && surge_asked_ > 1 && order_.kubernetes_minor >= kSurgeFallbackMinor && !blue_green(context)) return ask_for_surge(context, 1);
  if (surge_.empty() && spec.upgrade.max_unavailable.value > 0 && spec.mode == PoolMode::User) {
    in_place_ = true;
    return start_batch(context);
  }
  const Name code = pool_row(context).last_failure_code;
  result_ = Name("Failed: surge refused" + (code.empty() ? std::string() : ", " + code.str()));
  if (surge_.empty()) end(context);
}

bool PoolUpgrade::surge_ready(ControllerContext& context) {
  std::erase_if(surge_, [&](InstanceId id) { return !context.cloud.state().instances.contains(id); });
  extra_ = surge_.size();
  const bool late = context.now >= surge_began_ + kSurgeTimeout;
  const bool ready = std::ranges::all_of(surge_, [&](InstanceId id) {
    const NodeId node = node_of(context, id);
    return node && context.cluster.state().nodes[node].ready;
  });
  if (!ready && !late) return false;
  if (surge_.empty() && result_.empty()) result_ = Name("Failed: surge machines were lost");
  if (!ready && result_.empty()) result_ = Name("Failed: surge machines not ready");
  for (const InstanceId id : surge_)
    if (const NodeId node = node_of(context, id)) context.cluster.submit(ProtectNode{node, true});
  return true;
}

// ---- Batches ----

void PoolUpgrade::start_batch(ControllerContext& context) {
  stage_ = Stage::Working;
  if (aborted_ && result_.empty()) result_ = Name("Canceled");
  if (!result_.empty()) todo_.clear();
  std::erase_if(todo_, [&](InstanceId id) { return !node_of(context, id); });
  const NodePoolSpec& spec = *pool_row(context).spec;
  std::size_t size = extra_;
  if (in_place_) {
    const auto nodes = static_cast<std::int64_t>(old_.size());
    size = spec.spot ? 1 : static_cast<std::size_t>(std::max<std::int64_t>(1, spec.upgrade.max_unavailable.scaled(nodes, true)));
  }
  if (blue_green(context)) {
    size = static_cast<std::size_t>(std::max<std::int64_t>(1, spec.upgrade.blue_green.drain_batch.scaled(static_cast<std::int64_t>(old_.size()), true)));
    for (const InstanceId id : todo_) context.cluster.submit(CordonNode{node_of(context, id), true});   // all of the blue set at once
  }
  size = std::min(size, todo_.size());
  for (std::size_t i = 0; i < size; ++i) start_drain(context, todo_[i], spec.upgrade.drain_timeout, Step::Draining);
  todo_.erase(todo_.begin(), todo_.begin() + static_cast<std::ptrdiff_t>(size));
  if (batch_.empty()) after_batch(context);
}

void PoolUpgrade::start_drain(ControllerContext& context, InstanceId machine, Duration timeout, Step step) {
  const NodeId node = node_of(context, machine);
  Work work;
  work.machine = machine;
  work.node = context.cluster.state().nodes[node].name;
  work.step = step;
  context.cluster.submit(ProtectNode{node, true});
  work.drain = NodeDrain({node, pool_row(context).key, kReason, context.now, timeout}, context);
  if (pool_row(context).spec->spot && step == Step::Draining) {
    evict_spot(context, node);
    work.step = Step::Soaking;
    work.until = context.now + kSpotNotice;
  }
  batch_.push_back(std::move(work));
}

void PoolUpgrade::evict_spot(ControllerContext& context, NodeId node) {
  for (const PodId pod : pods_to_evict(context.cluster.state(), node)) context.cluster.submit(DeletePod{pod, kReason});
}

bool PoolUpgrade::advance(ControllerContext& context, Work& work) {
  const CloudState& cloud = context.cloud.state();
  if (!cloud.instances.contains(work.machine) || cloud.instances[work.machine].state == InstanceState::Deleting) return false;
  switch (work.step) {
    case Step::Draining: return drained(context, work);
    case Step::Soaking:
      if (context.now < work.until) break;
      if (context.cloud.submit(ReimageNode{order_.pool, node_of(context, work.machine), kReason}) != Verdict::Accepted) return true;
      work.step = Step::Reimaging;
      return true;
    case Step::Reimaging: return reimaged(context, work);
    case Step::Leaving: {
      if (work.drain.step(context) == DrainState::UnderWay) {
        wake_at(work.drain.next());
        return true;
      }
      context.cloud.submit(DeleteInstances{order_.pool, {node_of(context, work.machine)}, Name("UpgradeSurge")});
      return false;
    }
    case Step::Over: return false;
  }
  wake_at(work.until);
  return true;
}

bool PoolUpgrade::drained(ControllerContext& context, Work& work) {
  const DrainState state = work.drain.step(context);
  if (state == DrainState::UnderWay) {
    wake_at(work.drain.next());
    return true;
  }
  if (state == DrainState::TimedOut) {
    timed_out(context, work);
    return false;
  }
  if (blue_green(context)) return false;   // the node stays, empty, until the last soak is over
  work.step = Step::Soaking;
  work.until = context.now + pool_row(context).spec->upgrade.node_soak;
  return advance(context, work);
}

void PoolUpgrade::timed_out(ControllerContext& context, Work& work) {
  const UpgradeSettingsSpec& settings = pool_row(context).spec->upgrade;
  blocked_.push_back(work.machine);
  if (settings.undrainable == UndrainableNodes::Cordon && !in_place_ && !blue_green(context)) return quarantine(context, work);
  result_ = Name("Failed: drain timeout");
  const NodeId node = node_of(context, work.machine);
  if (node) {
    context.cluster.submit(CordonNode{node, false});
    context.cluster.submit(ProtectNode{node, false});
  }
}

void PoolUpgrade::quarantine(ControllerContext& context, Work& work) {
  ++quarantined_;
  if (extra_ > 0) --extra_;   // a surge machine takes its place for good
  const NodeId node = node_of(context, work.machine);
  if (node) {
    Labels labels = context.cluster.state().nodes[node].labels;
    labels.set(Name("kubernetes.azure.com/upgrade-status"), Name("Quarantined"));
    context.cluster.submit(LabelNode{node, &labels});
  }
  context.notes.note({NoteKind::NodeQuarantined, work.node, pool_row(context).key, {}, static_cast<std::int64_t>(quarantined_)});
  const NodePoolSpec& spec = *pool_row(context).spec;
  const auto nodes = static_cast<std::int64_t>(old_.size());
  const std::int64_t most = spec.upgrade.max_blocked ? spec.upgrade.max_blocked->scaled(nodes, true) : upgrade_surge(spec, nodes);
  if (static_cast<std::int64_t>(quarantined_) > most) result_ = Name("Failed: too many nodes in quarantine");
}

bool PoolUpgrade::reimaged(ControllerContext& context, Work& work) {
  const NodeId node = node_of(context, work.machine);
  if (!node || !context.cluster.state().nodes[node].ready) return true;
  upgraded_.push_back(work.machine);
  context.cluster.submit(ProtectNode{node, true});
  if (!in_place_ && extra_ > todo_.size()) {   // nobody needs it as a buffer any more
    --extra_;
    work.step = Step::Leaving;
    work.drain = NodeDrain({node, pool_row(context).key, Name("UpgradeSurge"), context.now, pool_row(context).spec->upgrade.drain_timeout}, context);
    return advance(context, work);
  }
  return false;
}

void PoolUpgrade::work(ControllerContext& context) {
  std::vector<Work> going;
  for (Work& work : batch_)
    if (advance(context, work)) going.push_back(std::move(work));
  batch_ = std::move(going);
  count(context);
  if (!batch_.empty()) return;
  if (stage_ == Stage::Leaving) return end(context);
  if (blue_green(context) && result_.empty()) {
    const BlueGreenSpec& soak = pool_row(context).spec->upgrade.blue_green;
    stage_ = Stage::Pausing;
    pause_until_ = context.now + (todo_.empty() ? soak.final_soak : soak.batch_soak);
    return wake_at(pause_until_);
  }
  after_batch(context);
}

void PoolUpgrade::after_batch(ControllerContext& context) {
  if (aborted_ && result_.empty()) result_ = Name("Canceled");
  if (result_.empty() && !todo_.empty() && !in_place_ && extra_ == 0) result_ = Name("Canceled: no surge machine left");
  if (result_.empty() && !todo_.empty()) return start_batch(context);
  if (blue_green(context)) return finish_blue_green(context);
  if (result_.empty() && quarantined_ > 0) result_ = Name("Failed: nodes in quarantine");
  todo_.clear();
  shed(context, 0);
}

void PoolUpgrade::finish_blue_green(ControllerContext& context) {
  if (!result_.empty()) {   // back to blue
    for (const InstanceId id : old_)
      if (const NodeId node = node_of(context, id)) context.cluster.submit(CordonNode{node, false});
    todo_.clear();
    return shed(context, 0);
  }
  std::vector<NodeId> nodes;
  for (const InstanceId id : old_)
    if (const NodeId node = node_of(context, id)) nodes.push_back(node);
  context.cloud.submit(DeleteInstances{order_.pool, nodes, Name("UpgradeBlue")});
  extra_ = 0;
  end(context);
}

void PoolUpgrade::shed(ControllerContext& context, std::size_t needed) {
  stage_ = Stage::Leaving;
  const auto pods = [&](InstanceId id) {
    const NodeId node = node_of(context, id);
    return node ? pods_to_evict(context.cluster.state(), node).size() : std::numeric_limits<std::size_t>::max();
  };
  std::vector<InstanceId> candidates;
  for (const InstanceId id : upgraded_)
    if (node_of(context, id)) candidates.push_back(id);
  std::ranges::stable_sort(candidates, {}, pods);
  for (const InstanceId id : surge_) {   // machines that never became nodes
    const CloudState& cloud = context.cloud.state();
    if (extra_ <= needed || !cloud.instances.contains(id) || cloud.instances[id].state != InstanceState::Creating) continue;
    context.cloud.submit(DeleteMachine{order_.pool, cloud.instances[id].node_name, Name("UpgradeSurge")});
    --extra_;
  }
  const std::size_t leaving = std::min(extra_ > needed ? extra_ - needed : 0, candidates.size());
  for (std::size_t i = 0; i < leaving; ++i) start_drain(context, candidates[i], pool_row(context).spec->upgrade.drain_timeout, Step::Leaving);
  extra_ = needed;
  if (batch_.empty()) end(context);
}

void PoolUpgrade::end(ControllerContext& context) {
  stage_ = Stage::Done;
  for (const InstanceId id : pool_row(context).instances)
    if (const NodeId node = node_of(context, id)) context.cluster.submit(ProtectNode{node, false});
  todo_.clear();
  count(context);
  context.notes.note({NoteKind::UpgradeEnded, pool_row(context).key, order_.what, result_.empty() ? Name("Succeeded") : result_, (context.now - began_).us});
}

/// The gauges: machines more than before, and nodes still to upgrade.
void PoolUpgrade::count(ControllerContext& context) {
  const auto in = [&](Step step) { return std::ranges::count(batch_, step, &Work::step); };
  const bool done = stage_ == Stage::Done;
  const auto leaving = static_cast<std::int64_t>(in(Step::Leaving));
  const auto working = static_cast<std::int64_t>(batch_.size()) - leaving;
  const std::int64_t surge = static_cast<std::int64_t>(extra_) + leaving;
  context.notes.note({NoteKind::SurgeNodes, pool_row(context).key, {}, {}, surge + static_cast<std::int64_t>(quarantined_)});
  context.notes.note({NoteKind::NodesToUpgrade, pool_row(context).key, {}, {}, done ? 0 : static_cast<std::int64_t>(todo_.size()) + working});
}

}  // namespace akstwin
