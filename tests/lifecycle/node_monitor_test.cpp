#include <catch2/catch.hpp>

#include <algorithm>

#include "models/controllers/lifecycle/node_monitor.hpp"
#include "models/controllers/lifecycle/taint_eviction.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

SimTime at(std::int64_t seconds) { return SimTime{seconds * 1'000'000}; }

NodeReport report(std::size_t number, const char* zone) {
  NodeReport node;
  node.node = static_cast<std::uint32_t>(number);
  node.zone = Name(zone);
  return node;
}

/// A cluster of nodes that renew until they fall silent; runs passes and queue looks on their grids.
struct Cluster {
  NodeMonitor monitor{NodeLifecycleOptions{}};
  std::vector<NodeReport> nodes;
  std::vector<SimTime> silent;
  std::vector<SimTime> tainted;
  SimTime now;

  Cluster(std::initializer_list<const char*> zones) {
    for (const char* zone : zones) {
      nodes.push_back(report(nodes.size(), zone));
      silent.push_back(kNever);
      tainted.push_back(kNever);
    }
  }
  void apply(const std::vector<NodeEffect>& effects) {
    for (const NodeEffect& effect : effects) {
      NodeReport& node = nodes[effect.node];
      bool& taint = effect.taint == HealthTaint::NotReady ? node.not_ready_taint : node.unreachable_taint;
      if (effect.kind == NodeEffect::Kind::BecomesUnknown) node.ready = NodeCondition::Unknown;
      if (effect.kind == NodeEffect::Kind::AddTaint) {
        taint = true;
        tainted[effect.node] = now;
      }
      if (effect.kind == NodeEffect::Kind::RemoveTaint) taint = false;
    }
  }
  void run_until(SimTime end) {
    for (; now <= end; now += 100_ms) {
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (now < silent[i] && now.us % 10'000'000 == 0) nodes[i].heard = now;
      std::vector<NodeEffect> effects;
      monitor.taint(now, nodes, effects);
      apply(effects);
      effects.clear();
      if (now.us % 5'000'000 != 0) continue;
      monitor.monitor(now, nodes, effects);
      apply(effects);
    }
  }
};

Toleration tolerates(const char* key, std::int64_t seconds) {
  Toleration toleration;
  toleration.key = Name(key);
  toleration.exists = true;
  toleration.seconds = seconds;
  return toleration;
}

}  // namespace

TEST_CASE("A silent node is Unknown at the first pass later than the grace period, and tainted one pass later") {
  // Last renewal 60 s, noticed at 60 s. 60 + 50 = 110: the pass at 110 is not later, the one at 115 is. Taint at 120.1 s.
  Cluster cluster{"1", "1"};
  cluster.silent[0] = at(61);
  cluster.run_until(at(114));
  CHECK(cluster.nodes[0].ready == NodeCondition::True);
  cluster.run_until(at(116));
  CHECK(cluster.nodes[0].ready == NodeCondition::Unknown);
  CHECK(cluster.tainted[0] == kNever);
  cluster.run_until(at(130));
  CHECK(cluster.tainted[0] == at(120) + 100_ms);
}

TEST_CASE("Two nodes of a zone are tainted ten seconds apart, nodes of two zones at once") {
  Cluster together{"1", "1", "1", "1", "1"}, apart{"1", "1", "2", "2"};
  together.silent[0] = together.silent[1] = at(61);
  apart.silent[0] = apart.silent[2] = at(61);
  together.run_until(at(140));
  apart.run_until(at(140));
  CHECK(together.tainted[0] == at(120) + 100_ms);
  CHECK(together.tainted[1] == at(130) + 100_ms);
  CHECK(apart.tainted[0] == at(120) + 100_ms);
  CHECK(apart.tainted[2] == at(120) + 100_ms);
}

TEST_CASE("A zone of up to fifty nodes with 55 % lost is not evicted from at all, a larger one at a hundredth of a node a second") {
  // 3 of 5 = 60 %: partial disruption. Nobody is tainted in the small zone.
  Cluster small{"1", "1", "1", "1", "1"};
  for (std::size_t i = 0; i < 3; ++i) small.silent[i] = at(61);
  small.run_until(at(600));
  CHECK(small.monitor.zone_state(Name("1")) == ZoneState::PartialDisruption);
  CHECK(small.tainted[0] == kNever);
  // 33 of 60 = 55 %, more than 50 nodes. The old bucket was full, so the first node goes at once, the second 100 s later.
  Cluster large{};
  for (int i = 0; i < 60; ++i) {
    large.nodes.push_back(report(static_cast<std::size_t>(i), "1"));
    large.silent.push_back(i < 33 ? at(61) : kNever);
    large.tainted.push_back(kNever);
  }
  large.run_until(at(325));
  const auto count = std::ranges::count_if(large.tainted, [](SimTime when) { return when != kNever; });
  CHECK(count == 3);   // 120.1, 220.1, 320.1
}

TEST_CASE("When all zones are lost nobody is evicted; when one node returns the others get a fresh grace period") {
  Cluster cluster{"1", "2"};
  cluster.silent[0] = cluster.silent[1] = at(61);
  cluster.run_until(at(1000));
  CHECK(cluster.monitor.zone_state(Name("1")) == ZoneState::FullDisruption);
  CHECK(cluster.tainted[0] == kNever);
  cluster.silent[0] = kNever;
  cluster.nodes[0].ready = NodeCondition::True;
  cluster.nodes[0].heard = at(1001);
  cluster.run_until(at(1030));
  // Node 1 waits in its queue all the time; the bucket of a zone that was stopped starts empty: 1005 + 10 s.
  CHECK(cluster.tainted[0] == kNever);
  CHECK(cluster.tainted[1] == at(1015));
}

TEST_CASE("A pod leaves after the least of its tolerations, at once without one, never with an unlimited one") {
  const std::vector<Taint> unreachable{to_taint(HealthTaint::Unreachable, TaintEffect::NoExecute)};
  const std::vector<Toleration> both{tolerates("node.kubernetes.io/unreachable", 300), tolerates("node.kubernetes.io/unreachable", 10)};
  CHECK(toleration_time(both, unreachable) == 300_s);   // the first match counts
  CHECK(toleration_time({}, unreachable) == 0_s);
  Toleration all;
  all.exists = true;
  CHECK(toleration_time(std::vector<Toleration>{all}, unreachable) == kForever);
}

TEST_CASE("A timer that runs is kept when a shorter toleration joins, and cancelled with the last taint") {
  TaintEviction eviction;
  const std::vector<Toleration> tolerations{tolerates("node.kubernetes.io/unreachable", 300), tolerates("maint", 10)};
  const std::vector<Taint> one{to_taint(HealthTaint::Unreachable, TaintEffect::NoExecute)};
  std::vector<Taint> two = one;
  two.push_back({Name("maint"), {}, TaintEffect::NoExecute});
  const std::vector<TaintEviction::PodOnNode> pods{{7, tolerations}};
  std::vector<std::uint64_t> doomed;
  eviction.node_changed(at(0), one, pods, doomed);
  eviction.node_changed(at(50), two, pods, doomed);
  CHECK(eviction.next() == at(300));
  eviction.node_changed(at(60), {}, pods, doomed);
  CHECK(eviction.next() == kNever);
  CHECK(doomed.empty());
}

TEST_CASE("A rate of one a second does not come back once evictions were stopped") {
  // The stopped limiter reports that very rate, so the change looks like none.
  EvictionLimiter limiter(1_s);
  limiter.swap(std::nullopt, at(0));
  limiter.swap(1_s, at(10));
  CHECK_FALSE(limiter.try_accept(at(100)));
  limiter.swap(10_s, at(100));
  CHECK_FALSE(limiter.try_accept(at(109)));
  CHECK(limiter.try_accept(at(110)));
}

TEST_CASE("Over random failures no zone is tainted faster than its rate, and nobody while all are silent") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    std::uint64_t state = seed * 0x9E3779B97F4A7C15ULL;
    const auto draw = [&](std::uint64_t below) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      return (state >> 33) % below;
    };
    Cluster cluster{"1", "1", "1", "1", "2", "2", "2", "2"};
    for (SimTime& silent : cluster.silent)
      if (draw(3) == 0) silent = at(static_cast<std::int64_t>(61 + draw(300)));
    cluster.run_until(at(900));
    for (const std::size_t first : {std::size_t{0}, std::size_t{4}}) {
      std::vector<SimTime> times;
      for (std::size_t i = first; i < first + 4; ++i)
        if (cluster.tainted[i] != kNever) times.push_back(cluster.tainted[i]);
      std::ranges::sort(times);
      for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i] - times[i - 1] >= 10_s);
    }
    if (std::ranges::none_of(cluster.nodes, [](const NodeReport& node) { return node.ready == NodeCondition::True; }))
      for (const NodeReport& node : cluster.nodes) CHECK_FALSE(node.unreachable_taint);
  }
}
