// scenarios/catalog/spot-storm.yaml: the arithmetic is in its head.
#include "models/observe/kinds.hpp"
#include "tests/questions/question.hpp"

namespace akstwin::test {

TEST_CASE("Each reclaim of spot sends the autoscaler to the on-demand pool, and later back to spot") {
  const Question q = ask("spot-storm");
  std::int64_t reclaims = 0;
  for (const TimelineEvent& event : q.timeline.events()) reclaims += event.kind == code(EventKind::SpotMarketReclaim) ? 1 : 0;
  // 48 hours at 20 %: 9.6 on average, standard deviation √(48 × 0.2 × 0.8) = 2.8.
  CHECK(reclaims >= 3);
  CHECK(reclaims <= 18);
  CHECK(q.pool("spot").evicted > 0);        // a reclaim at night may find no node
  CHECK(q.pool("spot").refused > 0);        // while the market is closed
  CHECK(q.pool("regular").nodes_max > 0);   // the fallback
  CHECK(q.pool("spot").scale_ups > 1);      // and back
  CHECK(q.answers.capacity.never_scheduled == 0);
}

TEST_CASE("Spot with a fallback costs less than regular nodes alone, but keeps less than its 87 % discount") {
  const Question storm = ask("spot-storm"), calm = ask("spot-storm", "without-spot");
  CHECK(calm.pool("spot").evicted == 0);
  CHECK(calm.pool("regular").nodes_max == 0);   // the expander's second choice is never needed
  const auto nodes_cost = [](const Question& q) {
    double sum = 0;
    for (const CostPart& part : q.answers.cost.by_pool)
      if (part.name == "shop/spot" || part.name == "shop/regular") sum += part.amount.dollars();
    return sum;
  };
  const double paid = nodes_cost(storm), list = nodes_cost(calm);
  INFO(paid << " of " << list);
  CHECK(paid < list);
  CHECK(list - paid < 0.5 * 0.87 * list);   // pods that fell back stay on regular nodes while those are used
  CHECK(paid > 0.13 * list);
}

namespace {

double cost_of(const Question& q, std::string_view pool) {
  for (const CostPart& part : q.answers.cost.by_pool)
    if (part.name == pool) return part.amount.dollars();
  return 0;
}

}  // namespace

TEST_CASE("A price that moves is billed hour by hour: the machines are the same, their price is not") {
  const Question base = ask("spot-storm"), moving = ask("spot-storm", "moving-price");
  CHECK(moving.pool("spot").evicted == base.pool("spot").evicted);
  const double still = cost_of(base, "shop/spot"), moved = cost_of(moving, "shop/spot");
  INFO(moved << " of " << still);
  CHECK(moved != still);
  // A spread of 30 % for two days of a path with a memory of three: within e^0.9.
  CHECK(moved > still / 2.5);
  CHECK(moved < still * 2.5);
  CHECK(cost_of(moving, "shop/regular") == cost_of(base, "shop/regular"));
}

TEST_CASE("A maximum price is one more reason to be evicted, and to pay for regular nodes") {
  const Question moving = ask("spot-storm", "moving-price"), limited = ask("spot-storm", "max-price");
  CHECK(cost_of(limited, "shop/spot") < cost_of(moving, "shop/spot"));
  CHECK(cost_of(limited, "shop/regular") > cost_of(moving, "shop/regular"));
  CHECK(limited.answers.capacity.never_scheduled == 0);
  const double more = limited.figure("cost.monthly") - ask("spot-storm").figure("cost.monthly");
  CHECK(more > 15);
  CHECK(more < 40);
}

TEST_CASE("Evicted machines that are kept bill their disks and come back faster") {
  const Question q = ask("spot-storm", "deallocate");
  const Series* off = q.timeline.find(key(GaugeKind::NodesDeallocated, Name("shop"), Name("shop/spot")));
  REQUIRE(off != nullptr);
  CHECK(maximum(off->samples, {}, SimTime{48 * 3'600'000'000LL}).value > 0);
  double disks = 0;
  for (const PriceLine& line : q.answers.cost.lines)
    if (line.item == "managed OS disks" && line.pool == "spot") disks += line.amount.dollars();
  CHECK(disks > 0);
  const double more = q.figure("cost.monthly") - ask("spot-storm").figure("cost.monthly");
  CHECK(more > 40);
  CHECK(more < 80);
  std::int64_t started = 0;
  for (const TimelineEvent& event : q.timeline.events()) started += event.kind == code(EventKind::NodeDeallocated) ? 1 : 0;
  CHECK(started > 0);
}

}  // namespace akstwin::test
