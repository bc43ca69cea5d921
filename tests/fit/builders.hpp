/// Small nodes and pods for tests of placement.
#pragma once
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/fit/filters.hpp"
#include "models/fit/scores.hpp"

namespace akstwin::test {

using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline constexpr std::string_view kHostnameKey = "kubernetes.io/hostname";
inline constexpr std::string_view kZoneKey = "topology.kubernetes.io/zone";

inline Labels labels(Pairs pairs) {
  Labels result;
  for (const auto& [key, value] : pairs) result.set(Name(key), Name(value));
  return result;
}

inline LabelSelector selecting(Pairs pairs) {
  LabelSelector selector;
  for (const auto& [key, value] : pairs)
    selector.requirements.push_back({.key = Name(key), .op = SelectorRequirement::Operator::In, .values = {Name(value)}});
  return selector;
}

/// A node of 4 cores, 8 GiB and 10 pods with its hostname label, and a zone unless that is empty.
inline NodeInput a_node(std::string_view name, std::string_view zone = {}) {
  NodeInput node;
  node.name = Name(name);
  node.labels.set(Name(kHostnameKey), Name(name));
  if (!zone.empty()) node.labels.set(Name(kZoneKey), Name(zone));
  node.allocatable = {.cpu = {4000}, .memory = {8LL << 30}, .ephemeral_storage = {}, .gpu = 0};
  node.pod_capacity = 10;
  return node;
}

/// One container in namespace "default" that states both requests.
inline PodSpec a_pod(std::int64_t millicores = 100, std::int64_t mebibytes = 128, Pairs pod_labels = {{"app", "web"}}) {
  PodSpec pod;
  pod.name_space = Name("default");
  pod.labels = labels(pod_labels);
  ContainerSpec container;
  container.requests = {.cpu = {millicores}, .memory = {mebibytes << 20}, .ephemeral_storage = {}, .gpu = 0};
  container.states_cpu_request = container.states_memory_request = true;
  pod.containers.push_back(container);
  return pod;
}

inline TopologySpreadConstraint spread_over(std::string_view key, int max_skew, bool do_not_schedule, Pairs selector = {{"app", "web"}}) {
  TopologySpreadConstraint constraint;
  constraint.topology_key = Name(key);
  constraint.max_skew = max_skew;
  constraint.do_not_schedule = do_not_schedule;
  constraint.selector = selecting(selector);
  return constraint;
}

inline PodAffinityTerm company_of(std::string_view key, Pairs selector = {{"app", "web"}}) {
  PodAffinityTerm term;
  term.topology_key = Name(key);
  term.selector = selecting(selector);
  return term;
}

/// A snapshot that owns the specs of its pods.
struct Cluster {
  Snapshot snapshot;
  FitContext context;
  std::deque<PodSpec> specs;
  std::uint64_t next_tag = 1;

  NodeIndex node(const NodeInput& input) { return snapshot.add_node(input); }
  /// Puts `count` pods of one new template on the node; gives the tag of the first.
  std::uint64_t pods(NodeIndex on, const PodSpec& spec, int count = 1, bool terminating = false, std::int64_t start_us = 0) {
    specs.push_back(spec);
    const std::uint64_t first = next_tag;
    for (int i = 0; i < count; ++i, ++next_tag)
      snapshot.add_pod(on, {.spec = &specs.back(),
                            .name = Name("p" + std::to_string(next_tag)),
                            .tag = next_tag,
                            .start_us = start_us,
                            .terminating = terminating});
    return first;
  }
  PreparedPod prepared(const PodSpec& spec) { return prepare({.spec = &spec}, snapshot, context); }
  NodeVerdict verdict(const PodSpec& spec, NodeIndex on) { return filter_node(prepared(spec), snapshot, on); }
  std::vector<std::string> reasons(const PodSpec& spec, NodeIndex on) { return reasons_of(verdict(spec, on), snapshot, on); }
  /// Scores of all nodes of the snapshot, in its order.
  ScoreTable scores(const PodSpec& spec) {
    ScoreTable table;
    score_nodes(prepared(spec), snapshot, snapshot.order(), table);
    return table;
  }
};

/// A column of a score table.
inline const std::vector<std::int64_t>& scored_by(const ScoreTable& table, ScorePlugin plugin) {
  return table.weighted[static_cast<std::size_t>(plugin)];
}

}  // namespace akstwin::test
