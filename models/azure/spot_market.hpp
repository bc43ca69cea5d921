/// Spot capacity as markets: one VM size in one zone is reclaimed together, now and then.
#pragma once
#include <vector>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

/// Draws once an hour and market whether Azure reclaims, and now and then what the market costs (docs/models/spot.md). Draws depend on the
/// hour and the step only, so variants share them.
class SpotMarket {
 public:
  SpotMarket(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, const PlatformTopology& platform,
             ScaleSets& scale_sets);
  SpotMarket(const SpotMarket&) = delete;
  /// Posts the first hour and the first prices. Call once, at t = 0. Does nothing without spot pools.
  void start();

 private:
  struct Market {
    SpotMarketKey key;
    Name place;                       ///< "eastus2-1"
    RngStream stream, region;         ///< region: what the zones of a size have in common
    PartsPerMillion eviction_rate, volatility;
    Duration stock_out;
    Money level, on_demand;           ///< what its price returns to, and what it never exceeds
    double deviation = 0;             ///< logarithm of price ÷ level
    bool priced = false;              ///< its price is simulated
    SeriesId gauge;
  };
  void add_market(const Scenario& scenario, std::uint32_t cluster, Name vm_size, int zone, std::uint32_t region, const RngRoot& root);
  const RngStream& stream_of(const Market& market, std::uint32_t hour) const;
  void show_price(Market& market);
  void on_price(Subject subject);
  void on_hour(Subject subject);
  void on_reclaim(Subject subject);

  Kernel& kernel_;
  Timeline& timeline_;
  const SpotMarketSpec& spec_;
  ScaleSets& scale_sets_;
  HandlerId hour_, reclaim_, price_;
  std::vector<Market> markets_;
};

}  // namespace akstwin
