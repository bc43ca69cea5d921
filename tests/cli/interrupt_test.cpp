// Ctrl-C: the first one ends the run with what is known, the second one kills.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "adapters/cli/interrupt.hpp"
#include "tests/support/process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace akstwin::test;

const fs::path kScenario = fs::path(AKSTWIN_SOURCE_DIR) / "tests/cli/scenarios/tiny.yaml";

/// How a child ends that runs `body`.
template <class Body>
int status_of(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("Ctrl-C ends a run with a partial report and exit code 105") {
  TemporaryFolder folder;
  // A hundred years: the run cannot be over before the signal.
  Process process({"akstwin", "run", kScenario.string(), "--no-variants", "--horizon", "36500d", "--out", "reports"}, folder.path(),
                  AKSTWIN_BINARY_DIR);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  process.send(SIGINT);
  const Finished finished = process.finish(std::chrono::seconds(60));
  INFO(finished.err);
  CHECK(finished.exit_code == 105);
  CHECK(finished.out.find("Interrupted at") != std::string::npos);
  CHECK(finished.err.find("interrupted") != std::string::npos);
  CHECK(fs::exists(folder.path() / "reports/result.json"));
}

TEST_CASE("Ctrl-C ends several runs in processes of their own, and keeps what they know") {
  TemporaryFolder folder;
  Process process({"akstwin", "run", kScenario.string(), "--replications", "3", "--no-variants", "--jobs", "2", "--horizon", "36500d"},
                  folder.path(), AKSTWIN_BINARY_DIR);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  process.send(SIGTERM);
  const Finished finished = process.finish(std::chrono::seconds(60));
  INFO(finished.err);
  CHECK(finished.exit_code == 105);
  CHECK(finished.out.find("Interrupted at") != std::string::npos);
}

TEST_CASE("The first signal sets the flag, the second one kills") {
  const int status = status_of([] {
    const volatile bool* stop = akstwin::watch_for_interrupt();
    std::raise(SIGINT);
    if (!*stop) _exit(1);
    std::raise(SIGINT);
  });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
}

TEST_CASE("A worker survives repeated signals, to answer with what it has") {
  const int status = status_of([] {
    const volatile bool* stop = akstwin::watch_for_interrupt();
    akstwin::become_interruptible_worker();
    std::raise(SIGINT);
    std::raise(SIGTERM);
    std::raise(SIGINT);
    _exit(*stop ? 7 : 1);
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("A signal that the caller ignores stays ignored") {
  const int status = status_of([] {
    std::signal(SIGINT, SIG_IGN);
    const volatile bool* stop = akstwin::watch_for_interrupt();
    std::raise(SIGINT);
    _exit(*stop ? 1 : 7);
  });
  CHECK(WEXITSTATUS(status) == 7);
}
