/// Spot capacity as markets: one VM size in one zone is reclaimed together, now and then.
#pragma once
#include <vector>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

/// Draws once an hour and market whether Azure reclaims (docs/models/spot.md). Draws depend on the hour only, so variants share them.
class SpotMarket {
 public:
  SpotMarket(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, const PlatformTopology& platform,
             ScaleSets& scale_sets);
  SpotMarket(const SpotMarket&) = delete;
  /// Posts the first hour. Call once, at t = 0. Does nothing without spot pools.
  void start();

 private:
  struct Market {
    SpotMarketKey key;
    Name place;                       ///< "eastus2-1"
    RngStream stream;
  };
  void on_hour(Subject subject);
  void on_reclaim(Subject subject);

  Kernel& kernel_;
  Timeline& timeline_;
  const SpotMarketSpec& spec_;
  ScaleSets& scale_sets_;
  HandlerId hour_, reclaim_;
  std::vector<Market> markets_;
};

}  // namespace akstwin
