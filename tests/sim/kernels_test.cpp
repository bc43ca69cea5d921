// SimgridKernel and CalendarKernel must agree: each case pins one thing that we rely on, by hand or against the other kernel.
#include <catch2/catch.hpp>

#include "tests/sim/kernel_program.hpp"

using namespace akstwin;
using namespace akstwin::literals;
using namespace akstwin::test;

namespace {

SiteId site(std::size_t i) { return {static_cast<std::uint32_t>(i)}; }

SimTime time_of(const Log& log, const std::string& what, std::uint32_t row) {
  for (const LogLine& line : log)
    if (line.what == what && line.row == row) return line.at;
  FAIL("no line '" << what << ' ' << row << "'");
  return {};
}

/// n nodes behind one registry of n × 12.5 MB/s; every fifth node has a 5 MB/s NIC, the others 125 MB/s.
Topology registry_and_nodes(int n) {
  std::vector<std::int64_t> rates{n * 12'500'000LL};
  for (int i = 0; i < n; ++i) rates.push_back(i % 5 == 0 ? 5'000'000 : 125'000'000);
  return one_region(rates);
}

}  // namespace

TEST_CASE("Nodes that pull at the same instant finish by their own NIC, not by SimGrid's lazy update") {
  const int n = GENERATE(10, 100, 1000);
  const Log log = require_agreement(registry_and_nodes(n), [n](Stage& stage) {
    stage.at(SimTime{1'000'000}, [&stage, n] {
      for (int i = 0; i < n; ++i) stage.send(site(0), site(static_cast<std::size_t>(i) + 1), 1'000'000'000, static_cast<std::uint32_t>(i));
    });
    stage.kernel.run_until({300'000'000});
  });
  // 1 GB at 5 MB/s is 200 s after the start at 1 s and 0.2 ms of latency. SimGrid's Lazy update says 81 s.
  CHECK(time_of(log, "done", 0).us == 201'000'200);
  // The fast ones share what the slow leave: (12.5 n − 5 n/5) ÷ (0.8 n) = 14.375 MB/s, so 1 GB takes 69.565217… s.
  CHECK(time_of(log, "done", 1).us == 1'000'200 + 69'565'218);
  CHECK(log.size() == static_cast<std::size_t>(n));
}

TEST_CASE("Two flows of different latency share by 1/RTT, and one with a bottleneck of its own goes on alone") {
  // s0 is the shared link of 125 MB/s; s1 is wide, s2 carries 50 MB/s; latencies of 1 and 2 ms in all.
  Topology topology = one_region({125'000'000, 10'000'000'000, 50'000'000}, 500_us);
  topology.sites[2].access_latency = 1'500_us;
  const Log log = require_agreement(topology, [](Stage& stage) {
    stage.send(site(0), site(1), 125'000'000, 1);
    stage.send(site(0), site(2), 125'000'000, 2);
    stage.kernel.run_until({10'000'000});
  });
  // Weights 1/1 and 1/2: 83.33 and 41.67 MB/s. Flow 1 alone for 1 ms (125 kB), then 124.875 MB ÷ 83.33 MB/s = 1.4985 s.
  CHECK(time_of(log, "done", 1).us == 1'500'500);
  // Flow 2 has 62.4375 MB by then; the other 62.5625 MB at its own 50 MB/s take 1.25125 s.
  CHECK(time_of(log, "done", 2).us == 2'751'750);
}

TEST_CASE("Flows between regions share the backbone, the others do not notice") {
  Topology topology = one_region({100'000'000, 100'000'000, 100'000'000, 100'000'000});
  const std::uint32_t far = topology.add_region(Name("far"));
  for (int i = 0; i < 2; ++i)
    topology.add_site({.name = Name("f" + std::to_string(i)), .region = far, .access_rate = {100'000'000}});
  topology.backbones.push_back({.from = far, .to = 0, .rate = {20'000'000}, .latency = 30_ms});
  const Log log = require_agreement(topology, [](Stage& stage) {
    stage.send(site(0), site(4), 10'000'000, 1);   // over the backbone, 10 MB/s of it
    stage.send(site(5), site(1), 10'000'000, 2);   // over the backbone the other way: the same pipe
    stage.send(site(2), site(3), 9'000'000, 3);    // within the region: 100 MB/s
    stage.kernel.run_until({10'000'000});
  });
  CHECK(time_of(log, "done", 1).us == 30'200 + 1'000'000);
  CHECK(time_of(log, "done", 2).us == 30'200 + 1'000'000);
  CHECK(time_of(log, "done", 3).us == 200 + 90'000);
}

TEST_CASE("A flow without bytes takes its latency, and at least a microsecond") {
  const Log log = require_agreement(one_region({1'000'000, 1'000'000}, 1_us), [](Stage& stage) {
    stage.send(site(0), site(1), 0, 1);
    stage.send(site(0), site(0), 0, 2);
    stage.send(site(1), site(0), 1, 3);
    stage.kernel.run_until({1'000});
  });
  CHECK(time_of(log, "done", 1).us == 2);
  CHECK(time_of(log, "done", 2).us == 1);
  CHECK(time_of(log, "done", 3).us == 3);
}

TEST_CASE("Flows of one microsecond complete in the order of their start") {
  const Log log = require_agreement(one_region({8'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000}), [](Stage& stage) {
    for (const std::uint32_t row : {4U, 2U, 3U, 1U}) stage.send(site(0), site(row), 1'000'000, row);
    stage.kernel.run_until({5'000'000});
  });
  REQUIRE(log.size() == 4);
  const std::vector<std::uint32_t> order{log[0].row, log[1].row, log[2].row, log[3].row};
  CHECK(order == std::vector<std::uint32_t>{4, 2, 3, 1});
  CHECK(log[0].at == log[3].at);
}

TEST_CASE("A site that goes down fails its flows at that instant, in order, and frees their share") {
  const Log log = require_agreement(one_region({10'000'000, 10'000'000, 10'000'000}, 50_us), [](Stage& stage) {
    stage.send(site(0), site(1), 10'000'000, 1);
    stage.send(site(0), site(2), 10'000'000, 2);
    stage.send(site(1), site(0), 10'000'000, 3);
    stage.at({1'000'000}, [&stage] { stage.kernel.set_site(site(1), false); });
    stage.at({1'000'000}, [&stage] { stage.send(site(0), site(1), 5, 4); });   // refused: the site is down
    stage.at({2'000'000}, [&stage] { stage.kernel.set_site(site(1), true); });
    stage.at({2'000'000}, [&stage] { stage.send(site(1), site(2), 1'000'000, 5); });
    stage.kernel.run_until({20'000'000});
  });
  CHECK(time_of(log, "failed", 1).us == 1'000'000);
  CHECK(time_of(log, "failed", 3).us == 1'000'000);
  CHECK(time_of(log, "failed", 4).us == 1'000'000);
  CHECK(log[0].row == 1);
  CHECK(log[1].row == 3);
  CHECK(log[2].row == 4);
  // Flow 2: a third of 10 MB/s until 1 s (3.333 MB less 0.1 ms), then all of it until it shares with 5 from 2.0001 s on.
  CHECK(time_of(log, "done", 2).us > 1'666'000);
}

TEST_CASE("An outage in the latency of a flow fails it, too") {
  const Log log = require_agreement(one_region({10'000'000, 10'000'000}, 50_ms), [](Stage& stage) {
    stage.send(site(0), site(1), 1'000, 1);
    stage.at({20'000}, [&stage] { stage.kernel.set_site(site(0), false); });
    stage.kernel.run_until({1'000'000});
  });
  CHECK(log == Log{{SimTime{20'000}, "failed", 1}});
}

TEST_CASE("A new access rate takes effect at once, both down and up") {
  const Log log = require_agreement(one_region({100'000'000, 10'000'000}, 50_us), [](Stage& stage) {
    stage.send(site(0), site(1), 10'000'000, 1);
    stage.at({500'100}, [&stage] { stage.kernel.set_access_rate(site(1), {1'000'000}); });
    stage.at({1'500'100}, [&stage] { stage.kernel.set_access_rate(site(1), {50'000'000}); });
    stage.kernel.run_until({20'000'000});
  });
  // 5 MB in the first half second, 1 MB in the next second, 4 MB at 50 MB/s: 0.08 s.
  CHECK(time_of(log, "done", 1).us == 1'580'100);
}

TEST_CASE("The clock that lags behind while no flow is under way does not shift a flow") {
  const Log log = require_agreement(one_region({10'000'000, 10'000'000}, 50_us), [](Stage& stage) {
    for (int day = 0; day < 30; ++day)
      stage.at({day * 86'400'000'000LL + 7}, [&stage, day] { stage.send(site(0), site(1), 10'000'000, static_cast<std::uint32_t>(day)); });
    stage.kernel.run_until({30 * 86'400'000'000LL});
  });
  for (std::uint32_t day = 0; day < 30; ++day) CHECK(time_of(log, "done", day).us == day * 86'400'000'000LL + 7 + 100 + 1'000'000);
}

TEST_CASE("A completion interleaves with events and can start the next flow") {
  const Log log = require_agreement(one_region({10'000'000, 10'000'000}, 50_us), [](Stage& stage) {
    stage.after_done = [&stage](std::uint32_t row) {
      if (row < 5) stage.send(site(0), site(1), 1'000'000, row + 1);
    };
    stage.send(site(0), site(1), 1'000'000, 1);
    for (int i = 1; i <= 60; ++i) stage.kernel.at({i * 10'010LL}, stage.tick, {static_cast<std::uint32_t>(i), 0});
    stage.kernel.run_until({10'000'000});
  });
  for (std::uint32_t row = 1; row <= 5; ++row) CHECK(time_of(log, "done", row).us == row * 100'100LL);
  // At 100,100 µs a tick and a completion coincide: the tick was posted first.
  CHECK(log[9].what == "tick");
  CHECK(log[10].what == "done");
}

TEST_CASE("run_until stops in the middle of a flow and goes on later") {
  const Log log = require_agreement(one_region({10'000'000, 10'000'000}, 50_us), [](Stage& stage) {
    stage.send(site(0), site(1), 10'000'000, 1);
    for (const std::int64_t horizon : {0, 30, 100, 500'000, 1'000'099, 1'000'100, 1'000'101, 3'000'000}) {
      stage.kernel.run_until({horizon});
      stage.note("horizon", static_cast<std::uint32_t>(horizon));
      if (horizon == 500'000) stage.send(site(1), site(0), 5'000'000, 2);
    }
  });
  // Alone until 0.5001 s (5 MB left), then half of the link each: both end a second later.
  CHECK(time_of(log, "done", 1) == time_of(log, "done", 2));
  CHECK(time_of(log, "done", 1).us == 1'500'100);
  CHECK(time_of(log, "horizon", 1'000'099).us == 1'000'099);
}

TEST_CASE("A kernel that is stopped keeps its time and continues") {
  const Log log = require_agreement(one_region({10'000'000, 10'000'000}, 50_us), [](Stage& stage) {
    stage.send(site(0), site(1), 10'000'000, 1);
    stage.at({400'000}, [&stage] { stage.kernel.stop(); });
    stage.kernel.at({400'000}, stage.tick, {1, 0});
    stage.kernel.run_until({5'000'000});
    stage.note(stage.kernel.stopped() ? "stopped" : "running", 0);
    stage.kernel.run_until({5'000'000});
    stage.note(stage.kernel.stopped() ? "stopped" : "running", 1);
  });
  CHECK(log == Log{{SimTime{400'000}, "stopped", 0},
                   {SimTime{400'000}, "tick", 1},
                   {SimTime{1'000'100}, "done", 1},
                   {SimTime{5'000'000}, "running", 1}});
}

TEST_CASE("A run with loops ends at its horizon, also after an outage of the loop's site") {
  // SimGrid restarts the actors of a host that comes back without their daemon flag, so that run() never ends: ours does.
  struct Every15 : Loop {
    explicit Every15(Stage& on) : stage(on) {}
    SimTime step(SimTime now) override {
      stage.note("step", 0);
      return now + 15_s;
    }
    Stage& stage;
  };
  const Log log = require_agreement(one_region({10'000'000, 10'000'000}), [](Stage& stage) {
    Every15 loop(stage);
    const LoopId id = stage.kernel.spawn(site(0), "hpa", loop);
    stage.kernel.wake(id, {0});
    stage.at({40'000'000}, [&stage] { stage.kernel.set_site(site(0), false); });
    stage.at({100'000'000}, [&stage] { stage.kernel.set_site(site(0), true); });
    stage.kernel.run_until({120'000'000});
  });
  std::vector<std::int64_t> steps;
  for (const LogLine& line : log) steps.push_back(line.at.us / 1'000'000);
  CHECK(steps == std::vector<std::int64_t>{0, 15, 30, 100, 115});
}

TEST_CASE("Eight hundred sites and their flows fit without a route table for each pair") {
  std::vector<std::int64_t> rates{1'250'000'000};
  rates.resize(801, 125'000'000);
  const Log log = require_agreement(one_region(rates), [](Stage& stage) {
    for (std::uint32_t i = 1; i <= 800; i += 80) stage.send(site(0), site(i), 125'000'000, i);
    stage.kernel.run_until({60'000'000});
  });
  CHECK(time_of(log, "done", 1).us == 1'000'200);   // ten flows of 125 MB/s fill 1.25 GB/s
}
