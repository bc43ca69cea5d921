#include <catch2/catch.hpp>

#include "models/controllers/provisioning/disruption_budgets.hpp"
#include "models/spec/cron.hpp"
#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

const Epoch kMonday{1'772'409'600};   // 2026-03-02T00:00:00Z

}  // namespace

TEST_CASE("Percentages of a budget round up, and the smallest budget that concerns the reason holds") {
  KarpenterNodePoolSpec pool;
  CHECK(allowed_disruptions(pool, DisruptionReason::Empty, 25, kMonday, at(0_s)) == 3);   // the default: 10 % of 25 is 2.5
  CHECK(allowed_disruptions(pool, DisruptionReason::Empty, 0, kMonday, at(0_s)) == 0);
  NodeDisruptionBudgetSpec none;
  none.nodes = 0;
  none.percent = false;
  none.reasons = {DisruptionReason::Drifted, DisruptionReason::Underutilized};
  pool.budgets.push_back(none);
  CHECK(allowed_disruptions(pool, DisruptionReason::Empty, 25, kMonday, at(0_s)) == 3);
  CHECK(allowed_disruptions(pool, DisruptionReason::Drifted, 25, kMonday, at(0_s)) == 0);
  pool.budgets.clear();
  CHECK(allowed_disruptions(pool, DisruptionReason::Drifted, 25, kMonday, at(0_s)) == INT64_MAX);
}

TEST_CASE("A budget with a schedule holds for its duration after each hit, in UTC") {
  // No disruption in working hours: Monday to Friday from 9, for 8 hours.
  KarpenterNodePoolSpec pool;
  pool.budgets = {{0, false, {}, "0 9 * * mon-fri", 8_h}};
  const auto allowed = [&](Duration since) { return allowed_disruptions(pool, DisruptionReason::Empty, 10, kMonday, at(since)); };
  CHECK(allowed(8_h + 59_min) == INT64_MAX);
  CHECK(allowed(9_h) == 0);
  CHECK(allowed(16_h + 59_min) == 0);
  CHECK(allowed(17_h) == INT64_MAX);
  CHECK(allowed(5_d + 12_h) == INT64_MAX);   // Saturday
}

TEST_CASE("Cron schedules: lists, ranges, steps, names, shorthands; two day fields are either-or") {
  const auto hits = [](std::string_view text, Duration since) {
    const auto schedule = parse_cron(text);
    REQUIRE(schedule);
    return schedule->hits(kMonday.civil(at(since)));
  };
  CHECK(hits("*/15 * * * *", 45_min));
  CHECK_FALSE(hits("*/15 * * * *", 46_min));
  CHECK(hits("0 8-10/2,20 * * *", 20_h));
  CHECK_FALSE(hits("0 8-10/2,20 * * *", 9_h));
  CHECK(hits("@daily", 3_d));
  CHECK(hits("0 0 15 * mon", 0_s));             // a Monday, not the 15th
  CHECK(hits("0 0 2 MAR 7", 0_s));              // the 2nd of March, not a Sunday
  for (const char* wrong : {"", "* * * *", "60 * * * *", "5-1 * * * *", "a b c d e", "*/0 * * * *", "@fortnightly"}) CHECK_FALSE(parse_cron(wrong));
}

}  // namespace akstwin::test
