#include "models/controllers/provisioning/disruption.hpp"

#include <algorithm>

#include "models/controllers/provisioning/disruption_budgets.hpp"

namespace akstwin {
namespace {

std::string named(const ProvisioningState& karpenter, const DisruptionPlan& plan) {
  std::string text = plan.replacements.empty() ? "delete: [" : "replace: [";
  for (std::size_t i = 0; i < plan.candidates.size(); ++i) text += (i > 0 ? ", " : "") + plan.candidates[i].claim.str();
  text += "]";
  for (const PlannedClaim& claim : plan.replacements)
    text += " -> " + karpenter.pools[claim.pool].size_of(claim.choices.front()).name.str() + (claim.choices.size() > 1 ? " or another of what fits" : "");
  return text + " (savings: " + to_string(plan.saving(karpenter)) + "/h)";
}

}  // namespace

std::vector<PlacedPod> provisionable_pods(const ClusterState& state) {
  std::vector<PlacedPod> pods;
  if (state.pending == 0) return pods;
  state.pods.for_each([&](PodId id, const Pod& pod) {
    if (pod.node || !pod.unschedulable || !pod.live() || !pod.nominated.null()) return;
    if (state.workloads[pod.owner].spec->kind != WorkloadKind::DaemonSet) pods.push_back(placed_pod(state, id));
  });
  return pods;
}

void nominate(ProvisioningState& karpenter, const PlacementResult& placement, SimTime now) {
  for (const auto& there : placement.on_existing)
    if (there.claim >= 0) karpenter.claims[static_cast<std::size_t>(there.claim)].nominated_until = now + kNomination;
}

// ---- The loop ----

SimTime Disruption::step(ControllerContext& context) {
  advance_commands(context);
  bool rounds = true;
  if (validation_) {
    if (context.now < validation_->due) rounds = false;   // upstream's loop sleeps meanwhile
    else {
      const Method method = validation_->method;
      const bool valid = validate(context);
      validation_.reset();
      // A single-node command that failed ends the round; the others hand over to the next method.
      const std::size_t first = valid ? 0 : method == Method::SingleNode ? kMethods : static_cast<std::size_t>(method) + 1;
      if (!round(context, first)) next_poll_ = context.now + kDisruptionPoll;
    }
  } else if (context.now >= next_poll_ && context.now >= next_round(context.cluster.state(), context.now)) {
    if (!round(context, 0)) next_poll_ = context.now + kDisruptionPoll;
  }
  SimTime next = kNever;
  for (const Command& command : commands_) next = std::min(next, command.created + kCommandTimeout);
  if (validation_) return std::min(next, validation_->due);
  return rounds ? std::min(next, std::max(next_poll_, next_round(context.cluster.state(), context.now))) : next;
}

/// Tries the methods in order until one has something to validate; false when all are through.
bool Disruption::round(ControllerContext& context, std::size_t first) {
  if (first == 0) poll_again_ = false;
  last_round_ = context.now;
  round_changes_ = karpenter_.changes;
  for (std::size_t method = first; method < kMethods; ++method) {
    const Outcome outcome = run(context, static_cast<Method>(method));
    if (outcome == Outcome::Validating) return true;
    if (outcome == Outcome::Acted) method = SIZE_MAX;   // and again from the first one
  }
  round_changes_ = karpenter_.changes;
  return false;
}

Disruption::Outcome Disruption::run(ControllerContext& context, Method method) {
  switch (method) {
    case Method::Emptiness: return run_emptiness(context);
    case Method::Drift: return run_drift(context);
    case Method::MultiNode: return run_multi(context);
    case Method::SingleNode: break;
  }
  return run_single(context);
}

/// When a round could find something that the last one did not.
SimTime Disruption::next_round(const ClusterState& state, SimTime now) const {
  if (karpenter_.changes != round_changes_ || poll_again_) return now;
  SimTime next = last_round_ + kLookAgain;
  for (const NodeClaim& claim : karpenter_.claims) {
    if (claim.going() || !state.nodes.contains(claim.node)) continue;
    for (const SimTime at : {consolidatable_at(claim, karpenter_.pools[claim.pool].spec()), claim.nominated_until})
      if (at > last_round_) next = std::min(next, at);
  }
  return next;
}

bool Disruption::seen(Method method, SimTime now) const {
  const Seen& last = seen_[static_cast<std::size_t>(method)];
  return last.changes == karpenter_.changes && now - last.at < kLookAgain;
}

void Disruption::remember(Method method, SimTime now, bool constrained) {
  if (constrained) poll_again_ = true;
  else seen_[static_cast<std::size_t>(method)] = {karpenter_.changes, now};
}

void Disruption::look(const ControllerContext& context) {
  placement_.rebuild(context.cluster.state(), karpenter_.claims, karpenter_.unavailable, context.now);
}

// ---- Candidates and budgets ----

bool Disruption::wanted(ControllerContext& context, Method method, NodeClaim& claim, const Candidate& candidate) {
  const KarpenterNodePoolSpec& pool = karpenter_.pools[claim.pool].spec();
  if (method == Method::Drift) return claim.drifted != kNever;
  if (!pool.consolidate_after) {
    say_once(context, claim, "Unconsolidatable", "NodePool \"" + pool.name.str() + "\" has consolidation disabled");
    return false;
  }
  if (method == Method::Emptiness) return candidate.empty() && is_consolidatable(claim, pool, context.now);
  if (candidate.empty()) return false;
  if (pool.policy == ConsolidationPolicy::WhenEmpty) {
    say_once(context, claim, "Unconsolidatable", "NodePool \"" + pool.name.str() + "\" has consolidation policy WhenEmpty, but node is not empty");
    return false;
  }
  return is_consolidatable(claim, pool, context.now);
}

std::vector<Candidate> Disruption::candidates(ControllerContext& context, Method method) {
  const DisruptionClass kind = method == Method::Drift ? DisruptionClass::Eventual : DisruptionClass::Graceful;
  std::vector<Candidate> found;
  for (NodeClaim& claim : karpenter_.claims) {
    std::string blocked;
    auto candidate = as_candidate(context.cluster.state(), karpenter_, claim, kind, context.now, blocked);
    if (!candidate) {
      if (!blocked.empty()) say_once(context, claim, "DisruptionBlocked", blocked);
      continue;
    }
    if (wanted(context, method, claim, *candidate)) found.push_back(std::move(*candidate));
  }
  std::ranges::sort(found, saves_more);
  return found;
}

std::vector<std::int64_t> Disruption::budgets(ControllerContext& context, DisruptionReason reason) {
  const ClusterState& state = context.cluster.state();
  std::vector<std::int64_t> nodes(karpenter_.pools.size(), 0), disrupting(karpenter_.pools.size(), 0);
  for (const NodeClaim& claim : karpenter_.claims) {
    if (claim.phase != ClaimPhase::Initialized || claim.machine_deleted || !state.nodes.contains(claim.node)) continue;
    ++nodes[claim.pool];
    disrupting[claim.pool] += claim.going() || !state.nodes[claim.node].ready ? 1 : 0;
  }
  std::vector<std::int64_t> left;
  for (std::size_t p = 0; p < karpenter_.pools.size(); ++p) {
    const std::int64_t allowed = allowed_disruptions(karpenter_.pools[p].spec(), reason, nodes[p], karpenter_.start, context.now);
    left.push_back(std::max<std::int64_t>(0, allowed - disrupting[p]));
  }
  return left;
}

// ---- The methods ----

Disruption::Outcome Disruption::run_emptiness(ControllerContext& context) {
  if (seen(Method::Emptiness, context.now)) return Outcome::Nothing;
  std::vector<std::int64_t> left = budgets(context, DisruptionReason::Empty);
  DisruptionPlan plan;
  bool constrained = false;
  for (Candidate& candidate : candidates(context, Method::Emptiness)) {
    if (left[candidate.pool] > 0) {
      --left[candidate.pool];
      plan.candidates.push_back(std::move(candidate));
      continue;
    }
    constrained = true;
    say_once(context, *karpenter_.find(candidate.claim), "DisruptionBlocked", "No allowed disruptions for disruption reason Empty due to blocking budget");
  }
  if (!plan.candidates.empty()) return ask(context, Method::Emptiness, std::move(plan));
  remember(Method::Emptiness, context.now, constrained);
  return Outcome::Nothing;
}

Disruption::Outcome Disruption::run_drift(ControllerContext& context) {
  std::vector<Candidate> drifted = candidates(context, Method::Drift);
  if (drifted.empty()) return Outcome::Nothing;
  const std::vector<std::int64_t> left = budgets(context, DisruptionReason::Drifted);
  std::ranges::stable_sort(drifted, [&](const Candidate& a, const Candidate& b) {
    if (a.pods.empty() != b.pods.empty()) return a.pods.empty();   // whoever moves nobody first
    const SimTime x = karpenter_.find(a.claim)->drifted, y = karpenter_.find(b.claim)->drifted;
    return x != y ? x < y : a.claim < b.claim;
  });
  poll_again_ = true;
  look(context);
  for (Candidate& candidate : drifted) {
    NodeClaim& claim = *karpenter_.find(candidate.claim);
    if (left[candidate.pool] <= 0) {
      say_once(context, claim, "DisruptionBlocked", "No allowed disruptions for disruption reason Drifted due to blocking budget");
      continue;
    }
    DisruptionPlan plan;
    plan.candidates = {candidate};
    plan.placement = simulate_without(context.cluster.state(), karpenter_, placement_, provisionable_pods(context.cluster.state()), plan.candidates, false,
                                      context.now, plan.pods);
    if (const std::string why = unplaced(plan.placement, plan.pods); !why.empty()) {
      say_once(context, claim, "DisruptionBlocked", why);
      continue;
    }
    plan.replacements = plan.placement.claims;
    start(context, DisruptionReason::Drifted, plan);
    return Outcome::Acted;
  }
  return Outcome::Nothing;
}

Disruption::Outcome Disruption::run_multi(ControllerContext& context) {
  if (seen(Method::MultiNode, context.now)) return Outcome::Nothing;
  std::vector<std::int64_t> left = budgets(context, DisruptionReason::Underutilized);
  std::vector<Candidate> allowed;
  bool constrained = false;
  for (Candidate& candidate : candidates(context, Method::MultiNode)) {
    if (left[candidate.pool] <= 0) {
      constrained = true;
      continue;
    }
    --left[candidate.pool];
    allowed.push_back(std::move(candidate));
  }
  if (allowed.size() > 1) {
    look(context);
    auto plan = consolidate_first(context.cluster.state(), karpenter_, placement_, provisionable_pods(context.cluster.state()), allowed, context.now);
    if (plan) return ask(context, Method::MultiNode, std::move(*plan));
  }
  remember(Method::MultiNode, context.now, constrained);
  return Outcome::Nothing;
}

Disruption::Outcome Disruption::run_single(ControllerContext& context) {
  if (seen(Method::SingleNode, context.now)) return Outcome::Nothing;
  const std::vector<std::int64_t> left = budgets(context, DisruptionReason::Underutilized);
  const std::vector<Candidate> all = candidates(context, Method::SingleNode);
  // NodePools take turns, so that a large one does not keep the others waiting.
  std::vector<std::size_t> turn(all.size());
  std::vector<std::size_t> taken(karpenter_.pools.size(), 0), order(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    order[i] = i;
    turn[i] = taken[all[i].pool]++;
  }
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return turn[a] != turn[b] ? turn[a] < turn[b] : all[a].pool < all[b].pool; });
  bool constrained = false, looked = false;
  for (const std::size_t i : order) {
    NodeClaim& claim = *karpenter_.find(all[i].claim);
    if (left[all[i].pool] <= 0) {
      constrained = true;
      say_once(context, claim, "DisruptionBlocked", "No allowed disruptions for disruption reason Underutilized due to blocking budget");
      continue;
    }
    if (!looked) look(context);
    looked = true;
    std::string why_not;
    auto plan = consolidate(context.cluster.state(), karpenter_, placement_, provisionable_pods(context.cluster.state()), {all[i]}, context.now, why_not);
    if (plan) return ask(context, Method::SingleNode, std::move(*plan));
    say_once(context, claim, "Unconsolidatable", why_not);
  }
  remember(Method::SingleNode, context.now, constrained);
  return Outcome::Nothing;
}

Disruption::Outcome Disruption::ask(ControllerContext& context, Method method, DisruptionPlan plan) {
  if (method != Method::Emptiness)
    for (const Candidate& candidate : plan.candidates)
      say(context, karpenter_.find(candidate.claim)->node_name, "ConsolidationCandidate", named(karpenter_, plan), plan.saving(karpenter_).nano);
  validation_ = Validation{method, std::move(plan), context.now + kValidationDelay};
  return Outcome::Validating;
}

}  // namespace akstwin
