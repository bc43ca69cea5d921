#include "sim/calendar.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/rng.hpp"

using namespace akstwin;

TEST_CASE("Events of one instant come by phase, then in order of posting") {
  Calendar calendar;
  calendar.post({5}, Phase::Observe, {1}, {1, 0});
  calendar.post({5}, Phase::Control, {2}, {2, 0});
  calendar.post({5}, Phase::Plant, {3}, {3, 0});
  calendar.post({5}, Phase::Plant, {0}, {4, 0});   // a smaller handler does not overtake
  calendar.post({4}, Phase::Observe, {5}, {5, 0});
  std::vector<std::uint32_t> rows;
  while (!calendar.empty()) rows.push_back(calendar.pop().subject.row);
  CHECK(rows == std::vector<std::uint32_t>{5, 3, 4, 2, 1});
}

TEST_CASE("An event keeps its handler, phase and subject") {
  Calendar calendar;
  calendar.post({7}, Phase::Watch, {16'383}, {9, 77});
  CHECK(calendar.next() == SimTime{7});
  const Event event = calendar.pop();
  CHECK(handler_of(event) == HandlerId{16'383});
  CHECK(phase_of(event) == Phase::Watch);
  CHECK(event.subject == Subject{9, 77});
  CHECK(calendar.next() == kNever);
}

TEST_CASE("The calendar gives what a sorted list would, at any mix of posts and pops") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const RngStream random({.seed = seed}, "calendar_test");
    Calendar calendar;
    std::vector<Event> list;   // the slow twin: a vector whose minimum is searched
    std::uint64_t sequence = 0;
    std::int64_t now = 0;
    for (std::uint64_t i = 0; i < 1'500; ++i) {
      const bool post = list.empty() || random.below(100, i) < (i < 700 ? 65U : 40U);
      if (post) {
        const SimTime at{now + static_cast<std::int64_t>(random.below(seed % 3 == 0 ? 4 : 1'000, i, 1))};
        const auto phase = static_cast<Phase>(random.below(4, i, 2));
        const HandlerId handler{static_cast<std::uint16_t>(random.below(16'384, i, 3))};
        const Subject subject{static_cast<std::uint32_t>(i), 0};
        calendar.post(at, phase, handler, subject);
        list.push_back({at, pack_order(phase, sequence++, handler), subject});
        continue;
      }
      const auto least = std::min_element(list.begin(), list.end(), [](const Event& a, const Event& b) {
        return a.at != b.at ? a.at < b.at : a.order < b.order;
      });
      const Event event = calendar.pop();
      REQUIRE(event.subject.row == least->subject.row);
      REQUIRE(event.order == least->order);
      now = event.at.us;
      list.erase(least);
      REQUIRE(calendar.size() == list.size());
    }
  }
}
