// Random programs on both kernels.
#include <catch2/catch.hpp>

#include "sim/rng.hpp"
#include "tests/sim/kernel_program.hpp"

using namespace akstwin;
using namespace akstwin::literals;
using namespace akstwin::test;

namespace {

/// Draws of one program, one after another.
struct Dice {
  RngStream stream;
  std::uint64_t next = 0;
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(high - low + 1), next++));
  }
  SiteId site(const Topology& topology) { return {static_cast<std::uint32_t>(between(0, std::ssize(topology.sites) - 1))}; }
};

Topology random_topology(Dice& dice) {
  Topology topology;
  const std::int64_t regions = dice.between(1, 3);
  for (std::int64_t i = 0; i < regions; ++i) topology.add_region(Name("r" + std::to_string(i)));
  const std::int64_t sites = dice.between(2, 14);
  for (std::int64_t i = 0; i < sites; ++i)
    topology.add_site({.name = Name("n" + std::to_string(i)),
                       .region = static_cast<std::uint32_t>(dice.between(0, regions - 1)),
                       .access_rate = {dice.between(1, 40) * 3'333'333},
                       .access_latency = {dice.between(1, 2'000)}});
  for (std::uint32_t a = 0; a < regions; ++a)
    for (std::uint32_t b = a + 1; b < regions; ++b)
      topology.backbones.push_back({.from = a, .to = b, .rate = {dice.between(1, 30) * 7'777'777}, .latency = {dice.between(1, 90'000)}});
  return topology;
}

void random_program(Stage& stage, const Topology& topology, Dice dice) {
  const auto instant = [&] { return SimTime{dice.between(0, 20) * 250'000 + (dice.between(0, 1) == 0 ? 0 : dice.between(0, 250'000))}; };
  for (std::uint32_t i = 0; i < 60; ++i) {
    const SiteId from = dice.site(topology), to = dice.site(topology);
    const std::int64_t size = dice.between(0, 9) == 0 ? 0 : dice.between(1, 60'000'000);
    stage.at(instant(), [&stage, from, to, size, i] { stage.send(from, to, size, i); });
  }
  for (std::uint32_t i = 0; i < 40; ++i) stage.kernel.at(instant(), stage.tick, {i, 0});
  for (int i = 0; i < 4; ++i) {
    const SiteId site = dice.site(topology);
    const SimTime down = instant();
    stage.at(down, [&stage, site] { stage.kernel.set_site(site, false); });
    stage.at(down + Duration{dice.between(1, 2'000'000)}, [&stage, site] { stage.kernel.set_site(site, true); });
    const SiteId other = dice.site(topology);
    const BytesPerSecond rate{dice.between(1, 60) * 2'222'222};
    stage.at(instant(), [&stage, other, rate] { stage.kernel.set_access_rate(other, rate); });
  }
  stage.kernel.run_until({3'600'000'000});
}

}  // namespace

TEST_CASE("Both kernels run a random program alike") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);   // rerun: test_sim "Both kernels run a random program alike"; the failing seed is named
    Dice dice{RngStream({.seed = seed}, "kernels_property_test"), 0};
    const Topology topology = random_topology(dice);
    const Log log = require_agreement(topology, [&](Stage& stage) { random_program(stage, topology, dice); });
    CHECK(log.size() == 100);   // 60 flows, each done or failed once, and 40 ticks
  }
}

TEST_CASE("A random program gives the same log each time") {
  for (const KernelKind kind : {KernelKind::Calendar, KernelKind::Simgrid}) {
    Dice dice{RngStream({.seed = 77}, "kernels_property_test"), 0};
    const Topology topology = random_topology(dice);
    const auto program = [&](Stage& stage) { random_program(stage, topology, dice); };
    CHECK(run_program(kind, topology, program) == run_program(kind, topology, program));
  }
}
