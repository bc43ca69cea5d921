/// The names that thresholds and published figures may use.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace akstwin {

/// A metric: many values a run, on which a threshold's aggregate works.
struct MetricName {
  std::string_view name;
  std::string_view unit;
  std::string_view meaning;
};

/// All metrics, sorted by name.
std::span<const MetricName> known_metrics();
bool is_known_metric(std::string_view name);

/// Whether `name` can be a figure of a report: one number a run, with a dotted name such as "cost.production.monthly".
/// Only its first part is checked; the rest depends on the scenario (pools, subnets, namespaces).
bool is_figure_name(std::string_view name);
/// First parts of figure names, for messages.
std::span<const std::string_view> figure_groups();

}  // namespace akstwin
