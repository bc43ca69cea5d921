/// Stopping and starting whole clusters: `az aks stop` switches the control plane and all machines off, and neither is billed.
#pragma once
#include <vector>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

class ClusterPower {
 public:
  ClusterPower(Kernel& kernel, Timeline& timeline, const Scenario& scenario, CloudState& cloud, ScaleSets& scale_sets,
               std::vector<NodeRegistrar*> registrars);
  ClusterPower(const ClusterPower&) = delete;

  /// All pools stop, and the API server does not answer from now on. False when it is stopped already.
  bool stop(std::uint32_t cluster);
  /// The API server answers after a while, and the pools come back with it. False when it is not stopped.
  bool start(std::uint32_t cluster);

 private:
  void on_started(Subject subject);
  std::vector<PoolId> pools_of(std::uint32_t cluster) const;
  void record(std::uint32_t cluster, EventKind event, std::int64_t running);

  Kernel& kernel_;
  Timeline& timeline_;
  const Scenario& scenario_;
  CloudState& cloud_;
  ScaleSets& scale_sets_;
  std::vector<NodeRegistrar*> registrars_;
  HandlerId started_;
  struct Cluster {
    bool stopped = false;
    std::uint32_t epoch = 0;
    std::vector<PoolId> stopped_here;   // pools that were running when the cluster was stopped
  };
  std::vector<Cluster> clusters_;
};

}  // namespace akstwin
