/// Who caused the bill: pool costs by requests, idle shared or shown.
#include <algorithm>
#include <map>

#include "models/catalog/machine_sizes.hpp"
#include "reports/bill.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kBillion = 1'000'000'000;
using Key = std::pair<std::string, std::string>;  // Cluster and namespace.

struct Ledger {
  std::map<Key, NamespaceCost> rows;
  NamespaceCost& row(const std::string& cluster, const std::string& name_space) {
    NamespaceCost& row = rows[{cluster, name_space}];
    row.cluster = cluster;
    row.name_space = name_space;
    return row;
  }
};

// Share of the pool that each namespace requested: the mean of its CPU and its memory share, in billionths.
std::map<std::string, std::int64_t> request_shares(const Timeline& timeline, const ClusterSpec& cluster, const NodePoolSpec& pool) {
  std::map<std::string, std::int64_t> shares;
  const SimTime end = timeline.end();
  const auto add = [&](GaugeKind requested, GaugeKind allocatable) {
    const Int128 of = integral(samples_of(of_pool(timeline, allocatable, cluster.name, pool.name)), {}, end);
    if (of <= 0) return;
    const auto series =
        select(timeline, requested, [&](const SeriesKey& k) { return k.a == cluster.name && last_part(k.b.text()) == pool.name.text(); });
    for (const Series* one : series)
      shares[std::string(last_part(one->key.c.text()))] +=
          static_cast<std::int64_t>(integral(samples_of(one), {}, end) * (kBillion / 2) / of);
  };
  add(GaugeKind::CpuRequestedBy, GaugeKind::CpuAllocatable);
  add(GaugeKind::MemoryRequestedBy, GaugeKind::MemoryAllocatable);
  return shares;
}

void share_pool(Ledger& ledger, const Scenario& scenario, const Timeline& timeline, const ClusterSpec& cluster, const NodePoolSpec& pool,
                Money cost) {
  const auto shares = request_shares(timeline, cluster, pool);
  std::vector<std::int64_t> weights;
  std::int64_t requested = 0;
  for (const auto& [name_space, share] : shares) {
    weights.push_back(share);
    requested += share;
  }
  // What nobody requested is idle; the last weight is its own, so that the parts sum to the cost.
  weights.push_back(std::max<std::int64_t>(0, kBillion - requested));
  const auto direct = split(cost, weights);
  const Money idle = direct.back();
  weights.pop_back();
  const bool shared = scenario.cost.share_idle_proportionally && requested > 0;
  const auto idle_shares = split(shared ? idle : Money{0}, weights);
  std::size_t i = 0;
  for (const auto& [name_space, share] : shares) {
    NamespaceCost& row = ledger.row(cluster.name.str(), name_space);
    row.direct += direct[i];
    row.idle += idle_shares[i];
    ++i;
  }
  if (!shared) ledger.row(cluster.name.str(), "(idle)").direct += idle;
}

}  // namespace

std::vector<NamespaceCost> showback(const Scenario& scenario, const Timeline& timeline, const std::vector<PriceLine>& lines) {
  Ledger ledger;
  std::map<Key, Money> pools;  // By cluster and pool.
  for (const PriceLine& line : lines) {
    if (!line.pool.empty())
      pools[{line.cluster, line.pool}] += line.amount;
    else
      ledger.row(line.cluster, "(shared: " + line.category + ")").direct += line.amount;
  }
  for (const ClusterSpec& cluster : scenario.clusters)
    for (const NodePoolSpec& pool : all_pools(cluster)) {
      const auto cost = pools.find({cluster.name.str(), pool.name.str()});
      if (cost != pools.end()) share_pool(ledger, scenario, timeline, cluster, pool, cost->second);
    }
  std::vector<NamespaceCost> rows;
  for (auto& [name, row] : ledger.rows) {
    row.total = row.direct + row.idle;
    rows.push_back(std::move(row));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.total > b.total; });
  return rows;
}

}  // namespace akstwin
