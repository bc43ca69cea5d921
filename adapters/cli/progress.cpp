#include "adapters/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace akstwin {
namespace {

// Four times a second is often enough to see that it moves, and seldom enough to be calm.
constexpr std::chrono::milliseconds kBetweenUpdates{250};
// Below this, the rate so far says nothing about the end.
constexpr double kEstimateAfterSeconds = 1.0;

std::string in_thousands(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

}  // namespace

std::string waiting_time(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

void Progress::run(const RunProgress& progress) {
  const double share = progress.horizon.us > 0 ? static_cast<double>(progress.now.us) / static_cast<double>(progress.horizon.us) : 1.0;
  if (!due(share)) return;
  const double elapsed = elapsed_seconds();
  std::string date = epoch_.iso(progress.now);
  date[10] = ' ';
  std::string what = fmt::format("{} {}", date.substr(0, 16), in_thousands(progress.events) + " events");
  if (elapsed > 0.05) what += fmt::format(", {}/s", in_thousands(static_cast<std::uint64_t>(static_cast<double>(progress.events) / elapsed)));
  show(share, what);
}

void Progress::runs(std::uint32_t done, std::uint32_t total) {
  const double share = total > 0 ? static_cast<double>(done) / total : 1.0;
  if (due(share) || (style_ == ProgressStyle::StatusLine && done > 0)) show(share, fmt::format("{} of {} runs", done, total));
}

bool Progress::due(double share) {
  switch (style_) {
    case ProgressStyle::Quiet: return false;
    case ProgressStyle::Lines: return static_cast<int>(share * 10 + 1e-9) > tenths_told_;
    case ProgressStyle::StatusLine: return Clock::now() - shown_ >= kBetweenUpdates;
  }
  return false;
}

void Progress::show(double share, const std::string& what) {
  shown_ = Clock::now();
  std::string line = fmt::format("{:3.0f} %  {}", std::floor(share * 100), what);
  const double elapsed = elapsed_seconds();
  if (share > 0 && share < 1 && elapsed > kEstimateAfterSeconds)
    line += fmt::format(", about {} left", waiting_time(elapsed / share - elapsed));
  if (style_ == ProgressStyle::Lines) {
    tenths_told_ = static_cast<int>(share * 10 + 1e-9);
    err_ << line << '\n' << std::flush;
    return;
  }
  err_ << "\r\x1b[2K" << line << std::flush;
  line_open_ = true;
}

void Progress::clear_line() {
  if (line_open_) err_ << "\r\x1b[2K" << std::flush;
  line_open_ = false;
}

void Progress::finish(const std::string& sentence) {
  clear_line();
  if (style_ != ProgressStyle::Quiet) err_ << sentence << '\n' << std::flush;
}

}  // namespace akstwin
