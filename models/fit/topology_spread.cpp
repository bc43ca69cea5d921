#include "models/fit/topology_spread.hpp"

#include <algorithm>
#include <cmath>

#include "models/fit/snapshot.hpp"

// Source of all rules here: kubernetes v1.32 pkg/scheduler/framework/plugins/podtopologyspread, read 2026-11.
namespace akstwin {
namespace {

constexpr std::string_view kHostname = "kubernetes.io/hostname";
constexpr std::string_view kZone = "topology.kubernetes.io/zone";

bool counts_nothing(const SpreadConstraint& constraint) { return !constraint.selector || constraint.selector->requirements.empty(); }

bool selects(const SpreadConstraint& constraint, const PodSpec& pod) {
  return constraint.selector && constraint.selector->matches(pod.labels);
}

// `before`: the constraints of the same pod resolved so far; one with an equal selector counts the same templates.
SpreadConstraint resolve(const TopologySpreadConstraint& constraint, const PodSpec& spec, const Snapshot& snapshot,
                         std::span<const SpreadConstraint> before) {
  SpreadConstraint out;
  out.column = snapshot.labels().find(constraint.topology_key);
  out.max_skew = constraint.max_skew;
  out.min_domains = constraint.min_domains.value_or(1);
  out.hostname = constraint.topology_key.text() == kHostname;
  out.honor_affinity = constraint.honor_node_affinity;
  out.honor_taints = constraint.honor_node_taints;
  out.selector = constraint.selector;
  for (const Name key : constraint.match_label_keys) {
    const Name* value = spec.labels.find(key);
    if (value != nullptr && out.selector)
      out.selector->requirements.push_back({.key = key, .op = SelectorRequirement::Operator::In, .values = {*value}});
  }
  out.matches_self = selects(out, spec);
  // Upstream counts no existing pod for an empty selector, although it would match all of them.
  if (counts_nothing(out)) return out;
  const auto same = std::ranges::find(before, out.selector, &SpreadConstraint::selector);
  if (same != before.end()) {
    out.counted = same->counted;
    return out;
  }
  const PodTemplates& templates = snapshot.templates();
  for (TemplateIndex i = 0; i < templates.slots(); ++i) {
    if (templates[i].name_space != spec.name_space || templates[i].spec == nullptr) continue;
    if (out.selector->matches(templates[i].spec->labels)) out.counted.push_back(i);
  }
  return out;
}

// Calls `count(node, pods)` for the pods that the constraint counts: terminating ones do not.
template <class Count>
void for_each_place(const SpreadConstraint& constraint, const Snapshot& snapshot, Count count) {
  for (const TemplateIndex index : constraint.counted)
    for (const TemplatePlace& place : snapshot.templates()[index].places) count(place.node, place.pods - place.terminating);
}

bool has_all_keys(std::span<const SpreadConstraint> constraints, const Snapshot& snapshot, NodeIndex node) {
  return std::ranges::all_of(constraints, [&](const SpreadConstraint& c) { return snapshot.labels().domain(c.column, node) != kNoDomain; });
}

bool includes(const SpreadConstraint& constraint, const SpreadInclusion& inclusion, const Snapshot& snapshot, NodeIndex node) {
  if (constraint.honor_affinity && !selection_matches(inclusion.selection, snapshot, node)) return false;
  return !constraint.honor_taints || inclusion.taint_verdict[snapshot.taint_class(node)] == 0;
}

// Every node carries the keys of all constraints.
bool keys_everywhere(std::span<const SpreadConstraint> constraints, const Snapshot& snapshot) {
  return std::ranges::all_of(constraints, [&](const SpreadConstraint& c) {
    return c.column != kNoColumn && snapshot.labels()[c.column].carriers == snapshot.node_count();
  });
}

// Where neither labels nor policies leave a node out, every domain that exists takes part.
void take_all_domains(const SpreadConstraint& constraint, const Snapshot& snapshot, SpreadCounts& counts) {
  const LabelColumn& column = snapshot.labels()[constraint.column];
  for (std::size_t domain = 0; domain < column.nodes.size(); ++domain) {
    counts.eligible[domain] = column.nodes[domain] > 0 ? 1 : 0;
    counts.domains += counts.eligible[domain];
  }
}

void find_minimum(SpreadCounts& counts) {
  counts.min_pods = INT32_MAX;
  for (std::size_t domain = 0; domain < counts.pods.size(); ++domain)
    if (counts.eligible[domain] != 0) counts.min_pods = std::min(counts.min_pods, counts.pods[domain]);
}

}  // namespace

void prepare_spread_filter(const PodSpec& spec, const Snapshot& snapshot, const SpreadInclusion& inclusion, SpreadFilterState& out) {
  out.constraints.clear();
  out.counts.clear();
  for (const TopologySpreadConstraint& constraint : spec.topology_spread) {
    if (!constraint.do_not_schedule) continue;
    out.constraints.push_back(resolve(constraint, spec, snapshot, out.constraints));
    const std::size_t domains = snapshot.labels().domain_slots(out.constraints.back().column);
    out.counts.push_back(
        {.pods = std::vector<std::int32_t>(domains), .eligible = std::vector<std::uint8_t>(domains), .domains = 0, .min_pods = 0});
  }
  if (out.constraints.empty()) return;
  const bool everywhere = keys_everywhere(out.constraints, snapshot);
  const auto unconditional = [&](const SpreadConstraint& constraint) {
    return everywhere && (!constraint.honor_affinity || !inclusion.selection.constrains) && !constraint.honor_taints;
  };
  const bool all_unconditional = std::ranges::all_of(out.constraints, unconditional);
  for (std::size_t i = 0; all_unconditional && i < out.constraints.size(); ++i) take_all_domains(out.constraints[i], snapshot, out.counts[i]);
  for (const NodeIndex node : all_unconditional ? std::span<const NodeIndex>{} : snapshot.order()) {
    if (!has_all_keys(out.constraints, snapshot, node)) continue;
    for (std::size_t i = 0; i < out.constraints.size(); ++i) {
      if (!includes(out.constraints[i], inclusion, snapshot, node)) continue;
      const DomainIndex domain = snapshot.labels().domain(out.constraints[i].column, node);
      out.counts[i].domains += out.counts[i].eligible[domain] == 0 ? 1 : 0;
      out.counts[i].eligible[domain] = 1;
    }
  }
  for (std::size_t i = 0; i < out.constraints.size(); ++i) {
    for_each_place(out.constraints[i], snapshot, [&](NodeIndex node, std::int32_t pods) {
      if (!has_all_keys(out.constraints, snapshot, node) || !includes(out.constraints[i], inclusion, snapshot, node)) return;
      out.counts[i].pods[snapshot.labels().domain(out.constraints[i].column, node)] += pods;
    });
    find_minimum(out.counts[i]);
  }
}

SpreadVerdict spread_allows(const SpreadFilterState& state, const Snapshot& snapshot, NodeIndex node) {
  for (std::size_t i = 0; i < state.constraints.size(); ++i) {
    const SpreadConstraint& constraint = state.constraints[i];
    const SpreadCounts& counts = state.counts[i];
    const DomainIndex domain = snapshot.labels().domain(constraint.column, node);
    if (domain == kNoDomain) return SpreadVerdict::MissingLabel;
    if (counts.domains == 0) continue;   // upstream logs an internal error and lets the node pass
    const std::int32_t least = counts.domains < constraint.min_domains ? 0 : counts.min_pods;
    if (counts.pods[domain] + (constraint.matches_self ? 1 : 0) - least > constraint.max_skew) return SpreadVerdict::TooSkewed;
  }
  return SpreadVerdict::Fits;
}

void spread_dry_run(SpreadFilterState& state, const PodSpec& pending, const Snapshot& snapshot, const SpreadInclusion& inclusion,
                    NodeIndex node, const PodSpec& moved, int delta) {
  if (moved.name_space != pending.name_space || !has_all_keys(state.constraints, snapshot, node)) return;
  for (std::size_t i = 0; i < state.constraints.size(); ++i) {
    const SpreadConstraint& constraint = state.constraints[i];
    if (!selects(constraint, moved) || !includes(constraint, inclusion, snapshot, node)) continue;
    const DomainIndex domain = snapshot.labels().domain(constraint.column, node);
    state.counts[i].pods[domain] += delta;
    find_minimum(state.counts[i]);
  }
}

namespace {

// The profile's system defaults. Source: kubernetes v1.32 podtopologyspread/plugin.go systemDefaultConstraints.
std::vector<TopologySpreadConstraint> system_constraints(const LabelSelector& selector) {
  TopologySpreadConstraint hostname, zone;
  hostname.max_skew = 3;
  hostname.topology_key = Name(kHostname);
  zone.max_skew = 5;
  zone.topology_key = Name(kZone);
  for (TopologySpreadConstraint* constraint : {&hostname, &zone}) {
    constraint->do_not_schedule = false;
    constraint->selector = selector;
  }
  return {hostname, zone};
}

}  // namespace

void prepare_spread_score(const PodSpec& spec, const std::optional<LabelSelector>& default_selector, const Snapshot& snapshot,
                          const SpreadInclusion& inclusion, SpreadScoreState& out) {
  out.constraints.clear();
  out.pods.clear();
  out.requires_all_keys = !spec.topology_spread.empty();
  for (const TopologySpreadConstraint& constraint : spec.topology_spread)
    if (!constraint.do_not_schedule) out.constraints.push_back(resolve(constraint, spec, snapshot, out.constraints));
  if (spec.topology_spread.empty() && default_selector)
    for (const TopologySpreadConstraint& constraint : system_constraints(*default_selector))
      out.constraints.push_back(resolve(constraint, spec, snapshot, out.constraints));
  for (const SpreadConstraint& constraint : out.constraints)
    out.pods.emplace_back(constraint.hostname ? snapshot.slots() : snapshot.labels().domain_slots(constraint.column));
  for (std::size_t i = 0; i < out.constraints.size(); ++i) {
    const SpreadConstraint& constraint = out.constraints[i];
    for_each_place(constraint, snapshot, [&](NodeIndex node, std::int32_t pods) {
      if (constraint.hostname) {   // the node's own pods, whatever the inclusion policies say
        out.pods[i][node] += pods;
        return;
      }
      if (out.requires_all_keys && !has_all_keys(out.constraints, snapshot, node)) return;
      const DomainIndex domain = snapshot.labels().domain(constraint.column, node);
      if (domain != kNoDomain && includes(constraint, inclusion, snapshot, node)) out.pods[i][domain] += pods;
    });
  }
}

namespace {

// ln(domains + 2): few big domains weigh less than many small ones. Hostname: as many domains as nodes that take part.
double normalizing_weight(const SpreadConstraint& constraint, const Snapshot& snapshot, std::span<const NodeIndex> nodes) {
  if (constraint.hostname) return std::log(static_cast<double>(nodes.size() + 2));
  std::vector<std::uint8_t> seen(snapshot.labels().domain_slots(constraint.column) + 1);
  std::size_t domains = 0;
  for (const NodeIndex node : nodes) {
    const DomainIndex domain = snapshot.labels().domain(constraint.column, node);
    std::uint8_t& mark = domain == kNoDomain ? seen.back() : seen[domain];   // system defaults: "no label" is a domain, too
    domains += mark == 0 ? 1 : 0;
    mark = 1;
  }
  return std::log(static_cast<double>(domains + 2));
}

}  // namespace

void spread_scores(const SpreadScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                   std::vector<std::int64_t>& out) {
  out.assign(feasible.size(), 0);
  // Nodes that lack a key of the pod's own constraints take no part and score 0.
  std::vector<NodeIndex> nodes;
  std::vector<std::size_t> position;
  for (std::size_t n = 0; n < feasible.size(); ++n) {
    if (state.requires_all_keys && !has_all_keys(state.constraints, snapshot, feasible[n])) continue;
    nodes.push_back(feasible[n]);
    position.push_back(n);
  }
  std::vector<double> sum(nodes.size(), 0.0);
  for (std::size_t i = 0; i < state.constraints.size(); ++i) {
    const SpreadConstraint& constraint = state.constraints[i];
    if (constraint.column == kNoColumn) continue;
    const LabelColumn& column = snapshot.labels()[constraint.column];
    const double weight = normalizing_weight(constraint, snapshot, nodes);
    const double allowance = static_cast<double>(constraint.max_skew - 1);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const DomainIndex domain = column.at(nodes[n]);
      if (domain == kNoDomain) continue;
      sum[n] += static_cast<double>(state.pods[i][constraint.hostname ? nodes[n] : domain]) * weight + allowance;
    }
  }
  std::int64_t least = INT64_MAX, most = 0;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    auto score = static_cast<std::int64_t>(sum[n]);   // rounded half up: the same as math.Round, the sum is not negative
    score += sum[n] - static_cast<double>(score) >= 0.5 ? 1 : 0;
    out[position[n]] = score;
    least = std::min(least, score);
    most = std::max(most, score);
  }
  for (const std::size_t n : position) out[n] = most == 0 ? 100 : 100 * (most + least - out[n]) / most;
}

}  // namespace akstwin
