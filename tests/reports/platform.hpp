/// A platform and its Timeline built by hand, so that every expected answer can be worked out on paper.
#pragma once
#include <string>

#include "models/observe/kinds.hpp"
#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin::test {

inline constexpr std::int64_t kHourUs = 3'600'000'000;

/// A scenario with one cluster "aks" in eastus and a pool of D4s_v5 that holds no other cost: Free tier, no network, no edge.
struct Platform {
  Scenario scenario;
  Timeline timeline;

  Platform() {
    scenario.name = "by hand";
    scenario.question = "What does it cost?";
    scenario.sha256 = std::string(64, 'a');
    scenario.start = Epoch{1'772'409'600};  // 2026-03-02T00:00:00Z, a Monday.
  }

  ClusterSpec& cluster(const std::string& name, const std::string& location = "eastus") {
    ClusterSpec cluster;
    cluster.name = Name(name);
    cluster.location = Name(location);
    cluster.tier = ControlPlaneTier::Free;
    scenario.clusters.push_back(cluster);
    return scenario.clusters.back();
  }

  NodePoolSpec& pool(ClusterSpec& cluster, const std::string& name, const std::string& size, std::int64_t min, std::int64_t max) {
    NodePoolSpec pool;
    pool.name = Name(name);
    pool.vm_size = Name(size);
    pool.autoscaling = min != max;
    pool.count = pool.min_count = min;
    pool.max_count = max;
    cluster.pools.push_back(pool);
    return cluster.pools.back();
  }

  void set(const SeriesKey& key, std::int64_t hour, std::int64_t value) {
    timeline.set(timeline.series(key), SimTime{hour * kHourUs}, value);
  }
  void nodes(const std::string& cluster, const std::string& pool, std::int64_t hour, std::int64_t count) {
    set(key(GaugeKind::NodesAllocated, Name(cluster), Name(pool)), hour, count);
  }
  void event(EventKind kind, SimTime at, const std::string& subject, const std::string& object, std::int64_t value,
             const std::string& detail = "") {
    timeline.event({at, code(kind), Name(subject), Name(object), Name(detail), value});
  }
  void finish_after_hours(std::int64_t hours) {
    scenario.horizon = Duration{hours * kHourUs};
    timeline.finish(SimTime{hours * kHourUs});
  }
};

/// So many nano-dollars an hour, with a discount in parts per million.
inline CommitmentSpec savings_plan(std::int64_t nano_an_hour, std::int64_t discount_ppm) {
  CommitmentSpec plan;
  plan.hourly = Money{nano_an_hour};
  plan.discount = PartsPerMillion{discount_ppm};
  return plan;
}

inline CommitmentSpec reservation(const std::string& size, const std::string& location, std::int64_t quantity) {
  CommitmentSpec reserved;
  reserved.reservation = true;
  reserved.vm_size = Name(size);
  reserved.location = Name(location);
  reserved.quantity = quantity;
  return reserved;
}

inline SimTime at_seconds(std::int64_t seconds) { return SimTime{seconds * 1'000'000}; }

}  // namespace akstwin::test
