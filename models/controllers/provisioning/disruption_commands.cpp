/// The part of Disruption that validates commands, starts them, and sees them through.
#include <algorithm>

#include "models/controllers/provisioning/disruption.hpp"
#include "models/controllers/provisioning/disruption_budgets.hpp"

namespace akstwin {

bool Disruption::still_candidates(ControllerContext& context, Method method, DisruptionPlan& plan, bool all) {
  const DisruptionReason reason = method == Method::Emptiness ? DisruptionReason::Empty : DisruptionReason::Underutilized;
  std::vector<std::int64_t> left = budgets(context, reason);
  std::vector<Candidate> kept;
  for (Candidate& now : candidates(context, method)) {
    const bool meant = std::ranges::any_of(plan.candidates, [&](const Candidate& candidate) { return candidate.claim == now.claim; });
    if (!meant || left[now.pool] <= 0) continue;
    --left[now.pool];
    kept.push_back(std::move(now));
  }
  const bool complete = kept.size() == plan.candidates.size();
  plan.candidates = std::move(kept);
  return all ? complete : !plan.candidates.empty();
}

bool Disruption::validate(ControllerContext& context) {
  DisruptionPlan plan = std::move(validation_->plan);
  const Method method = validation_->method;
  const std::vector<Candidate> asked = plan.candidates;
  const auto reject = [&](const std::string& why) {
    for (const Candidate& candidate : asked)
      if (NodeClaim* claim = karpenter_.find(candidate.claim)) say(context, claim->node_name, "ConsolidationRejected", why);
    return false;
  };
  if (method == Method::Emptiness) {
    if (!still_candidates(context, method, plan, false)) return reject("churn");
    start(context, DisruptionReason::Empty, plan);
    return true;
  }
  if (!still_candidates(context, method, plan, true)) return reject("churn or budget");
  look(context);
  std::vector<PlacedPod> pods;
  PlacementResult again = simulate_without(context.cluster.state(), karpenter_, placement_, provisionable_pods(context.cluster.state()), plan.candidates, true,
                                           context.now, pods);
  if (!unplaced(again, pods).empty() || again.claims.size() != plan.replacements.size()) return reject("scheduling");
  if (!plan.replacements.empty()) {
    const auto& choices = again.claims.front().choices;
    const bool subset = again.claims.front().pool == plan.replacements.front().pool &&
                        std::ranges::all_of(plan.replacements.front().choices, [&](std::uint32_t c) { return std::ranges::find(choices, c) != choices.end(); });
    if (!subset) return reject("scheduling");
  }
  plan.placement = std::move(again);
  start(context, DisruptionReason::Underutilized, plan);
  return true;
}

void Disruption::start(ControllerContext& context, DisruptionReason reason, const DisruptionPlan& plan) {
  Command command{reason, {}, {}, context.now};
  nominate(karpenter_, plan.placement, context.now);
  for (const Candidate& candidate : plan.candidates) {
    context.cluster.submit(TaintNode{candidate.node, disrupted_taint(), true});
    command.candidates.push_back(candidate.claim);
  }
  for (const PlannedClaim& replacement : plan.replacements) {
    const Name name = launcher_.make(context, replacement, to_name(reason).text());
    command.replacements.push_back(name);
    launcher_.launch(context, name);
  }
  for (const Name candidate : command.candidates) {
    NodeClaim& claim = *karpenter_.find(candidate);
    claim.marked = true;
    claim.reason = to_name(reason);
  }
  ++karpenter_.changes;
  commands_.push_back(std::move(command));
  advance_commands(context);
}

void Disruption::finish(ControllerContext& context, const Command& command) {
  for (const Name name : command.candidates) {
    NodeClaim* claim = karpenter_.find(name);
    if (claim == nullptr || claim->deleting) continue;
    claim->deleting = true;
    claim->deletion_began = claim->next_attempt = context.now;
    claim->wait = Duration{100'000};
    say(context, claim->node_name, "DisruptionTerminating", "Disrupting Node: " + claim->reason.str());
  }
  ++karpenter_.changes;
}

void Disruption::abandon(ControllerContext& context, const Command& command, const std::string& why) {
  for (const Name name : command.candidates) {
    NodeClaim* claim = karpenter_.find(name);
    if (claim == nullptr || claim->deleting) continue;
    claim->marked = false;
    claim->reason = {};
    context.cluster.submit(TaintNode{claim->node, disrupted_taint(), false});
    say(context, claim->node_name, "DisruptionFailed", why);
  }
  ++karpenter_.changes;
}

void Disruption::advance_commands(ControllerContext& context) {
  std::vector<Command> left;
  for (Command& command : commands_) {
    const auto gone = [&](Name name) { return karpenter_.find(name) == nullptr; };
    const auto ready = [&](Name name) { return karpenter_.find(name)->phase == ClaimPhase::Initialized; };
    if (std::ranges::any_of(command.replacements, gone)) abandon(context, command, "replacement was deleted");
    else if (std::ranges::all_of(command.replacements, ready)) finish(context, command);
    else if (context.now - command.created >= kCommandTimeout) abandon(context, command, "command reached timeout");
    else left.push_back(std::move(command));
  }
  commands_ = std::move(left);
}

}  // namespace akstwin
