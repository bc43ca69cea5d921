#include "models/spec/metrics.hpp"

#include <algorithm>
#include <iterator>

namespace akstwin {
namespace {

constexpr MetricName kMetrics[] = {
    {"availability", "share", "requests answered in time, of all requests"},
    {"cost_monthly_usd", "USD", "bill of the run, scaled to a month of 730 hours"},
    {"latency_p95_seconds", "s", "95th percentile of the response time at the edge"},
    {"nodes_peak", "nodes", "most nodes at once"},
    {"pod_pending_seconds", "s", "time from the creation of a pod until it is bound"},
    {"rpo_seconds", "s", "age of the data after a failover"},
    {"rto_seconds", "s", "time from an outage until everything serves again"},
    {"subnet_free_ratio", "share", "smallest share of free addresses of a subnet"},
    {"upgrade_requests_lost", "requests", "requests of a cluster's services that failed while a pool was upgraded"},
    {"upgrade_seconds", "s", "how long the upgrade of a pool took; never, if it did not succeed"},
};

constexpr std::string_view kFigureGroups[] = {"availability", "cost", "deploys", "latency", "nodes", "pods", "pool", "recovery", "services", "spot", "stopped", "subnet", "upgrade"};

}  // namespace

std::span<const MetricName> known_metrics() { return kMetrics; }

bool is_known_metric(std::string_view name) { return std::ranges::find(kMetrics, name, &MetricName::name) != std::end(kMetrics); }

bool is_figure_name(std::string_view name) {
  const std::string_view group = name.substr(0, name.find('.'));
  return std::ranges::find(kFigureGroups, group) != std::end(kFigureGroups);
}

std::span<const std::string_view> figure_groups() { return kFigureGroups; }

}  // namespace akstwin
