// What both kernels inherit: order, loops, outages, refusals. Run on the calendar kernel, which is instant.
#include "sim/kernel.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/kernel_program.hpp"

using namespace akstwin;
using namespace akstwin::literals;
using namespace akstwin::test;

namespace {

std::unique_ptr<Kernel> calendar_kernel() { return make_kernel(KernelKind::Calendar, one_region({1'000'000, 1'000'000})); }

/// A loop that notes its steps and answers with the next of `periods` (the last one for ever).
struct Noting : Loop {
  SimTime step(SimTime now) override {
    steps.push_back(now.us);
    if (during) during();
    return period.us == 0 ? kNever : now + period;
  }
  std::vector<std::int64_t> steps;
  Duration period;
  std::function<void()> during;
};

using Times = std::vector<std::int64_t>;

/// Runs `act` in a process of its own and returns how it ended and what it printed.
std::pair<int, std::string> in_child(const std::function<void()>& act) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    act();
    std::fflush(nullptr);
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n = read(ends[0], buffer, sizeof buffer); n > 0; n = read(ends[0], buffer, sizeof buffer))
    text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return {status, text};
}

}  // namespace

TEST_CASE("Events fire by time, phase and order of posting, up to and including the horizon") {
  const auto kernel = calendar_kernel();
  Stage stage(*kernel);
  struct Watcher {
    void seen(Subject subject) { stage.note("watch", subject.row); }
    Stage& stage;
  } watcher{stage};
  const HandlerId watch = kernel->handlers().add<&Watcher::seen>("watcher.seen", Phase::Watch, watcher);
  kernel->at({10}, watch, {1, 0});
  kernel->at({10}, stage.tick, {2, 0});
  kernel->at({5}, stage.tick, {3, 0});
  kernel->at({11}, stage.tick, {4, 0});
  kernel->run_until({10});
  CHECK(stage.log == Log{{{5}, "tick", 3}, {{10}, "tick", 2}, {{10}, "watch", 1}});
  CHECK(kernel->now() == SimTime{10});
  kernel->after(0_us, stage.tick, {5, 0});
  kernel->run_until({100});
  CHECK(stage.log.back().row == 4);
  CHECK(stage.log[3] == LogLine{{10}, "tick", 5});
  CHECK(kernel->now() == SimTime{100});
  CHECK(kernel->statistics().events == 5);
}

TEST_CASE("An event posted by a later phase for the same instant still fires in it") {
  const auto kernel = calendar_kernel();
  Stage stage(*kernel);
  Noting loop;
  loop.during = [&] { kernel->at(kernel->now(), stage.tick, {1, 0}); };
  kernel->wake(kernel->spawn({0}, "loop", loop), {7});
  kernel->run_until({7});
  CHECK(stage.log == Log{{{7}, "tick", 1}});
}

TEST_CASE("A loop first steps when it is woken, then when it said") {
  const auto kernel = calendar_kernel();
  Noting loop;
  loop.period = 10_us;
  const LoopId id = kernel->spawn({0}, "loop", loop);
  kernel->run_until({50});
  CHECK(loop.steps.empty());
  kernel->wake(id, {55});
  kernel->run_until({80});
  CHECK(loop.steps == Times{55, 65, 75});
}

TEST_CASE("Of several wishes the earliest counts, and the others are forgotten") {
  const auto kernel = calendar_kernel();
  Noting loop;
  const LoopId id = kernel->spawn({0}, "loop", loop);
  for (const std::int64_t when : {30, 10, 20, 10}) kernel->wake(id, {when});
  kernel->run_until({100});
  CHECK(loop.steps == Times{10});
  kernel->wake(id, {110});
  kernel->run_until({200});
  CHECK(loop.steps == Times{10, 110});
}

TEST_CASE("A wish during a step counts if it is earlier than the answer") {
  const auto kernel = calendar_kernel();
  Noting loop;
  loop.period = 50_us;
  const LoopId id = kernel->spawn({0}, "loop", loop);
  loop.during = [&] { if (loop.steps.size() == 1) kernel->wake(id, kernel->now() + 5_us); };
  kernel->wake(id, {0});
  kernel->run_until({60});
  CHECK(loop.steps == Times{0, 5, 55});
}

TEST_CASE("A loop sleeps through an outage of its site and steps the instant that it ends") {
  const auto kernel = calendar_kernel();
  Stage stage(*kernel);
  Noting here, elsewhere;
  here.period = elsewhere.period = 10_us;
  kernel->wake(kernel->spawn({0}, "here", here), {0});
  kernel->wake(kernel->spawn({1}, "elsewhere", elsewhere), {0});
  stage.at({15}, [&] { kernel->set_site({0}, false); });
  stage.at({43}, [&] { kernel->set_site({0}, true); });
  stage.at({44}, [&] { kernel->set_site({0}, true); });   // no second wake-up
  kernel->run_until({60});
  CHECK(here.steps == Times{0, 10, 43, 53});
  CHECK(elsewhere.steps == Times{0, 10, 20, 30, 40, 50, 60});
  CHECK(kernel->site_up({0}));
}

TEST_CASE("Any number of calendar kernels run in one process, each from zero") {
  for (int i = 0; i < 3; ++i) {
    const auto kernel = calendar_kernel();
    CHECK(kernel->now() == SimTime{0});
    kernel->run_until({1'000});
  }
}

TEST_CASE("A second SimGrid kernel in a process is refused, because its clock would go on") {
  const auto [status, text] = in_child([] {
    make_kernel(KernelKind::Simgrid, one_region({1'000'000}))->run_until({5'000'000});
    make_kernel(KernelKind::Simgrid, one_region({1'000'000}));
  });
  CHECK(WIFSIGNALED(status));
  CHECK(text.find("one SimGrid engine") != std::string::npos);
}

TEST_CASE("The SimGrid kernel prints nothing, also when it is destroyed with flows under way") {
  const auto [status, text] = in_child([] {
    const auto kernel = make_kernel(KernelKind::Simgrid, one_region({1'000'000, 1'000'000}));
    Stage stage(*kernel);
    for (std::uint32_t i = 0; i < 5; ++i) stage.send({0}, {1}, 10'000'000, i);
    stage.at({500'000}, [&stage] { stage.kernel.set_site({1}, false); });
    stage.at({600'000}, [&stage] { stage.kernel.set_site({1}, true); stage.send({0}, {1}, 10'000'000, 9); });
    kernel->run_until({1'000'000});
  });
  INFO(text);
  CHECK(status == 0);
  CHECK(text.empty());
}

TEST_CASE("A mistake names the time and the last events before it aborts") {
  const auto [status, text] = in_child([] {
    const auto kernel = calendar_kernel();
    Stage stage(*kernel);
    kernel->at({1'000}, stage.tick, {42, 7});
    stage.at({2'000}, [&stage] { stage.kernel.at({1'999}, stage.tick, {}); });
    kernel->run_until({5'000});
  });
  CHECK(WIFSIGNALED(status));
  CHECK(text.find("an event is posted for now or later") != std::string::npos);
  CHECK(text.find("at 2ms (2000 us), after 2 events") != std::string::npos);
  CHECK(text.find("1000 us stage.tick row 42 epoch 7") != std::string::npos);
}

TEST_CASE("A loop that never lets time pass is a mistake, and so is a flow between regions without a backbone") {
  CHECK(WIFSIGNALED(in_child([] {
    const auto kernel = calendar_kernel();
    Noting loop;
    loop.period = -(1_us);
    kernel->wake(kernel->spawn({0}, "loop", loop), {5});
    kernel->run_until({10});
  }).first));
  for (const KernelKind kind : {KernelKind::Calendar, KernelKind::Simgrid})
    CHECK(WIFSIGNALED(in_child([kind] {
      Topology topology = one_region({1'000'000});
      topology.add_site({.name = Name("far"), .region = topology.add_region(Name("far")), .access_rate = {1'000'000}});
      const auto kernel = make_kernel(kind, topology);
      Stage(*kernel).send({0}, {1}, 1, 1);
    }).first));
}
