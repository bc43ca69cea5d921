#include "adapters/oracle/ca_run.hpp"

#include <algorithm>

namespace akstwin::oracle {
namespace {

constexpr Duration kTick{1'000'000};

/// Kinds that the recorder keeps in traces; the other file has them all but these two.
bool kept(const std::string& kind, bool trace) {
  static const std::set<std::string> kTrace{"scale_up", "scale_down", "delete_instance", "backoff", "increase_failed",
                                            "decrease_target", "node_lost", "delete_failed", "loop_error"};
  return !trace || kTrace.contains(kind);
}

const char* code_of(BackoffCause cause) {
  switch (cause) {
    case BackoffCause::IncreaseRefused: return "cloudProviderError";
    case BackoffCause::CreationFailed: return "AllocationFailed";
    case BackoffCause::TimedOut: return "timeout";
  }
  return "";
}

}  // namespace

CaRun::CaRun(const Json& recorded, bool trace, CaLoops loops)
    : trace_(trace),
      loops_(loops),
      duration_(duration_of(recorded.at("duration_s"))),
      env_(recorded, [this](const char* kind, Json what) { record(kind, std::move(what)); }),
      actuator_(env_),
      core_(env_.setup.options) {}

void CaRun::record(const char* kind, Json what) {
  if (kept(kind, trace_)) records_.push_back({{"t", now_.us / 1'000'000}, {"k", kind}, {"d", std::move(what)}});
}

void CaRun::run() {
  env_.step(now_);
  core_.refresh_instances(env_.input(now_).groups, now_);
  const Duration scan = env_.setup.options.scan_interval;
  for (now_ = SimTime{} + kTick; now_.since_start() <= duration_; now_ += kTick) {
    // The background refresh of the instance lists sees the cloud as the last second left it.
    if (now_.since_start() % env_.setup.options.instance_cache_period == Duration{0}) core_.refresh_instances(env_.input(now_).groups, now_);
    actuator_.advance(now_);
    env_.step(now_);
    node_seconds_ += static_cast<std::int64_t>(env_.registered.size());
    pending_pod_seconds_ += env_.pending_pods();
    if (now_.since_start() % scan == Duration{0}) loop(now_);
  }
  summary_ = {{"loops", duration_ / scan}, {"scale_up_calls", scale_up_calls_}, {"nodes_scaled_down", nodes_scaled_down_},
              {"node_seconds", node_seconds_}, {"pending_pod_seconds", pending_pod_seconds_}, {"final_nodes", env_.registered.size()}};
}

bool CaRun::may_leave_out(SimTime now) {
  const ClusterAutoscalerInput& input = env_.input(now);
  std::vector<std::int64_t> budgets;
  for (const DisruptionBudget& budget : input.budgets) budgets.push_back(budget.disruptions_allowed);
  for (const AutoscaledNode& node : input.nodes) budgets.push_back(node.taint_fails ? 1 : 0);
  const bool same = seen_version_ == env_.version() && budgets == seen_budgets_;
  seen_budgets_ = std::move(budgets);
  return loops_ == CaLoops::OnlyInteresting && same && now < core_.next_interesting();
}

void CaRun::loop(SimTime now) {
  if (may_leave_out(now)) return;
  seen_version_ = env_.version();
  const ClusterAutoscalerOutput& out = core_.run_once(now, env_.input(now));
  ++loops_run_;
  apply(out, now);
  note_changes(out);
  add_row(now);
}

void CaRun::apply(const ClusterAutoscalerOutput& out, SimTime now) {
  std::map<std::uint32_t, std::vector<std::size_t>> doomed;
  for (const auto& deletion : out.delete_instances) doomed[deletion.group].push_back(env_.find_node(deletion.instance));
  for (const auto& [group, nodes] : doomed) env_.delete_instances(group, nodes, now);
  for (const auto& decrease : out.target_decreases) {
    record("decrease_target", {{"group", env_.setup.groups[decrease.group].id.str()}, {"from", 0}, {"to", decrease.to - env_.groups[decrease.group].target}});
    env_.set_target(decrease.group, decrease.to);
  }
  for (const GroupBackoff& backoff : out.backed_off)
    record("backoff", {{"group", env_.setup.groups[backoff.group].id.str()}, {"code", code_of(backoff.cause)}, {"until", backoff.until.us / 1'000'000}});
  for (const ScaleUpAction& action : out.scale_ups) env_.request_instances(action.group, action.to - action.from, now);
  if (out.refused_increase)
    record("increase_failed", {{"group", env_.setup.groups[out.refused_increase->group].id.str()}, {"from", 0},
                               {"to", out.refused_increase->to - out.refused_increase->from}});
  note_scale_up(out);
  apply_deletions(out, now);
  for (const auto& taint : out.soft_taints) env_.set_soft_taint(env_.find_node(taint.node), taint.on);
  for (const auto& [node, type] : actuator_.take_failures()) record("delete_result_error", {{"node", node}, {"type", type}});
}

void CaRun::apply_deletions(const ClusterAutoscalerOutput& out, SimTime now) {
  Json empty = Json::array(), drain = Json::array();
  for (const NodeDeletionKind kind : {NodeDeletionKind::Empty, NodeDeletionKind::Drain}) {
    std::vector<std::size_t> nodes;
    for (const auto& deletion : out.deletions) {
      if (deletion.kind != kind) continue;
      nodes.push_back(env_.find_node(deletion.node));
      (kind == NodeDeletionKind::Empty ? empty : drain).push_back(name_of(deletion.node));
      env_.set_hard_taint(nodes.back(), true, now);
    }
    actuator_.start(nodes, kind, now);
  }
  for (const bool on : {true, false})
    for (const std::uint64_t node : out.tainted_in_vain) env_.set_hard_taint(env_.find_node(node), on, now);
  if (out.taint_failed) {
    record("taint_error", name_of(*out.taint_failed));
    record("loop_error", "couldn't taint node");
  }
  nodes_scaled_down_ += static_cast<std::int64_t>(out.deletions.size());
  std::sort(empty.begin(), empty.end());
  std::sort(drain.begin(), drain.end());
  if (!out.deletions.empty()) record("scale_down", {{"empty", empty}, {"drain", drain}});
}

Json CaRun::count_by_app(const ClusterAutoscalerOutput& out, const std::vector<std::uint32_t>& pods) const {
  Json counts = Json::object();
  for (const std::uint32_t pod : pods) {
    const std::string app = out.helped[pod].spec->labels.find(Name("app"))->str();
    counts[app] = value_or<std::int64_t>(counts, app.c_str(), 0) + 1;
  }
  return counts;
}

void CaRun::note_scale_up(const ClusterAutoscalerOutput& out) {
  if (out.scale_ups.empty() && !out.refused_increase) return;
  std::vector<ScaleUpAction> sorted = out.scale_ups;
  std::ranges::sort(sorted, {}, &ScaleUpAction::group);
  Json ups;
  for (const ScaleUpAction& action : sorted)
    ups.push_back({{"group", env_.setup.groups[action.group].id.str()}, {"from", action.from}, {"to", action.to}});
  const std::string error = out.refused_increase ? "failed to increase node group size: quota exceeded" : "";
  if (out.refused_increase) {
    record("loop_error", error);
    ups = Json();                                  // a failed attempt lists none, even if one of several groups grew
  }
  Json what{{"ups", ups}};
  if (!trace_ || !error.empty()) what["err"] = error;
  if (trace_) {
    what["best"] = Json();
    what["pods"] = Json();
    if (out.chosen) {
      for (const std::uint32_t option : out.best_options) what["best"].push_back(env_.setup.groups[out.options[option].group].id.str());
      what["pods"] = count_by_app(out, out.options[*out.chosen].pods);
    }
  }
  ++scale_up_calls_;
  record("scale_up", what);
}

void CaRun::note_changes(const ClusterAutoscalerOutput& out) {
  const std::string up(to_string(out.scale_up_result)), down(to_string(out.scale_down_result));
  if (up != scale_up_result_) record("scale_up_result", up);
  if (down != scale_down_result_) record("scale_down_result", down);
  scale_up_result_ = up;
  scale_down_result_ = down;
  if (!out.scale_down_evaluated) return;           // the recorder listens to evaluations only
  Json unneeded = Json::array();
  for (const std::uint64_t node : out.unneeded) unneeded.push_back(name_of(node));
  if (unneeded != unneeded_) record("unneeded", unneeded);
  unneeded_ = std::move(unneeded);
  std::map<std::string, std::string> reasons;
  for (const UnremovableNode& node : out.unremovable) {
    std::string text(to_string(node.reason));
    if (node.reason == UnremovableReason::BlockedByPod) text += ":" + std::string(to_string(node.blocked));
    reasons[name_of(node.node)] = text;
  }
  Json delta = Json::object();
  for (const auto& [node, reason] : reasons)
    if (const auto before = unremovable_.find(node); before == unremovable_.end() || before->second != reason) delta[node] = reason;
  for (const auto& [node, reason] : unremovable_)
    if (!reasons.contains(node)) delta[node] = Json();
  if (!delta.empty()) record("unremovable_delta", delta);
  unremovable_ = std::move(reasons);
}

void CaRun::add_row(SimTime now) {
  Json targets = Json::array(), registered = Json::array(), ready = Json::array();
  for (std::uint32_t group = 0; group < env_.groups.size(); ++group) {
    targets.push_back(env_.groups[group].target);
    const auto in_group = [&](std::size_t node) { return env_.nodes[node].group == group; };
    registered.push_back(std::ranges::count_if(env_.registered, in_group));
    ready.push_back(std::ranges::count_if(env_.registered, [&](std::size_t node) { return in_group(node) && env_.nodes[node].ready; }));
  }
  Json row{now.us / 1'000'000, targets, registered, ready, env_.pending_pods(), unneeded_.size(), scale_up_result_, scale_down_result_};
  if (!rows_.empty()) {
    Json last = rows_.back();
    last[0] = row[0];
    if (last == row) return;
  }
  rows_.push_back(std::move(row));
}

}  // namespace akstwin::oracle
