#include "sim/replicate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "sim/kernel.hpp"
#include "tests/sim/kernel_program.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

std::vector<std::string> texts(const std::vector<ReplicationOutcome>& outcomes) {
  std::vector<std::string> all;
  for (const ReplicationOutcome& outcome : outcomes) all.push_back(outcome.bytes ? *outcome.bytes : "error: " + outcome.bytes.error().message);
  return all;
}

/// Set by a signal handler in a child process; a signal can reach nothing but a global.
volatile std::sig_atomic_t interrupted = 0;

}  // namespace

TEST_CASE("Outcomes come in the order of replications, whatever the number of jobs") {
  const auto work = [](std::uint32_t i) -> Result<std::string> {
    usleep((i % 3) * 2'000);   // so that later ones end first
    return "result " + std::to_string(i);
  };
  const auto one = replicate(9, 1, work, {}, nullptr), four = replicate(9, 4, work, {}, nullptr);
  REQUIRE(one.size() == 9);
  CHECK(one[4].replication == 4);
  CHECK(texts(one) == texts(four));
  CHECK(*four[8].bytes == "result 8");
}

TEST_CASE("Simulations in child processes give the same with one job as with four") {
  const Topology topology = test::one_region({10'000'000, 7'000'000, 3'000'000});
  const auto work = [&](std::uint32_t i) -> Result<std::string> {
    const auto kernel = make_kernel(KernelKind::Simgrid, topology);
    test::Stage stage(*kernel);
    for (std::uint32_t row = 0; row < 20; ++row)
      stage.at({row * (i + 1) * 10'000LL}, [&stage, row] { stage.send({0}, {1 + row % 2}, 100'000 * (row + 1), row); });
    kernel->run_until({60'000'000});
    return test::to_string(stage.log);
  };
  const auto one = texts(replicate(6, 1, work, {}, nullptr));
  CHECK(one == texts(replicate(6, 4, work, {}, nullptr)));
  CHECK(one[0] != one[1]);
  CHECK(std::count(one[0].begin(), one[0].end(), '\n') == 20);
}

TEST_CASE("A child that dies costs its own replication and says how it died") {
  const auto outcomes = texts(replicate(4, 2, [](std::uint32_t i) -> Result<std::string> {
    if (i == 1) raise(SIGKILL);
    if (i == 2) throw std::runtime_error("out of luck");
    if (i == 3) return fail("no such pool");
    return "fine";
  }, {}, nullptr));
  CHECK(outcomes[0] == "fine");
  CHECK(outcomes[1] == "error: died: Killed");
  CHECK(outcomes[2] == "error: out of luck");
  CHECK(outcomes[3] == "error: no such pool");
}

TEST_CASE("An answer may be empty, or larger than a pipe") {
  const auto outcomes = replicate(3, 3, [](std::uint32_t i) -> Result<std::string> { return std::string(i * 3'000'000, static_cast<char>('a' + i)); },
                                  {}, nullptr);
  CHECK(outcomes[0].bytes->empty());
  CHECK(*outcomes[2].bytes == std::string(6'000'000, 'c'));
}

TEST_CASE("Progress counts every replication once") {
  std::vector<std::uint32_t> seen;
  replicate(5, 2, [](std::uint32_t) -> Result<std::string> { return ""; }, [&](std::uint32_t done, std::uint32_t total) {
    CHECK(total == 5);
    seen.push_back(done);
  }, nullptr);
  CHECK(seen == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
  CHECK(replicate(0, 2, [](std::uint32_t) -> Result<std::string> { return ""; }, {}, nullptr).empty());
}

TEST_CASE("After a stop no replication starts, and those that run may still answer") {
  bool stop = false;
  const auto work = [](std::uint32_t i) -> Result<std::string> {
    if (i == 0) return "early";
    std::signal(SIGINT, [](int) { interrupted = 1; });
    for (int waited = 0; interrupted == 0 && waited < 5'000; ++waited) usleep(1'000);
    return interrupted != 0 ? "partial" : "not told";
  };
  std::signal(SIGINT, SIG_IGN);   // a child that has not yet set its handler ignores it, and is told again by nobody: give it time
  const auto outcomes = texts(replicate(4, 2, work, [&](std::uint32_t, std::uint32_t) { usleep(50'000); stop = true; }, &stop));
  std::signal(SIGINT, SIG_DFL);
  CHECK(outcomes[0] == "early");
  CHECK(outcomes[1] == "partial");
  CHECK(outcomes[2] == "error: interrupted");
  CHECK(outcomes[3] == "error: interrupted");
}

TEST_CASE("A parent with a second thread is refused") {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    close(2);
    std::thread sleeper([] { sleep(10); });
    replicate(1, 1, [](std::uint32_t) -> Result<std::string> { return ""; }, {}, nullptr);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
}
