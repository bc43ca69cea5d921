/// Metric families while they are being filled.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "adapters/export/metric_families.hpp"

namespace akstwin {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

class FamilySet {
 public:
  /// A series that holds one value from `from` until `to`.
  void constant(const std::string& family, MetricLabels labels, SimTime from, SimTime to, double value) { step(family, std::move(labels), from, to, {{from, value}}); }
  /// A series of steps; steps at kNever did not happen.
  void step(const std::string& family, MetricLabels labels, SimTime from, SimTime to, std::vector<std::pair<SimTime, double>> values);
  /// A series that follows a gauge, multiplied by `factor`.
  void gauge(const std::string& family, MetricLabels labels, const Series& series, double factor);
  /// All families with their help texts, sorted by name; series sorted by labels.
  std::vector<MetricFamily> take();

 private:
  std::map<std::string, std::vector<MetricSeries>> families_;
};

/// kube_deployment_…, kube_statefulset_…, kube_daemonset_…, kube_horizontalpodautoscaler_…, kube_poddisruptionbudget_…
void workload_metrics(const ExportSource& source, FamilySet& families);
/// cluster_autoscaler_… and keda_…
void autoscaler_metrics(const ExportSource& source, FamilySet& families);
/// Every gauge of the Timeline as akstwin_….
void twin_metrics(const ExportSource& source, FamilySet& families);

}  // namespace akstwin
