/// A small program for a kernel, and the log of what it did: what two kernels must agree on.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/kernel.hpp"

namespace akstwin::test {

/// One thing that a program's handlers saw: when, what ("done", "failed", "tick", …) and about which row.
struct LogLine {
  SimTime at;
  std::string what;
  std::uint32_t row = 0;
  bool operator==(const LogLine&) const = default;
};
using Log = std::vector<LogLine>;

std::string to_string(const Log& log);

/// What a program works with: a kernel, ready handlers that log, and the log.
class Stage {
 public:
  explicit Stage(Kernel& kernel);
  Stage(const Stage&) = delete;

  Kernel& kernel;
  Log log;
  HandlerId done, failed, tick;                              ///< phase Plant; they log their name
  HandlerId call;                                            ///< phase Plant; runs what `at` was given

  void note(const std::string& what, std::uint32_t row) { log.push_back({kernel.now(), what, row}); }
  /// Runs `action` at `when`.
  void at(SimTime when, std::function<void()> action);
  /// Starts a flow now; it logs "done row" or "failed row".
  FlowId send(SiteId from, SiteId to, std::int64_t bytes, std::uint32_t row);
  /// Called, if set, after a flow was logged as done.
  std::function<void(std::uint32_t row)> after_done;

 private:
  void on_done(Subject subject);
  void on_failed(Subject subject) { note("failed", subject.row); }
  void on_tick(Subject subject) { note("tick", subject.row); }
  void on_call(Subject subject) { actions_[subject.row](); }
  std::vector<std::function<void()>> actions_;
};

/// Sets the stage, for example with flows and later changes, and runs it: Stage → void.
using Program = std::function<void(Stage&)>;

/// Runs the program on a kernel of that kind over `topology` and returns the log. The SimGrid kernel runs in a forked process,
/// because a process has only one engine; whatever that prints fails the test.
Log run_program(KernelKind kind, const Topology& topology, const Program& program);

/// Requires that both kernels give the same lines in the same order, up to `tolerance` in time, and returns CalendarKernel's.
/// Lines closer to each other than the tolerance may change places.
Log require_agreement(const Topology& topology, const Program& program, Duration tolerance = Duration{2});

/// One region with sites s0, s1, … of these rates, all with the same access latency.
Topology one_region(const std::vector<std::int64_t>& bytes_per_second, Duration latency = Duration{100});

}  // namespace akstwin::test
