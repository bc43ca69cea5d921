#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/check.hpp"
#include "sim/base/slot_map.hpp"

using namespace akstwin;

namespace {

void say_time(void*) { fputs("  at 12s\n", stderr); }

/// What a process writes to stderr before it dies of a failed check.
std::string last_words(void (*act)()) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGABRT, SIG_DFL);
    dup2(ends[1], 2);
    act();
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t n = read(ends[0], buffer, sizeof buffer); n > 0; n = read(ends[0], buffer, sizeof buffer))
    text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  return text;
}

}  // namespace

TEST_CASE("A failed check names the condition, the reason, the place and the dying words, and aborts") {
  const std::string text = last_words([] {
    set_dying_words(say_time, nullptr);
    AKSTWIN_CHECK(1 > 2, "numbers are ordered");
  });
  CHECK(text.find("check_test.cpp:") != std::string::npos);
  CHECK(text.find("check failed: 1 > 2\n  numbers are ordered\n  at 12s\n") != std::string::npos);
}

TEST_CASE("A check that fails in the dying words does not call them again") {
  const std::string text = last_words([] {
    set_dying_words([](void*) { AKSTWIN_CHECK(false, "inner"); }, nullptr);
    AKSTWIN_CHECK(false, "outer");
  });
  CHECK(text.find("outer") < text.find("inner"));
}

TEST_CASE("A released row is reused, and its old handle is recognised") {
  SlotMap<struct RowTag> rows;
  const auto first = rows.allocate(), second = rows.allocate();
  rows.release(first);
  CHECK_FALSE(rows.contains(first));
  CHECK(rows.contains(second));
  const auto third = rows.allocate();
  CHECK(third.row == first.row);
  CHECK_FALSE(third == first);
  CHECK(rows.at(third.row) == third);
  CHECK(rows.live() == 2);
  CHECK_FALSE(rows.contains({}));
}
