#include "models/azure/spot_market.hpp"

#include <algorithm>
#include <numbers>
#include <string>

#include "models/catalog/machine_sizes.hpp"
#include "models/observe/kinds.hpp"
#include "sim/distributions.hpp"

namespace akstwin {
namespace {

constexpr Duration kHour{3'600'000'000};
constexpr std::int64_t kMillion = 1'000'000;

// Draws of one hour: whether, when within the hour, and how long there is nothing afterwards.
constexpr std::uint32_t kWhether = 0, kWhen = 1, kHowLong = 2;

}  // namespace

SpotMarket::SpotMarket(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, const PlatformTopology& platform,
                       ScaleSets& scale_sets)
    : kernel_(kernel), timeline_(timeline), spec_(scenario.spot_market), scale_sets_(scale_sets) {
  hour_ = kernel.handlers().add<&SpotMarket::on_hour>("spot_market.hour", Phase::Plant, *this);
  reclaim_ = kernel.handlers().add<&SpotMarket::on_reclaim>("spot_market.reclaim", Phase::Plant, *this);
  const auto add = [&](std::uint32_t cluster, Name vm_size, int zone) {
    const SpotMarketKey key{vm_size, platform.cluster_region[cluster], zone};
    if (std::any_of(markets_.begin(), markets_.end(), [&](const Market& known) { return known.key == key; })) return;
    const std::string place = scenario.clusters[cluster].location.str() + "-" + std::to_string(zone);
    markets_.push_back({key, Name(place), RngStream(root, "azure/spot/" + vm_size.str() + "/" + place)});
  };
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c)
    for (const NodePoolSpec& pool : scenario.clusters[c].pools)
      if (pool.spot)
        for (const int zone : pool.zones.empty() ? std::vector<int>{0} : pool.zones) add(c, pool.vm_size, zone);
  // A NodePool that admits spot may come to any market of the sizes that it admits.
  for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
    const ClusterSpec& cluster = scenario.clusters[c];
    if (!cluster.provisioning.automatic) continue;
    for (const KarpenterNodePoolSpec& pool : cluster.provisioning.node_pools)
      if (spot_admitted(pool))
        for (const VmSize* size : sizes_admitted(pool, cluster.location))
          for (const int zone : zones_admitted(pool, cluster.location))
            if (spot_capable(*size)) add(c, size->name, zone);
  }
}

void SpotMarket::start() {
  if (spec_.eviction_rate.value <= 0) return;
  for (std::uint32_t market = 0; market < markets_.size(); ++market) kernel_.at(kernel_.now(), hour_, {market, 0});
}

void SpotMarket::on_hour(Subject subject) {
  const Market& market = markets_[subject.row];
  const std::uint32_t hour = subject.epoch;
  const double rate = static_cast<double>(spec_.eviction_rate.value) / static_cast<double>(kMillion);
  if (market.stream.uniform(hour, kWhether) < rate) {
    const auto within = static_cast<std::int64_t>(market.stream.uniform(hour, kWhen) * static_cast<double>(kHour.us));
    kernel_.after({within}, reclaim_, subject);
  }
  kernel_.after(kHour, hour_, {subject.row, hour + 1});
}

void SpotMarket::on_reclaim(Subject subject) {
  const Market& market = markets_[subject.row];
  const std::int64_t running = scale_sets_.spot_running(market.key);
  const std::int64_t share = (running * spec_.reclaimed_share.value + kMillion - 1) / kMillion;
  // Exponential with the stated median: mean = median / ln 2.
  const double mean = spec_.stock_out.seconds_real() / std::numbers::ln2;
  const double dry = spec_.stock_out.us > 0 ? exponential_quantile(market.stream.uniform(subject.epoch, kHowLong), mean) : 0.0;
  scale_sets_.close_market(market.key, kernel_.now() + duration_from_seconds(dry));
  const std::int64_t gone = scale_sets_.reclaim(market.key, share, spec_.notice);
  timeline_.event({kernel_.now(), code(EventKind::SpotMarketReclaim), market.key.vm_size, market.place, {}, gone});
}

}  // namespace akstwin
