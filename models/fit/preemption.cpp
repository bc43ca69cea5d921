#include "models/fit/preemption.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "models/fit/node_room.hpp"

// Source of all rules here: kubernetes v1.32 pkg/scheduler/framework/preemption and plugins/defaultpreemption, read 2026-11.
namespace akstwin {
namespace {

bool more_important(const PodOnNode& a, const PodOnNode& b) {
  if (a.spec->priority != b.spec->priority) return a.spec->priority > b.spec->priority;
  return a.start_us < b.start_us;
}

// For each potential victim, in order, whether its eviction would go beyond a budget.
std::vector<bool> violating(std::span<const PodOnNode> victims, std::span<const DisruptionBudget> budgets) {
  std::vector<std::int64_t> allowed;
  for (const DisruptionBudget& budget : budgets) allowed.push_back(budget.disruptions_allowed);
  std::vector<bool> result(victims.size(), false);
  for (std::size_t v = 0; v < victims.size(); ++v) {
    const PodSpec& spec = *victims[v].spec;
    if (spec.labels.pairs.empty()) continue;
    for (std::size_t b = 0; b < budgets.size(); ++b) {
      const DisruptionBudget& budget = budgets[b];
      if (budget.name_space != spec.name_space || budget.selector.requirements.empty() || !budget.selector.matches(spec.labels)) continue;
      if (std::ranges::find(budget.disrupted_pods, victims[v].name) != budget.disrupted_pods.end()) continue;
      if (--allowed[b] < 0) result[v] = true;
    }
  }
  return result;
}

/// A node on trial: pods are taken away and put back in a copy of what the pod-dependent filters read.
class Trial {
 public:
  Trial(PreparedPod& pod, const Snapshot& snapshot, NodeIndex node)
      : pod_(pod), snapshot_(snapshot), node_(node), free_(snapshot.free(node)), free_pods_(snapshot.columns().free_pods[node]),
        free_disks_(snapshot.columns().free_disks[node]) {
    const auto ports = snapshot.host_ports(node);
    ports_.assign(ports.begin(), ports.end());
  }

  void take(const PodOnNode& victim) {
    free_ = free_ + victim.spec->effective_request();
    ++free_pods_;
    free_disks_ += victim.spec->disks;
    for (const HostPort& port : host_ports_of(*victim.spec)) ports_.erase(std::ranges::find(ports_, port));
    pod_.dry_run(snapshot_, node_, *victim.spec, -1);
  }

  void put_back(const PodOnNode& victim) {
    free_ = free_ - victim.spec->effective_request();
    --free_pods_;
    free_disks_ -= victim.spec->disks;
    for (const HostPort& port : host_ports_of(*victim.spec)) ports_.push_back(port);
    pod_.dry_run(snapshot_, node_, *victim.spec, 1);
  }

  /// The filters that depend on pods; the others have passed, or the verdict would not be Unschedulable.
  bool fits() const {
    return host_ports_free(pod_.ports, ports_) && lacking_resources(pod_.request, free_, free_pods_) == 0 &&
           (pod_.spec->disks == 0 || pod_.spec->disks <= free_disks_) &&
           spread_allows(pod_.spread, snapshot_, node_) == SpreadVerdict::Fits &&
           affinity_allows(pod_.affinity, snapshot_, node_) == AffinityVerdict::Fits;
  }

 private:
  PreparedPod& pod_;
  const Snapshot& snapshot_;
  NodeIndex node_;
  Resources free_;
  std::int64_t free_pods_, free_disks_;
  std::vector<HostPort> ports_;
};

// Whether all less important pods of the node together, pinned ones among them, would make room. Most nodes are refused here, at the cost
// of a look at each template instead of each pod.
bool could_make_room(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node) {
  Resources free = snapshot.free(node);
  std::int64_t pods = 0;
  for (const TemplateRow& row : snapshot.rows(node)) {
    const PodTemplate& other = snapshot.templates()[row.pod_template];
    if (other.spec->priority >= pod.spec->priority) continue;
    const std::int64_t count = other.places[row.place].pods;
    free = free + Resources{other.request.cpu * count, other.request.memory * count, other.request.ephemeral_storage * count, other.request.gpu * count};
    pods += count;
  }
  return pods > 0 && lacking_resources(pod.request, free, snapshot.columns().free_pods[node] + pods) == 0;
}

// Fills in victims and violations; false when the node does not help. `pod` is left as it was.
bool find_victims(PreparedPod& pod, const Snapshot& snapshot, std::span<const DisruptionBudget> budgets, PreemptionCandidate& out) {
  std::vector<PodOnNode> potential;
  for (const PodOnNode& other : snapshot.pods(out.node))
    if (other.spec->priority < pod.spec->priority && !other.pinned) potential.push_back(other);
  if (potential.empty()) return false;
  std::ranges::stable_sort(potential, more_important);
  Trial trial(pod, snapshot, out.node);
  for (const PodOnNode& victim : potential) trial.take(victim);
  const bool helps = trial.fits();
  const std::vector<bool> violates = helps ? violating(potential, budgets) : std::vector<bool>(potential.size());
  std::vector<bool> gone(potential.size(), true);
  for (const bool group : {true, false}) {   // pods whose eviction breaks a budget are spared first
    for (std::size_t v = 0; helps && v < potential.size(); ++v) {
      if (violates[v] != group) continue;
      trial.put_back(potential[v]);
      gone[v] = !trial.fits();
      if (gone[v]) trial.take(potential[v]);
    }
  }
  for (std::size_t v = 0; v < potential.size(); ++v) {
    if (!gone[v]) continue;
    trial.put_back(potential[v]);
    out.victims.push_back(potential[v].tag);
    out.pdb_violations += violates[v] ? 1 : 0;
  }
  return helps && !out.victims.empty();
}

/// What the selection compares, best first when greatest.
struct Rank {
  std::int64_t fewer_violations, lower_top_priority, smaller_priority_sum, fewer_victims, later_start;
  auto operator<=>(const Rank&) const = default;
};

Rank rank_of(const PreemptionCandidate& candidate, const Snapshot& snapshot) {
  constexpr std::int64_t kShift = std::int64_t{1} << 31;   // makes every summand positive, so that more victims weigh more
  std::int64_t top = std::numeric_limits<std::int64_t>::min(), sum = 0, start = 0;
  for (const std::uint64_t tag : candidate.victims) {
    const PodOnNode& victim = *snapshot.find_pod(candidate.node, tag);
    sum += victim.spec->priority + kShift;
    if (victim.spec->priority > top) {
      top = victim.spec->priority;
      start = victim.start_us;
    } else if (victim.spec->priority == top) {
      start = std::min(start, victim.start_us);
    }
  }
  return {.fewer_violations = -candidate.pdb_violations,
          .lower_top_priority = -top,
          .smaller_priority_sum = -sum,
          .fewer_victims = -static_cast<std::int64_t>(candidate.victims.size()),
          .later_start = start};
}

}  // namespace

bool may_preempt(const PodSpec& spec, const Snapshot& snapshot, NodeIndex nominated) {
  if (!spec.preempts) return false;
  if (nominated == kNoNode || !snapshot.alive(nominated)) return true;
  return std::ranges::none_of(snapshot.pods(nominated),
                              [&](const PodOnNode& pod) { return pod.terminating && pod.spec->priority < spec.priority; });
}

std::vector<PreemptionCandidate> preemption_candidates(const PreparedPod& pod, const Snapshot& snapshot,
                                                       std::span<const NodeVerdict> verdicts, std::span<const DisruptionBudget> budgets,
                                                       PreemptionLimits limits) {
  constexpr std::size_t kAtLeast = 100, kShare = 10;   // minCandidateNodesAbsolute, minCandidateNodesPercentage
  std::vector<NodeIndex> nodes;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    if (verdicts[i].code == FitCode::Unschedulable) nodes.push_back(snapshot.order()[i]);
  const std::size_t wanted = limits.candidates > 0 ? limits.candidates : std::max(nodes.size() / kShare, kAtLeast);
  std::vector<PreemptionCandidate> candidates, violating_candidates;
  std::optional<PreparedPod> working;   // a copy, made for the first node that is worth a trial
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    PreemptionCandidate candidate{.node = nodes[(limits.start + i) % nodes.size()], .victims = {}, .pdb_violations = 0};
    if (!could_make_room(pod, snapshot, candidate.node)) continue;
    if (!working) working = pod;
    if (!find_victims(*working, snapshot, budgets, candidate)) continue;
    (candidate.pdb_violations == 0 ? candidates : violating_candidates).push_back(std::move(candidate));
    if (!candidates.empty() && candidates.size() + violating_candidates.size() >= wanted) break;
  }
  candidates.insert(candidates.end(), violating_candidates.begin(), violating_candidates.end());
  return candidates;
}

std::vector<std::size_t> select_candidates(std::span<const PreemptionCandidate> candidates, const Snapshot& snapshot) {
  std::vector<Rank> ranks;
  for (const PreemptionCandidate& candidate : candidates) ranks.push_back(rank_of(candidate, snapshot));
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < ranks.size(); ++i)
    if (ranks[i] == *std::ranges::max_element(ranks)) chosen.push_back(i);
  return chosen;
}

}  // namespace akstwin
