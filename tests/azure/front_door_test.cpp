#include "tests/azure/platform.hpp"

#include <catch2/catch.hpp>

namespace akstwin::testing {
namespace {

struct Edge {
  explicit Edge(bool automatic, std::uint64_t seed = 1, EdgeSpec::Kind kind = EdgeSpec::Kind::FrontDoor)
      : platform(scenario(automatic, kind), seed),
        door(*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, platform.cloud),
        outages(*platform.kernel, platform.timeline, platform.topology, platform.cloud, *platform.scale_sets, platform.registrars(), platform.scenario) {
    outages.add_listener(door);
    door.start();
  }
  static Scenario scenario(bool automatic, EdgeSpec::Kind kind) {
    Scenario out = with_standby(a_scenario({a_pool("user", 1)}));
    out.edge.kind = kind;
    out.edge.origins = {Name("aks-prod"), Name("aks-standby")};
    out.edge.automatic_failover = automatic;
    return out;
  }
  Platform platform;
  FrontDoor door;
  Outages outages;
};

/// The slow twin: every probe is made, and the last n are counted.
struct EveryProbe {
  SimTime next;
  Duration interval;
  std::vector<bool> last;
  std::size_t needed;
  void until(SimTime now, bool up) {
    for (; next <= now; next += interval) {
      last.erase(last.begin());
      last.push_back(up);
    }
  }
  bool healthy() const { return static_cast<std::size_t>(std::count(last.begin(), last.end(), true)) >= needed; }
};

}  // namespace

TEST_CASE("With probes every 30 s and 3 of 4 needed, a lost origin is found out after 30 to 60 s, whatever the phase") {
  // Facts H: k = 4 − 3 + 1 = 2 failures; detection in ((k−1)·I, k·I] = (30 s, 60 s].
  for (std::int64_t offset = 0; offset < 30'000'000; offset += 499'979) {
    ProbeWindow probes({offset}, 30_s, 4, 3, true);
    const SimTime lost{3'600'000'000};
    probes.change(lost, false);
    const Duration detection = probes.next_turn(lost) - lost;
    REQUIRE(detection > 30_s);
    REQUIRE(detection <= 60_s);
    const SimTime back = lost + 10_min;
    probes.change(back, true);
    const Duration recovery = probes.next_turn(back) - back;   // 3 good probes: (60 s, 90 s]
    REQUIRE(recovery > 60_s);
    REQUIRE(recovery <= 90_s);
  }
}

TEST_CASE("Lazy probing turns at the same instants as probing all the time") {
  const RngStream stream({.seed = 5}, "test");
  for (std::uint32_t trial = 0; trial < 200; ++trial) {
    const auto size = static_cast<std::int64_t>(1 + stream.below(6, trial, 0));
    const auto needed = static_cast<std::int64_t>(1 + stream.below(static_cast<std::uint64_t>(size), trial, 1));
    const SimTime first{static_cast<std::int64_t>(stream.below(30'000'000, trial, 2))};
    ProbeWindow lazy(first, 30_s, size, needed, true);
    EveryProbe slow{first, 30_s, std::vector<bool>(static_cast<std::size_t>(size), true), static_cast<std::size_t>(needed)};
    SimTime now;
    bool up = true;
    for (std::uint32_t change = 0; change < 12; ++change) {
      const SimTime then = now + Duration{static_cast<std::int64_t>(1 + stream.below(200'000'000, trial, 10 + change))};
      bool verdict = slow.healthy();
      for (SimTime turn = lazy.next_turn(now); now < then;) {
        const SimTime probe = std::min(then, slow.next);
        slow.until(probe, up);
        INFO("trial " << trial << " change " << change);
        REQUIRE((slow.healthy() != verdict) == (probe == turn));
        if (slow.healthy() != verdict) {
          verdict = slow.healthy();
          turn = lazy.next_turn(probe);
        }
        REQUIRE(lazy.healthy(probe) == verdict);
        now = probe;
      }
      up = !up;
      lazy.change(now, up);
    }
  }
}

TEST_CASE("Automatic fail-over moves traffic at detection and back when the first origin is healthy again") {
  Edge edge(true);
  edge.platform.run_for(1_h);
  edge.outages.lose_region(Name("eastus2"), 4_h);
  edge.platform.run_for(60_s);
  REQUIRE(edge.platform.cloud.active_origin == 1);
  const auto lost = edge.platform.events(EventKind::EdgeOriginUnhealthy);
  const auto moved = edge.platform.events(EventKind::TrafficMoved);
  REQUIRE(lost.size() == 1);
  REQUIRE(lost[0].value > (30_s).us);
  REQUIRE(lost[0].value <= (60_s).us);
  REQUIRE(moved.size() == 1);
  REQUIRE(moved[0].at == lost[0].at);
  const auto phases = edge.platform.events(EventKind::RecoveryPhase);
  REQUIRE(phases.size() == 2);
  REQUIRE(phases[0].object == Name("detected"));
  REQUIRE(phases[1].object == Name("traffic moved"));
  edge.platform.run_for(5_h);
  REQUIRE(edge.platform.cloud.active_origin == 0);
}

TEST_CASE("Without automatic fail-over traffic waits for the routing action and stays where it was sent") {
  Edge edge(false);
  edge.outages.lose_region(Name("eastus2"), 4_h);
  edge.platform.run_for(30_min);
  REQUIRE(edge.platform.cloud.active_origin == 0);
  edge.door.route(1, 2_min);
  edge.platform.run_for(2_min - 1_us);
  REQUIRE(edge.platform.cloud.active_origin == 0);
  edge.platform.run_for(1_us);
  REQUIRE(edge.platform.cloud.active_origin == 1);
  REQUIRE(edge.platform.events(EventKind::TrafficMoved)[0].at == SimTime{} + 32_min);
  edge.platform.run_for(6_h);
  REQUIRE(edge.platform.cloud.active_origin == 1);
}

TEST_CASE("When no origin is healthy traffic stays where it is") {
  Edge edge(true);
  edge.door.origin_answers(1, false);
  edge.outages.lose_region(Name("eastus2"), 1_h);
  edge.platform.run_for(10_min);
  REQUIRE_FALSE(edge.door.healthy(0));
  REQUIRE_FALSE(edge.door.healthy(1));
  REQUIRE(edge.platform.cloud.active_origin == 0);
}

TEST_CASE("Traffic Manager moves clients at most 160 s after the loss") {
  // Facts K13: interval 30, tolerated 3, timeout 10, TTL 30: at most 30 + 3·30 + 10 + 30 = 160 s, at least 30 s less.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Edge edge(true, seed, EdgeSpec::Kind::TrafficManager);
    edge.platform.run_for(1_h);
    edge.outages.lose_region(Name("eastus2"), 4_h);
    edge.platform.run_for(10_min);
    const Duration took = edge.platform.events(EventKind::TrafficMoved).at(0).at - (SimTime{} + 1_h);
    REQUIRE(took > 130_s);
    REQUIRE(took <= 160_s);
  }
}

TEST_CASE("Without an edge the first cluster that does not stand by gets the traffic") {
  Scenario scenario = with_standby(a_scenario({a_pool("user", 1)}));
  std::swap(scenario.clusters[0], scenario.clusters[1]);
  Platform platform(scenario);
  FrontDoor door(*platform.kernel, platform.timeline, platform.root, platform.scenario, platform.topology, platform.cloud);
  REQUIRE(platform.cloud.active_origin == 1);
  REQUIRE_FALSE(door.is_origin(1));
}

}  // namespace akstwin::testing
