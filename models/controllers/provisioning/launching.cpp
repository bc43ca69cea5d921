#include "models/controllers/provisioning/launching.hpp"

#include <algorithm>
#include <string>

namespace akstwin {
namespace {

/// "0000a": what makes a NodeClaim's name unique, in the alphabet of Azure's computer names.
std::string suffix(std::uint64_t number) {
  std::string digits(5, '0');
  for (std::size_t i = digits.size(); i-- > 0 && number > 0; number /= 36) digits[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  return digits;
}

std::string described(const NodePoolModel& pool, std::size_t choice) {
  const LaunchChoice& chosen = pool.choices()[choice];
  return pool.size_of(choice).name.str() + (chosen.spot ? " spot" : " on-demand") + " in zone " + std::to_string(chosen.zone) + " at " +
         to_string(chosen.price) + "/h";
}

}  // namespace

Name Launcher::make(ControllerContext& context, const PlannedClaim& plan, std::string_view why) {
  const NodePoolModel& pool = state_.pools[plan.pool];
  NodeClaim claim;
  claim.name = Name(pool.spec().name.str() + "-" + suffix(state_.next_number[plan.pool]++));
  claim.machine = Name("aks-" + claim.name.str());
  claim.node_name = Name(state_.cluster.str() + "/" + claim.machine.str());
  claim.pool = plan.pool;
  claim.choices = plan.choices;
  claim.created = claim.next_attempt = context.now;
  claim.revision = state_.revisions[plan.pool];
  claim.image = state_.image;
  const std::size_t cheapest = plan.choices.front();
  say(context, claim.node_name, "NodeClaimCreated",
      std::string(why) + ": " + std::to_string(plan.pods.size()) + (plan.pods.size() == 1 ? " pod" : " pods") + " requesting " + to_string(plan.requests.cpu) +
          " CPU and " + to_string(plan.requests.memory) + "; " + std::to_string(plan.choices.size()) + " offerings fit, cheapest " + described(pool, cheapest),
      static_cast<std::int64_t>(plan.pods.size()));
  state_.claims.push_back(claim);
  ++state_.changes;
  return claim.name;
}

std::size_t Launcher::next_choice(const NodeClaim& claim, SimTime now) {
  const NodePoolModel& pool = state_.pools[claim.pool];
  std::vector<std::size_t> alike;
  for (const std::uint32_t choice : claim.choices) {
    if (!state_.unavailable.available(pool.offering(choice), now)) continue;
    if (!alike.empty()) {
      const LaunchChoice &best = pool.choices()[alike.front()], &other = pool.choices()[choice];
      if (best.price != other.price || best.spot != other.spot || best.size != other.size) break;
    }
    alike.push_back(choice);
  }
  if (alike.empty()) return SIZE_MAX;
  return alike.size() == 1 ? alike.front() : alike[zones_.below(alike.size(), draws_++)];
}

void Launcher::give_up(ControllerContext& context, const NodeClaim& claim, std::string_view reason, const std::string& message) {
  say(context, claim.node_name, reason, message);
  const Name name = claim.name;
  std::erase_if(state_.claims, [&](const NodeClaim& known) { return known.name == name; });
  ++state_.changes;
}

bool Launcher::launch(ControllerContext& context, Name name) {
  NodeClaim& claim = *state_.find(name);
  const NodePoolModel& pool = state_.pools[claim.pool];
  const PoolId pool_id = state_.pool_ids[claim.pool];
  while (claim.phase == ClaimPhase::Pending && claim.next_attempt <= context.now) {
    const std::size_t choice = next_choice(claim, context.now);
    if (choice == SIZE_MAX) {
      give_up(context, claim, "InsufficientCapacityError", "all offerings that fit are unavailable");
      return false;
    }
    MachineSpec machine;
    machine.name = claim.machine;
    machine.vm_size = pool.size_of(choice).name;
    machine.spot = pool.choices()[choice].spot;
    machine.zone = pool.choices()[choice].zone;
    machine.labels = pool.labels(choice);
    machine.taints = pool.spec().taints;
    machine.taints.insert(machine.taints.end(), pool.spec().startup_taints.begin(), pool.spec().startup_taints.end());
    if (context.cloud.submit(CreateMachine{pool_id, machine}) == Verdict::Accepted) {
      claim.choice = static_cast<std::uint32_t>(choice);
      claim.phase = ClaimPhase::Launched;
      claim.launched = context.now;
      say(context, claim.node_name, "Launched", described(pool, choice), pool.choices()[choice].price.nano);
      context.notes.note({NoteKind::ScaleUp, pool.offer().key, {}, Name("karpenter"), context.cloud.state().pools[pool_id].target});
      break;
    }
    const Name code = context.cloud.state().pools[pool_id].last_failure_code;
    say(context, claim.node_name, "FailedLaunch", described(pool, choice) + ": " + code.str());
    const bool other_may_do = state_.unavailable.refused(pool.offering(choice), code, pool.offer().zones, context.now);
    if (!other_may_do && context.now - claim.created >= kLaunchTimeout) {
      give_up(context, claim, "LaunchTimeout", "not launched within " + to_string(kLaunchTimeout));
      return false;
    }
    claim.next_attempt = context.now + claim.wait;
    claim.wait = std::min(claim.wait * 2, kLastRetry);
  }
  return true;
}

}  // namespace akstwin
