#include "models/controllers/provisioning/placement.hpp"

#include <algorithm>

#include "models/api/node_input.hpp"

namespace akstwin {
namespace {

const Name& zone_key() {
  static const Name kKey("topology.kubernetes.io/zone");
  return kKey;
}

bool zone_sensitive(const PodSpec& spec) {
  const auto by_zone = [](const PodAffinityTerm& term) { return term.topology_key == zone_key(); };
  return std::ranges::any_of(spec.topology_spread, [](const auto& c) { return c.do_not_schedule && c.topology_key == zone_key(); }) ||
         std::ranges::any_of(spec.affinity.pod_required, by_zone) || std::ranges::any_of(spec.affinity.pod_anti_required, by_zone);
}

bool asks_for_ports(const PodSpec& spec) {
  return std::ranges::any_of(spec.containers, [](const ContainerSpec& c) { return !c.host_ports.empty(); });
}

bool has_room(const Resources& need, const Resources& room) {
  const auto fits = [](std::int64_t wanted, std::int64_t there) { return wanted <= 0 || wanted <= there; };
  return fits(need.cpu.value, room.cpu.value) && fits(need.memory.value, room.memory.value) &&
         fits(need.ephemeral_storage.value, room.ephemeral_storage.value) && fits(need.gpu, room.gpu);
}

/// What the queue takes first: most CPU, then most memory, then the oldest (queue.go).
bool before(const PlacedPod& a, const PlacedPod& b) {
  const Resources x = a.spec->effective_request(), y = b.spec->effective_request();
  if (x.cpu != y.cpu) return x.cpu > y.cpu;
  if (x.memory != y.memory) return x.memory > y.memory;
  return a.created != b.created ? a.created < b.created : a.name < b.name;
}

}  // namespace

bool tolerates_all(const PodSpec& pod, const std::vector<Taint>& taints) {
  return std::ranges::all_of(taints, [&](const Taint& taint) {
    return taint.effect == TaintEffect::PreferNoSchedule || std::ranges::any_of(pod.tolerations, [&](const Toleration& t) { return t.tolerates(taint); });
  });
}

bool depends_on_topology(const PodSpec& spec) {
  return !spec.affinity.pod_required.empty() || !spec.affinity.pod_anti_required.empty() ||
         std::ranges::any_of(spec.topology_spread, [](const auto& c) { return c.do_not_schedule; });
}

PlacementResult Placement::solve(const Question& question) {
  PlacementResult result;
  open_.clear();
  added_.clear();
  left_now_ = left_;
  struct Taken { std::size_t entry; NodeInput input; std::vector<PodOnNode> pods; };
  std::vector<Taken> taken;
  for (std::size_t i = 0; i < existing_.size(); ++i) {
    if (!existing_[i].node || std::ranges::find(question.without, existing_[i].node) == question.without.end()) continue;
    const auto pods = snapshot_.pods(existing_[i].index);
    taken.push_back({i, snapshot_.node(existing_[i].index), {pods.begin(), pods.end()}});
    snapshot_.remove_node(existing_[i].index);
    existing_[i].index = kNoNode;
  }
  std::vector<std::size_t> queue(question.pods.size());
  for (std::size_t i = 0; i < queue.size(); ++i) queue[i] = i;
  std::ranges::stable_sort(queue, [&](std::size_t a, std::size_t b) { return before(question.pods[a], question.pods[b]); });
  // A pod that finds no place waits for the others: it may need one of them nearby. A round without progress ends it.
  std::vector<std::size_t> length_at_last_try(question.pods.size(), 0);
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::size_t number = queue[head], left = queue.size() - head;
    if (length_at_last_try[number] == left) break;
    if (place(question.pods[number], number, question, result)) continue;
    queue.push_back(number);
    length_at_last_try[number] = queue.size() - head - 1;
  }
  std::vector<std::uint8_t> placed(question.pods.size(), 0);
  for (const auto& there : result.on_existing) placed[there.pod] = 1;
  for (OpenClaim& claim : open_) {
    for (const std::size_t pod : claim.plan.pods) placed[pod] = 1;
    result.claims.push_back(std::move(claim.plan));
  }
  for (std::size_t i = 0; i < placed.size(); ++i) {
    if (placed[i] != 0) continue;
    // Whether a pod that waits today would go on waiting is no news to a consolidation.
    const bool asked = !question.consolidation || !question.pods[i].pending;
    result.failed.push_back({i, asked ? why_not(question.pods[i]) : Name{}});
  }
  for (const Added& pod : added_) snapshot_.remove_pod(pod.node, pod.tag);
  for (auto claim = open_.rbegin(); claim != open_.rend(); ++claim) snapshot_.remove_node(claim->index);
  for (const Taken& node : taken) {
    existing_[node.entry].index = snapshot_.add_node(node.input);
    for (const PodOnNode& pod : node.pods) snapshot_.add_pod(existing_[node.entry].index, pod);
  }
  return result;
}

bool Placement::place(const PlacedPod& pod, std::size_t number, const Question& question, PlacementResult& result) {
  for (const PodSpec* spec : variants_.of(*pod.spec)) {
    if (on_existing(pod, *spec, number, question, result)) return true;
    if (on_open(pod, *spec, number)) return true;
    if (on_new(pod, *spec, number)) return true;
  }
  return false;
}

PreparedPod& Placement::prepared(const PlacedPod& pod, const PodSpec& spec) {
  const bool moves = depends_on_topology(spec) || snapshot_.templates().pods_with_required_anti_affinity() > 0 || !pod.volume_zones.empty();
  auto known = std::ranges::find(prepared_, &spec, &Prepared::spec);
  if (known == prepared_.end()) {
    prepared_.push_back({&spec, UINT64_MAX, {}});
    known = prepared_.end() - 1;
  }
  if (moves || known->nodes != snapshot_.node_generation()) {
    prepare({.spec = &spec, .owner_selector = nullptr, .volume_zones = pod.volume_zones}, snapshot_, context_, known->pod);
    known->nodes = moves ? UINT64_MAX : snapshot_.node_generation();
  }
  return known->pod;
}

void Placement::put(NodeIndex node, const PlacedPod& pod) {
  const std::uint64_t tag = uid_of(pod.id);
  // The pod itself is put, not the variant it was tried as: its preferences bind nobody else.
  snapshot_.add_pod(node, {.spec = pod.spec, .name = pod.name, .tag = tag, .start_us = now_.us});
  added_.push_back({node, tag});
}

bool Placement::on_existing(const PlacedPod& pod, const PodSpec& spec, std::size_t number, const Question& question, PlacementResult& result) {
  if (existing_.empty()) return false;
  const PreparedPod& candidate = prepared(pod, spec);
  for (const ExistingNode& node : existing_) {
    if (node.index == kNoNode) continue;
    if (question.consolidation && node.settling && !pod.pending && !pod.from_deleting) continue;
    if (!fits(candidate, snapshot_, node.index)) continue;
    put(node.index, pod);
    result.on_existing.push_back({number, node.node, node.claim});
    if (!node.initialized && !pod.from_deleting) result.on_uninitialized.push_back(number);
    return true;
  }
  return false;
}

bool Placement::on_open(const PlacedPod& pod, const PodSpec& spec, std::size_t number) {
  std::vector<std::size_t> order(open_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return open_[i].plan.pods.size(); });   // the emptiest first
  for (const std::size_t i : order) {
    std::vector<std::uint32_t> choices = choices_with(open_[i], pod, spec);
    if (choices.empty() || !settle(open_[i], pod, spec, choices)) continue;
    commit(open_[i], pod, spec, number, std::move(choices));
    return true;
  }
  return false;
}

bool Placement::on_new(const PlacedPod& pod, const PodSpec& spec, std::size_t number) {
  for (const std::uint32_t p : pool_order_) {
    if (!tolerates_all(spec, pools_[p].spec().taints)) continue;
    OpenClaim claim;
    claim.plan.pool = p;
    const std::vector<bool>& accepted = pools_[p].accepted(spec);
    const Resources request = spec.effective_request();
    for (std::uint32_t choice = 0; choice < accepted.size(); ++choice)
      if (accepted[choice] && has_room(request, pools_[p].estimate_of(choice).allocatable) && within_limits(p, choice)) claim.plan.choices.push_back(choice);
    if (claim.plan.choices.empty()) continue;
    std::vector<std::uint32_t> choices = choices_with(claim, pod, spec);
    if (choices.empty()) continue;
    claim.name = Name("planned-" + std::to_string(imagined_++));
    NodeInput input = pools_[p].imagined(choices.front(), claim.name);
    claim.shown = choices.front();
    input.allocatable = {{INT64_MAX / 4}, {INT64_MAX / 4}, {INT64_MAX / 4}, INT64_MAX / 4};   // sizes are compared one by one, above
    input.pod_capacity = INT64_MAX / 4;
    claim.index = snapshot_.add_node(input);
    if (!settle(claim, pod, spec, choices)) {
      snapshot_.remove_node(claim.index);
      continue;
    }
    commit(claim, pod, spec, number, std::move(choices));
    // Whatever is launched in the end, the limits hold: the largest of its choices counts.
    Resources most;
    for (const std::uint32_t choice : claim.plan.choices) {
      const Resources& capacity = pools_[p].estimate_of(choice).capacity;
      most = {std::max(most.cpu, capacity.cpu), std::max(most.memory, capacity.memory), std::max(most.ephemeral_storage, capacity.ephemeral_storage),
              std::max(most.gpu, capacity.gpu)};
    }
    left_now_[p].resources = left_now_[p].resources - most;
    --left_now_[p].nodes;
    open_.push_back(std::move(claim));
    return true;
  }
  return false;
}

bool Placement::within_limits(std::uint32_t pool, std::uint32_t choice) const {
  const NodePoolLimits& limits = pools_[pool].spec().limits;
  if (limits.nodes == 0 && limits.resources == Resources{}) return true;
  const Left& left = left_now_[pool];
  const Resources& capacity = pools_[pool].estimate_of(choice).capacity;
  const auto within = [](std::int64_t limit, std::int64_t needs, std::int64_t there) { return limit == 0 || needs <= there; };
  return within(limits.nodes, 1, left.nodes) && within(limits.resources.cpu.value, capacity.cpu.value, left.resources.cpu.value) &&
         within(limits.resources.memory.value, capacity.memory.value, left.resources.memory.value) &&
         within(limits.resources.gpu, capacity.gpu, left.resources.gpu);
}

std::vector<std::uint32_t> Placement::choices_with(const OpenClaim& claim, const PlacedPod& pod, const PodSpec& spec) {
  NodePoolModel& pool = pools_[claim.plan.pool];
  if (!tolerates_all(spec, pool.spec().taints)) return {};
  const std::vector<bool>& accepted = pool.accepted(spec);
  const Resources need = claim.plan.requests + spec.effective_request();
  std::vector<std::uint32_t> choices;
  for (const std::uint32_t choice : claim.plan.choices) {
    if (!accepted[choice] || !unavailable_->available(pool.offering(choice), now_)) continue;
    if (!has_room(need + daemon_request(claim.plan.pool, choice), pool.estimate_of(choice).allocatable)) continue;
    const std::int64_t pods = static_cast<std::int64_t>(claim.plan.pods.size()) + 1 + daemon_counts_[claim.plan.pool][choice];
    if (pods > pool.offer().max_pods) continue;
    if (!pod.volume_zones.empty()) {
      const Name* zone = pool.imagined(choice, {}).labels.find(zone_key());
      if (!std::ranges::all_of(pod.volume_zones, [&](Name wanted) { return zone != nullptr && wanted == *zone; })) continue;
    }
    choices.push_back(choice);
  }
  if (!pool.flexible_enough(choices)) choices.clear();
  return choices;
}

void Placement::show(OpenClaim& claim, std::uint32_t choice) {
  if (claim.shown == choice) return;
  claim.shown = choice;
  NodeInput input = pools_[claim.plan.pool].imagined(choice, claim.name);
  input.allocatable = snapshot_.node(claim.index).allocatable;
  input.pod_capacity = snapshot_.node(claim.index).pod_capacity;
  snapshot_.update_node(claim.index, input);
}

std::vector<int> Placement::zones_by_need(const PlacedPod& pod, const PodSpec& spec, const std::vector<std::uint32_t>& choices, std::uint32_t pool) {
  std::vector<int> zones;
  for (const std::uint32_t choice : choices) {
    const int zone = pools_[pool].choices()[choice].zone;
    if (std::ranges::find(zones, zone) == zones.end()) zones.push_back(zone);
  }
  std::ranges::sort(zones);
  const PreparedPod& candidate = prepared(pod, spec);
  const ColumnIndex column = snapshot_.labels().find(zone_key());
  if (column == kNoColumn) return zones;
  for (std::size_t i = 0; i < candidate.spread.constraints.size(); ++i) {
    if (candidate.spread.constraints[i].column != column) continue;
    const auto pods_in = [&](int zone) {
      const Name value(zone == 0 ? std::string("0") : pools_[pool].offer().location.str() + "-" + std::to_string(zone));
      const auto domain = snapshot_.labels()[column].by_value.find(value);
      const auto& counts = candidate.spread.counts[i].pods;
      return domain == snapshot_.labels()[column].by_value.end() || domain->second >= counts.size() ? 0 : counts[domain->second];
    };
    std::ranges::stable_sort(zones, {}, pods_in);   // the domain with the fewest pods first (topologygroup.go)
    break;
  }
  return zones;
}

bool Placement::settle(OpenClaim& claim, const PlacedPod& pod, const PodSpec& spec, std::vector<std::uint32_t>& choices) {
  const auto zone_of = [&](std::uint32_t choice) { return pools_[claim.plan.pool].choices()[choice].zone; };
  const std::uint32_t before = claim.shown;
  const bool indifferent = !depends_on_topology(spec) && !asks_for_ports(spec) && snapshot_.templates().pods_with_required_anti_affinity() == 0;
  if (indifferent) {
    if (std::ranges::find(choices, claim.shown) == choices.end()) {
      const auto near = std::ranges::find_if(choices, [&](std::uint32_t choice) { return zone_of(choice) == zone_of(before); });
      show(claim, near != choices.end() ? *near : choices.front());
    }
    return true;
  }
  for (const int zone : zones_by_need(pod, spec, choices, claim.plan.pool)) {
    std::vector<std::uint32_t> here;
    std::ranges::copy_if(choices, std::back_inserter(here), [&](std::uint32_t choice) { return zone_of(choice) == zone; });
    show(claim, here.front());
    if (!fits(prepared(pod, spec), snapshot_, claim.index)) continue;
    if (zone_sensitive(spec)) choices = std::move(here);
    return true;
  }
  show(claim, before);
  return false;
}

void Placement::commit(OpenClaim& claim, const PlacedPod& pod, const PodSpec& spec, std::size_t number, std::vector<std::uint32_t> choices) {
  claim.plan.choices = std::move(choices);
  claim.plan.pods.push_back(number);
  claim.plan.requests = claim.plan.requests + spec.effective_request();
  put(claim.index, pod);
}

Name Placement::why_not(const PlacedPod& pod) const {
  if (pools_.empty()) return Name("no NodePool exists");
  std::string text;
  for (const std::uint32_t p : pool_order_) {
    const KarpenterNodePoolSpec& pool = pools_[p].spec();
    std::string why = "no available size has " + to_string(pod.spec->effective_request().cpu) + " CPU and " + to_string(pod.spec->effective_request().memory) +
                      " left and meets all requirements";
    if (!tolerates_all(*pod.spec, pool.taints)) why = "did not tolerate its taints";
    else if (pools_[p].choices().empty()) why = "its requirements leave no size";
    else {
      bool any = false;
      for (std::uint32_t choice = 0; choice < pools_[p].choices().size() && !any; ++choice) any = within_limits(p, choice);
      if (!any) why = "all sizes exceed its limits";
    }
    text += (text.empty() ? "" : "; ") + std::string("NodePool ") + pool.name.str() + ": " + why;
  }
  return Name(text);
}

}  // namespace akstwin
