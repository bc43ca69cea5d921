/// The metrics of a run under the names that kube-state-metrics, cAdvisor, the cluster autoscaler and KEDA give them.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "adapters/export/export_source.hpp"

namespace akstwin {

/// One series: its labels in order, and its value from each sample until the next. It exists from `from` until `to`.
struct MetricSeries {
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::pair<SimTime, double>> values;      ///< ascending in time
  SimTime from{}, to = kNever;
};

/// All series of one name. A counter's name ends in _total.
struct MetricFamily {
  std::string name, help;
  bool counter = false;
  std::vector<MetricSeries> series;
};

/// All families, sorted by name. Names: kube-state-metrics 2.x, cAdvisor, cluster-autoscaler 1.32, KEDA 2.16 (docs/reference/export.md).
/// What a run records and none of them has is called akstwin_….
std::vector<MetricFamily> metric_families(const ExportSource& source);

}  // namespace akstwin
