#include "models/azure/spot_market.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

#include "models/catalog/machine_sizes.hpp"
#include "models/observe/kinds.hpp"
#include "sim/distributions.hpp"

namespace akstwin {
namespace {

constexpr Duration kMarketHour{3'600'000'000};
constexpr std::int64_t kMillion = 1'000'000;

// Draws of one hour: whether, when within the hour, and how long there is nothing afterwards.
constexpr std::uint32_t kWhether = 0, kWhen = 1, kHowLong = 2;
// Whether an hour is drawn for the region as a whole; and a step of the price, by its number.
constexpr std::uint32_t kCommon = 3, kPrice = 4;

/// The last entry that fits decides, field by field.
template <class Value>
Value stated(const SpotMarketSpec& spec, const SpotMarketKey& key, Name location, std::optional<Value> SpotMarketOverride::*field, Value otherwise) {
  for (const SpotMarketOverride& market : spec.markets) {
    const bool fits = (market.vm_size.empty() || market.vm_size == key.vm_size) && (market.location.empty() || market.location == location) &&
                      (market.zone == 0 || market.zone == key.zone);
    if (fits && market.*field) otherwise = *(market.*field);
  }
  return otherwise;
}

// Prices have five decimals (facts G).
Money rounded(double nano) { return Money{static_cast<std::int64_t>(nano / 10'000 + 0.5) * 10'000}; }

}  // namespace

SpotMarket::SpotMarket(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, const PlatformTopology& platform,
                       ScaleSets& scale_sets)
    : kernel_(kernel), timeline_(timeline), spec_(scenario.spot_market), scale_sets_(scale_sets) {
  hour_ = kernel.handlers().add<&SpotMarket::on_hour>("spot_market.hour", Phase::Plant, *this);
  reclaim_ = kernel.handlers().add<&SpotMarket::on_reclaim>("spot_market.reclaim", Phase::Plant, *this);
  price_ = kernel.handlers().add<&SpotMarket::on_price>("spot_market.price", Phase::Plant, *this);
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c)
    for (const NodePoolSpec& pool : scenario.clusters[c].pools)
      if (pool.spot)
        for (const int zone : pool.zones.empty() ? std::vector<int>{0} : pool.zones)
          add_market(scenario, c, pool.vm_size, zone, platform.cluster_region[c], root);
  // A NodePool that admits spot may come to any market of the sizes that it admits.
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const ClusterSpec& cluster = scenario.clusters[c];
    if (!cluster.provisioning.automatic) continue;
    for (const KarpenterNodePoolSpec& pool : cluster.provisioning.node_pools)
      if (spot_admitted(pool))
        for (const VmSize* size : sizes_admitted(pool, cluster.location))
          for (const int zone : zones_admitted(pool, cluster.location))
            if (spot_capable(*size)) add_market(scenario, c, size->name, zone, platform.cluster_region[c], root);
  }
}

void SpotMarket::add_market(const Scenario& scenario, std::uint32_t cluster, Name vm_size, int zone, std::uint32_t region, const RngRoot& root) {
  const SpotMarketKey key{vm_size, region, zone};
  if (std::any_of(markets_.begin(), markets_.end(), [&](const Market& known) { return known.key == key; })) return;
  const Name location = scenario.clusters[cluster].location;
  Market market;
  market.key = key;
  market.place = Name(location.str() + "-" + std::to_string(zone));
  market.stream = RngStream(root, "azure/spot/" + vm_size.str() + "/" + market.place.str());
  market.region = RngStream(root, "azure/spot/" + vm_size.str() + "/" + location.str());
  market.eviction_rate = stated(spec_, key, location, &SpotMarketOverride::eviction_rate, spec_.eviction_rate);
  market.volatility = stated(spec_, key, location, &SpotMarketOverride::price_volatility, spec_.price_volatility);
  market.stock_out = stated(spec_, key, location, &SpotMarketOverride::stock_out, spec_.stock_out);
  const VmSize* size = find_vm_size(vm_size.text());
  const auto list = size == nullptr ? std::nullopt : machine_price(scenario.cost, location, *size, false);
  if (!list) return markets_.push_back(market);   // without a price there is no path
  market.on_demand = *list;
  const PartsPerMillion share = stated(spec_, key, location, &SpotMarketOverride::price, PartsPerMillion{-1});
  market.level = share.value >= 0 ? rounded(static_cast<double>(list->nano) * static_cast<double>(share.value) / 1e6)
                                  : machine_price(scenario.cost, location, *size, true).value_or(*list);
  const bool bounded = std::ranges::any_of(scenario.clusters, [&](const ClusterSpec& of) {
    return std::ranges::any_of(of.pools, [&](const NodePoolSpec& pool) { return pool.spot && pool.spot_max_price && pool.vm_size == vm_size; });
  });
  market.priced = share.value >= 0 || market.volatility.value > 0 || bounded;
  if (market.priced) market.gauge = timeline_.series(akstwin::key(GaugeKind::SpotPrice, vm_size, market.place));
  markets_.push_back(market);
}

void SpotMarket::start() {
  for (std::uint32_t row = 0; row < markets_.size(); ++row) {
    Market& market = markets_[row];
    if (market.eviction_rate.value > 0) kernel_.at(kernel_.now(), hour_, {row, 0});
    if (!market.priced) continue;
    show_price(market);
    if (market.volatility.value > 0) kernel_.after(spec_.price_step, price_, {row, 1});
  }
}

/// The hours that a region has in common: its zones are hit together.
const RngStream& SpotMarket::stream_of(const Market& market, std::uint32_t hour) const {
  if (spec_.region_correlation.value == 0) return market.stream;
  const bool common = market.region.uniform(hour, kCommon) * 1e6 < static_cast<double>(spec_.region_correlation.value);
  return common ? market.region : market.stream;
}

void SpotMarket::on_hour(Subject subject) {
  const Market& market = markets_[subject.row];
  const std::uint32_t hour = subject.epoch;
  const RngStream& stream = stream_of(market, hour);
  const double rate = static_cast<double>(market.eviction_rate.value) / static_cast<double>(kMillion);
  if (stream.uniform(hour, kWhether) < rate) {
    const auto within = static_cast<std::int64_t>(stream.uniform(hour, kWhen) * static_cast<double>(kMarketHour.us));
    kernel_.after({within}, reclaim_, subject);
  }
  kernel_.after(kMarketHour, hour_, {subject.row, hour + 1});
}

void SpotMarket::on_reclaim(Subject subject) {
  const Market& market = markets_[subject.row];
  const std::int64_t running = scale_sets_.spot_running(market.key);
  const std::int64_t share = (running * spec_.reclaimed_share.value + kMillion - 1) / kMillion;
  // Exponential with the stated median: mean = median / ln 2.
  const double mean = market.stock_out.seconds_real() / std::numbers::ln2;
  const RngStream& stream = stream_of(market, subject.epoch);
  const double dry = market.stock_out.us > 0 ? exponential_quantile(stream.uniform(subject.epoch, kHowLong), mean) : 0.0;
  scale_sets_.close_market(market.key, kernel_.now() + duration_from_seconds(dry));
  const std::int64_t gone = scale_sets_.reclaim(market.key, share, spec_.notice);
  timeline_.event({kernel_.now(), code(EventKind::SpotMarketReclaim), market.key.vm_size, market.place, {}, gone});
}

/// The price is the level times e to the deviation, and never above the on-demand price.
void SpotMarket::show_price(Market& market) {
  const Money price = std::min(rounded(static_cast<double>(market.level.nano) * std::exp(market.deviation)), market.on_demand);
  timeline_.set(market.gauge, kernel_.now(), price.nano);
  scale_sets_.set_spot_price(market.key, price, spec_.notice);
}

/// An Ornstein-Uhlenbeck process in steps: of a deviation, 2 to the −step/memory is left, and noise keeps the long-run spread at `volatility`.
void SpotMarket::on_price(Subject subject) {
  Market& market = markets_[subject.row];
  const double kept = std::exp2(-spec_.price_step.seconds_real() / spec_.price_memory.seconds_real());
  const double spread = static_cast<double>(market.volatility.value) / 1e6;
  const double z = normal_quantile(stream_of(market, subject.epoch).uniform(subject.epoch, kPrice));
  market.deviation = kept * market.deviation + spread * std::sqrt(1 - kept * kept) * z;
  show_price(market);
  kernel_.after(spec_.price_step, price_, {subject.row, subject.epoch + 1});
}

}  // namespace akstwin
