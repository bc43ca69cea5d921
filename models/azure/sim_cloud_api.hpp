/// The simulated subscription behind the CloudApi port.
#pragma once
#include "models/api/plant.hpp"
#include "models/api/ports.hpp"
#include "models/azure/front_door.hpp"
#include "models/azure/scale_sets.hpp"

namespace akstwin {

/// Hands each request to the part that carries it out. ARM of a lost region refuses; unknown pools, clusters and stores are not found.
class SimCloudApi final : public CloudApi {
 public:
  /// `notice` is the spot notice that an eviction asked for through the API gives.
  SimCloudApi(const CloudState& cloud, ScaleSets& scale_sets, FrontDoor& front_door, DataFailover& data, Duration notice);
  const CloudState& state() const override { return cloud_; }
  Verdict submit(const CloudAction& action) override;

 private:
  Verdict pool_verdict(PoolId pool) const;

  const CloudState& cloud_;
  ScaleSets& scale_sets_;
  FrontDoor& front_door_;
  DataFailover& data_;
  Duration notice_;
};

}  // namespace akstwin
