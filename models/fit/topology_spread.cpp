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

bool selects(const SpreadConstraint& constraint, const PodSpec& pod) { return constraint.selector && constraint.selector->matches(pod.labels); }

SpreadConstraint resolve(const TopologySpreadConstraint& constraint, const PodSpec& spec, const Snapshot& snapshot) {
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
  const PodTemplates& templates = snapshot.templates();
  out.by_template.assign(templates.slots(), 0);
  if (counts_nothing(out)) return out;
  for (TemplateIndex i = 0; i < templates.slots(); ++i) {
    const PodSpec* other = templates[i].spec;
    out.by_template[i] = other != nullptr && other->name_space == spec.name_space && out.selector->matches(other->labels) ? 1 : 0;
  }
  return out;
}

std::int32_t pods_counted(const SpreadConstraint& constraint, const Snapshot& snapshot, NodeIndex node) {
  std::int32_t pods = 0;
  for (const TemplateRow& row : snapshot.rows(node))
    if (constraint.by_template[row.pod_template] != 0) pods += row.pods - row.terminating;
  return pods;
}

bool has_all_keys(std::span<const SpreadConstraint> constraints, const Snapshot& snapshot, NodeIndex node) {
  return std::ranges::all_of(constraints, [&](const SpreadConstraint& c) { return snapshot.labels().domain(c.column, node) != kNoDomain; });
}

bool includes(const SpreadConstraint& constraint, const SpreadInclusion& inclusion, const Snapshot& snapshot, NodeIndex node) {
  if (constraint.honor_affinity && !selection_matches(inclusion.selection, snapshot, node)) return false;
  return !constraint.honor_taints || inclusion.taint_verdict[snapshot.taint_class(node)] == 0;
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
    out.constraints.push_back(resolve(constraint, spec, snapshot));
    const std::size_t domains = snapshot.labels().domain_slots(out.constraints.back().column);
    out.counts.push_back({.pods = std::vector<std::int32_t>(domains), .eligible = std::vector<std::uint8_t>(domains), .domains = 0, .min_pods = 0});
  }
  if (out.constraints.empty()) return;
  for (const NodeIndex node : snapshot.order()) {
    if (!has_all_keys(out.constraints, snapshot, node)) continue;
    for (std::size_t i = 0; i < out.constraints.size(); ++i) {
      if (!includes(out.constraints[i], inclusion, snapshot, node)) continue;
      const DomainIndex domain = snapshot.labels().domain(out.constraints[i].column, node);
      out.counts[i].pods[domain] += pods_counted(out.constraints[i], snapshot, node);
      out.counts[i].domains += out.counts[i].eligible[domain] == 0 ? 1 : 0;
      out.counts[i].eligible[domain] = 1;
    }
  }
  for (SpreadCounts& counts : out.counts) find_minimum(counts);
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

void spread_dry_run(SpreadFilterState& state, const PodSpec& pending, const Snapshot& snapshot, const SpreadInclusion& inclusion, NodeIndex node,
                    const PodSpec& moved, int delta) {
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
    if (!constraint.do_not_schedule) out.constraints.push_back(resolve(constraint, spec, snapshot));
  if (spec.topology_spread.empty() && default_selector)
    for (const TopologySpreadConstraint& constraint : system_constraints(*default_selector))
      out.constraints.push_back(resolve(constraint, spec, snapshot));
  for (const SpreadConstraint& constraint : out.constraints)
    out.pods.emplace_back(constraint.hostname ? snapshot.slots() : snapshot.labels().domain_slots(constraint.column));
  if (out.constraints.empty()) return;
  for (const NodeIndex node : snapshot.order()) {
    const bool counted = !out.requires_all_keys || has_all_keys(out.constraints, snapshot, node);
    for (std::size_t i = 0; i < out.constraints.size(); ++i) {
      const SpreadConstraint& constraint = out.constraints[i];
      if (constraint.hostname) {   // the node's own pods, whatever the inclusion policies say
        out.pods[i][node] = pods_counted(constraint, snapshot, node);
        continue;
      }
      const DomainIndex domain = snapshot.labels().domain(constraint.column, node);
      if (!counted || domain == kNoDomain || !includes(constraint, inclusion, snapshot, node)) continue;
      out.pods[i][domain] += pods_counted(constraint, snapshot, node);
    }
  }
}

namespace {

// ln(domains + 2): few big domains weigh less than many small ones. Hostname: as many domains as nodes that take part.
double normalizing_weight(const SpreadConstraint& constraint, const Snapshot& snapshot, std::span<const NodeIndex> feasible, std::size_t ignored) {
  if (constraint.hostname) return std::log(static_cast<double>(feasible.size() - ignored + 2));
  std::vector<std::uint8_t> seen(snapshot.labels().domain_slots(constraint.column) + 1);
  std::size_t domains = 0;
  for (const NodeIndex node : feasible) {
    const DomainIndex domain = snapshot.labels().domain(constraint.column, node);
    std::uint8_t& mark = domain == kNoDomain ? seen.back() : seen[domain];   // system defaults: "no label" is a domain, too
    domains += mark == 0 ? 1 : 0;
    mark = 1;
  }
  return std::log(static_cast<double>(domains + 2));
}

}  // namespace

void spread_scores(const SpreadScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible, std::vector<std::int64_t>& out) {
  constexpr std::int64_t kIgnored = -1;
  out.assign(feasible.size(), 0);
  std::size_t ignored = 0;
  for (std::size_t n = 0; n < feasible.size(); ++n) {
    if (!state.requires_all_keys || has_all_keys(state.constraints, snapshot, feasible[n])) continue;
    out[n] = kIgnored;
    ++ignored;
  }
  std::vector<double> sum(feasible.size(), 0.0);
  for (std::size_t i = 0; i < state.constraints.size(); ++i) {
    const SpreadConstraint& constraint = state.constraints[i];
    std::vector<NodeIndex> scored;
    for (std::size_t n = 0; n < feasible.size(); ++n)
      if (out[n] != kIgnored) scored.push_back(feasible[n]);
    const double weight = normalizing_weight(constraint, snapshot, constraint.hostname ? feasible : std::span<const NodeIndex>(scored), ignored);
    for (std::size_t n = 0; n < feasible.size(); ++n) {
      const DomainIndex domain = snapshot.labels().domain(constraint.column, feasible[n]);
      if (out[n] == kIgnored || domain == kNoDomain) continue;
      const std::int32_t pods = state.pods[i][constraint.hostname ? feasible[n] : domain];
      sum[n] += static_cast<double>(pods) * weight + static_cast<double>(constraint.max_skew - 1);
    }
  }
  std::int64_t least = INT64_MAX, most = 0;
  for (std::size_t n = 0; n < feasible.size(); ++n) {
    if (out[n] == kIgnored) continue;
    out[n] = static_cast<std::int64_t>(std::round(sum[n]));
    least = std::min(least, out[n]);
    most = std::max(most, out[n]);
  }
  for (std::int64_t& score : out) {
    if (score == kIgnored) score = 0;
    else score = most == 0 ? 100 : 100 * (most + least - score) / most;
  }
}

}  // namespace akstwin
