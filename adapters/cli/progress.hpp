/// How far a run has come, told calmly: one line that is rewritten on a terminal, one line per 10 % elsewhere.
#pragma once
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "models/world/simulate.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// Nothing is written when quiet.
enum class ProgressStyle { Quiet, Lines, StatusLine };

class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  Progress(std::ostream& err, ProgressStyle style, Epoch epoch) : err_(err), style_(style), epoch_(epoch), began_(Clock::now()) {}
  ~Progress() { clear_line(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Of the only run there is.
  void run(const RunProgress& progress);
  /// Of several runs in processes of their own.
  void runs(std::uint32_t done, std::uint32_t total);
  /// Ends the status line with a sentence about the whole: "simulated 30d in 4.1 s".
  void finish(const std::string& sentence);
  double elapsed_seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

 private:
  bool due(double share);
  void show(double share, const std::string& what);
  void clear_line();

  std::ostream& err_;
  ProgressStyle style_;
  Epoch epoch_;
  Clock::time_point began_;
  Clock::time_point shown_{};
  int tenths_told_ = 0;       ///< Lines: how many of the ten
  bool line_open_ = false;    ///< StatusLine: something stands on the current line
};

/// "8 s", "4 min 10 s", "2 h 05 min": of waiting time, for people.
std::string waiting_time(double seconds);

}  // namespace akstwin
