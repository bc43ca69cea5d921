/// The simulated subscription behind the CloudApi port.
#pragma once
#include "models/api/plant.hpp"
#include "models/api/ports.hpp"
#include "models/azure/aks_operations.hpp"
#include "models/azure/front_door.hpp"
#include "models/azure/maintenance_power.hpp"
#include "models/azure/scale_sets.hpp"

namespace akstwin {

/// Hands each request to the part that carries it out. ARM of a lost region refuses; unknown pools, clusters and stores are not found.
class SimCloudApi final : public CloudApi {
 public:
  /// `notice` is the spot notice that an eviction asked for through the API gives.
  SimCloudApi(const CloudState& cloud, ScaleSets& scale_sets, FrontDoor& front_door, DataFailover& data, Duration notice);
  const CloudState& state() const override { return cloud_; }
  Verdict submit(const CloudAction& action) override;
  /// Long-running operations, and ARM's throttling of writes. Without it the first are refused and the second never happens.
  void use(AksOperations& operations) { operations_ = &operations; }

  /// Who stops and starts whole clusters; without it nobody does.
  void use(ClusterPower& power) { power_ = &power; }

 private:
  Verdict pool_verdict(PoolId pool) const;
  /// What maintenance asks for, in a pool that is there.
  Verdict maintain(const CloudAction& action);
  Verdict switch_cluster(std::uint32_t cluster, bool on);
  /// People and pipelines write agent pools through AKS; the autoscaler talks to the scale set itself.
  Verdict admit_write(PoolId pool, const CloudAction& action);

  const CloudState& cloud_;
  ScaleSets& scale_sets_;
  FrontDoor& front_door_;
  DataFailover& data_;
  Duration notice_;
  ClusterPower* power_ = nullptr;
  AksOperations* operations_ = nullptr;
};

}  // namespace akstwin
