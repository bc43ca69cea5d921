#include "adapters/drive/conditions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace akstwin {
namespace {

using Metric = DriveCondition::Metric;
using Comparison = DriveCondition::Comparison;

constexpr std::array<std::pair<std::string_view, Metric>, 5> kMetrics{{{"pods.pending", Metric::PodsPending},
                                                                       {"pods.notReady", Metric::PodsNotReady},
                                                                       {"nodes.notReady", Metric::NodesNotReady},
                                                                       {"workloads.unready", Metric::WorkloadsUnready},
                                                                       {"workloads.readyShare", Metric::ReadyShare}}};
// Longer signs first, so that "<=" is not read as "<".
constexpr std::array<std::pair<std::string_view, Comparison>, 5> kComparisons{
    {{"<=", Comparison::LessEqual}, {">=", Comparison::GreaterEqual}, {"==", Comparison::Equal}, {"<", Comparison::Less}, {">", Comparison::Greater}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<DriveCondition> parse_condition(std::string_view text) {
  for (const auto& [sign, comparison] : kComparisons) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos) continue;
    const std::string_view name = trimmed(text.substr(0, at)), number = trimmed(text.substr(at + sign.size()));
    const auto metric = std::ranges::find(kMetrics, name, [](const auto& entry) { return entry.first; });
    double bound = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bound);
    if (metric == kMetrics.end() || number.empty() || error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    return DriveCondition{metric->second, comparison, bound, std::string(trimmed(text))};
  }
  return std::nullopt;
}

std::string known_drive_metrics() {
  std::string out;
  for (const auto& [name, metric] : kMetrics) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

double measure(const DriveCondition& condition, const ClusterState& state, const std::vector<std::string>& namespaces) {
  const auto meant = [&](Name name_space) { return namespaces.empty() || std::ranges::find(namespaces, name_space.text()) != namespaces.end(); };
  std::int64_t pending = 0, not_ready = 0, nodes = 0, unready = 0, wanted = 0, ready = 0;
  state.pods.for_each([&](PodId, const Pod& pod) {
    if (!pod.live() || !meant(pod.spec->name_space)) return;
    pending += pod.node.null() ? 1 : 0;
    not_ready += pod.ready ? 0 : 1;
  });
  state.nodes.for_each([&](NodeId, const Node& node) { nodes += node.ready ? 0 : 1; });
  state.workloads.for_each([&](WorkloadId, const Workload& workload) {
    const bool counted = workload.applied && meant(workload.spec->name_space) && workload.spec->kind != WorkloadKind::Job;
    if (!counted) return;
    unready += workload.ready < workload.replicas ? 1 : 0;
    wanted += workload.replicas;
    ready += std::min(workload.ready, workload.replicas);
  });
  switch (condition.metric) {
    case Metric::PodsPending: return static_cast<double>(pending);
    case Metric::PodsNotReady: return static_cast<double>(not_ready);
    case Metric::NodesNotReady: return static_cast<double>(nodes);
    case Metric::WorkloadsUnready: return static_cast<double>(unready);
    case Metric::ReadyShare: return wanted == 0 ? 1.0 : static_cast<double>(ready) / static_cast<double>(wanted);
  }
  return 0;
}

bool holds(const DriveCondition& condition, double value) {
  switch (condition.comparison) {
    case Comparison::Less: return value < condition.bound;
    case Comparison::LessEqual: return value <= condition.bound;
    case Comparison::Greater: return value > condition.bound;
    case Comparison::GreaterEqual: return value >= condition.bound;
    case Comparison::Equal: return value == condition.bound;
  }
  return false;
}

std::vector<ConditionReading> read_conditions(const std::vector<DriveCondition>& conditions, const ClusterState& state, const std::vector<std::string>& namespaces) {
  std::vector<ConditionReading> out;
  for (const DriveCondition& condition : conditions) {
    const double value = measure(condition, state, namespaces);
    out.push_back({condition.text, value, holds(condition, value)});
  }
  return out;
}

}  // namespace akstwin
