#include "adapters/oracle/ca_actuator.hpp"

#include <algorithm>

#include "models/controllers/autoscaling/drain_rules.hpp"

namespace akstwin::oracle {
namespace {

constexpr Duration kEvictionRetry{10'000'000};     // DefaultEvictionRetryTime
constexpr Duration kEvictionHeadroom{30'000'000};  // DefaultPodEvictionHeadroom
constexpr Duration kPoll{5'000'000};

}  // namespace

void CaActuator::start(const std::vector<std::size_t>& nodes, NodeDeletionKind kind, SimTime now) {
  for (const std::size_t node : nodes) {
    env_.nodes[node].deletion = kind;
    Job job{.node = node, .kind = kind, .due = now + env_.setup.options.node_delete_delay_after_taint, .retry_until = {}, .poll_until = {}, .evictions = {}};
    jobs_.push_back(std::move(job));
  }
  advance(now);
}

void CaActuator::advance(SimTime now) {
  // A window that closes now was opened before anything that wants to join it now.
  for (std::size_t i = 0; i < batches_.size(); ++i)
    if (batches_[i].due <= now) delete_now(batches_[i].group, batches_[i].nodes, now);
  std::erase_if(batches_, [now](const Batch& batch) { return batch.due <= now; });
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    Job& job = jobs_[i];
    // Several steps of one job can fall into one second.
    while (job.stage != Stage::Done && job.stage != Stage::Batched && job.due <= now) {
      if (job.stage == Stage::Waiting) begin(job, now);
      else if (job.stage == Stage::Evicting) try_evictions(job, now);
      else poll(job, now);
    }
  }
  std::erase_if(jobs_, [](const Job& job) { return job.stage == Stage::Done || job.stage == Stage::Batched; });
}

void CaActuator::begin(Job& job, SimTime now) {
  const CaNode& node = env_.nodes[job.node];
  const ClusterAutoscalerOptions& options = env_.setup.options;
  const bool drain = job.kind == NodeDeletionKind::Drain;
  RemainingBudgets budgets;
  const ClusterAutoscalerInput& input = env_.input(now);
  budgets.reset(input.budgets);
  const DrainContext context{.options = options, .now = now, .budgets = drain ? &budgets : nullptr, .controllers_known = drain};
  bool blocked = node.gone, movable = false;
  const auto seen = std::ranges::find(input.nodes, node.id, &AutoscaledNode::id);
  if (seen == input.nodes.end()) blocked = true;
  else
    for (const AutoscaledPod& pod : seen->pods) {
      if (pod.spec->priority < options.expendable_pods_priority_cutoff) continue;
      const DrainVerdict verdict = drain_verdict(pod, context);
      blocked = blocked || verdict.outcome == DrainVerdict::Outcome::Block;
      movable = movable || (verdict.outcome == DrainVerdict::Outcome::Move && pod.owner_kind != PodOwnerKind::DaemonSet);
    }
  if (blocked || (!drain && movable)) {
    job.stage = Stage::Done;
    give_up(job.node, "4", now);                   // NodeDeleteErrorInternal
    return;
  }
  if (!drain) {
    hand_over(job, now);
    return;
  }
  for (const std::size_t pod : node.pods) {
    const bool daemon = env_.pods[pod].app == kNowhere;
    if (daemon && !options.daemonset_eviction_for_occupied_nodes) continue;
    job.evictions.push_back({pod, daemon});
  }
  job.stage = Stage::Evicting;
  job.retry_until = now + options.max_pod_eviction_time;
}

void CaActuator::try_evictions(Job& job, SimTime now) {
  const bool first = job.evictions.empty() || job.due + env_.setup.options.max_pod_eviction_time == job.retry_until;
  if (first || now < job.retry_until) {
    for (Eviction& eviction : job.evictions)
      if (!eviction.done) eviction.done = env_.evict(eviction.pod, now) != CaEnvironment::Eviction::Refused;
  }
  if (std::ranges::all_of(job.evictions, &Eviction::done)) {
    job.stage = Stage::Polling;
    job.poll_until = now + env_.setup.options.max_graceful_termination + kEvictionHeadroom;
    return;
  }
  if (!first && now >= job.retry_until) {
    job.stage = Stage::Done;
    give_up(job.node, "2", now);                   // NodeDeleteErrorFailedToEvictPods
    return;
  }
  job.due = now + kEvictionRetry;
}

void CaActuator::poll(Job& job, SimTime now) {
  const bool gone = std::ranges::all_of(job.evictions, [&](const Eviction& eviction) { return eviction.best_effort || env_.pods[eviction.pod].gone; });
  if (now < job.poll_until && gone) {
    hand_over(job, now);
    return;
  }
  if (now < job.poll_until) {
    job.due = now + kPoll;
    return;
  }
  job.stage = Stage::Done;
  give_up(job.node, "2", now);
}

void CaActuator::hand_over(Job& job, SimTime now) {
  const std::uint32_t group = env_.nodes[job.node].group;
  const Duration interval = env_.setup.options.node_deletion_batcher_interval;
  job.stage = Stage::Batched;
  if (interval == Duration{0}) {
    delete_now(group, {job.node}, now);
    return;
  }
  const auto open = std::ranges::find(batches_, group, &Batch::group);
  if (open != batches_.end()) open->nodes.push_back(job.node);
  else batches_.push_back({group, now + interval, {job.node}});
}

void CaActuator::delete_now(std::uint32_t group, const std::vector<std::size_t>& nodes, SimTime now) {
  const bool deleted = env_.delete_instances(group, nodes, now);
  for (const std::size_t node : nodes) {
    if (deleted) env_.nodes[node].deletion = NodeDeletionKind::None;
    else give_up(node, "3", now);                  // NodeDeleteErrorFailedToDelete
  }
}

void CaActuator::give_up(std::size_t node, const char* type, SimTime now) {
  env_.nodes[node].deletion = NodeDeletionKind::None;
  failures_.emplace_back(env_.nodes[node].name, type);
  if (!env_.nodes[node].gone) env_.set_hard_taint(node, false, now);
}

std::vector<std::pair<std::string, std::string>> CaActuator::take_failures() { return std::exchange(failures_, {}); }

}  // namespace akstwin::oracle
