// How far a run has come, in lines.
#include <catch2/catch.hpp>
#include <sstream>

#include "adapters/cli/progress.hpp"

namespace {

using namespace akstwin;

const Epoch kMonday{1'772'409'600};  // 2026-03-02T00:00:00Z

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("Without a terminal there is one line per 10 %, however often the run reports") {
  std::ostringstream err;
  Progress progress(err, ProgressStyle::Lines, kMonday);
  for (int i = 0; i <= 1000; ++i) progress.run({SimTime{i * 1'000'000}, SimTime{1'000'000'000}, static_cast<std::uint64_t>(i) * 5});
  const auto lines = lines_of(err.str());
  REQUIRE(lines.size() == 10);
  // 100 s of 1,000 s are 10 %, at 00:01 of the day, after 500 events.
  CHECK(lines[0].starts_with(" 10 %  2026-03-02 00:01 500 events"));
  CHECK(lines[9].starts_with("100 %"));
}

TEST_CASE("A run that leaps over several tenths tells only the last one") {
  std::ostringstream err;
  Progress progress(err, ProgressStyle::Lines, kMonday);
  progress.run({SimTime{55}, SimTime{100}, 1});
  progress.run({SimTime{58}, SimTime{100}, 1});
  REQUIRE(lines_of(err.str()).size() == 1);
  CHECK(err.str().starts_with(" 55 %"));
}

TEST_CASE("On a terminal the line is rewritten in place and gone at the end") {
  std::ostringstream err;
  {
    Progress progress(err, ProgressStyle::StatusLine, kMonday);
    for (int i = 0; i < 100; ++i) progress.run({SimTime{i}, SimTime{100}, 1});
  }
  const std::string text = err.str();
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.starts_with("\r\x1b[2K  0 %"));
  CHECK(text.ends_with("\r\x1b[2K"));
  // A hundred reports within a quarter of a second are one line.
  CHECK(text.size() < 200);
}

TEST_CASE("Quiet means silent") {
  std::ostringstream err;
  Progress progress(err, ProgressStyle::Quiet, kMonday);
  progress.run({SimTime{50}, SimTime{100}, 1});
  progress.runs(1, 2);
  progress.finish("done");
  CHECK(err.str().empty());
}

TEST_CASE("Several runs are counted") {
  std::ostringstream err;
  Progress progress(err, ProgressStyle::Lines, kMonday);
  for (std::uint32_t done = 1; done <= 4; ++done) progress.runs(done, 4);
  const auto lines = lines_of(err.str());
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].starts_with(" 50 %  2 of 4 runs"));
}

TEST_CASE("Waiting times read as people say them") {
  CHECK(waiting_time(8.4) == "8 s");
  CHECK(waiting_time(250) == "4 min 10 s");
  CHECK(waiting_time(7500) == "2 h 05 min");
}
