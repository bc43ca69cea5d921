/// Gauges and findings that no single event of the API server brings: what would fit, what is used, what is out.
#pragma once
#include <map>
#include <string>

#include "adapters/kube/cluster_cache.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

class LiveRecorder {
 public:
  LiveRecorder(const Scenario& scenario, const ClusterSpec& cluster, ClusterCache& cache) : scenario_(scenario), cluster_(cluster), cache_(cache) {}

  /// Headroom and addresses, as the twin samples them.
  void sample(SimTime now);
  /// Whether a zone went or came back, and whether all serve again: OutageBegan, WorkloadServing, Recovered, OutageEnded.
  void look(SimTime now);

 private:
  struct Zone { std::int64_t nodes = 0, ready = 0; };
  bool serves(const Workload& workload) const;
  void begin(const std::string& zone, SimTime now);

  const Scenario& scenario_;
  const ClusterSpec& cluster_;
  ClusterCache& cache_;
  std::map<std::string, bool> zone_up_;
  std::string outage_;                   // the zone that is out, "eastus2-1"; empty: none
  SimTime began_;
  bool recovered_ = true;
  std::map<std::uint32_t, bool> serving_;      // by workload row, during an outage
};

}  // namespace akstwin
