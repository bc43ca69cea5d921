// scenarios/catalog/black-friday.yaml: the arithmetic is in its head.
#include "models/observe/kinds.hpp"
#include "tests/questions/question.hpp"

namespace akstwin::test {
namespace {

constexpr SimTime kRush{(24 + 8) * 3'600'000'000LL};

/// From the rush until so many replicas are ready.
Duration ready_after(const Question& q, std::int64_t replicas) {
  for (const Sample& sample : q.gauge(GaugeKind::ReplicasReady, "shop/shop/web"))
    if (sample.at >= kRush && sample.value >= replicas) return sample.at - kRush;
  return Duration{-1};
}

std::int64_t errors(const Question& q) { return q.answers.recovery.errors; }

}  // namespace

TEST_CASE("The autoscalers follow eight times the load, but requests fail until forty pods are ready") {
  const Question q = ask("black-friday");
  CHECK(q.pool("user").nodes_max >= 6);      // 115 pods of 200m: 23 cores of 3.86
  CHECK(q.pool("user").nodes_max <= 7);
  const Duration enough = ready_after(q, 40);   // 800 × 20 ms / 400m
  CHECK(enough.seconds() >= 3 * 60);
  CHECK(enough.seconds() <= 8 * 60);
  // At first 15 of 40 pods: five of eight requests fail. At least a minute of that, at most all of it until there are enough.
  CHECK(errors(q) > 60 * 800 * 5 / 8);
  CHECK(errors(q) < (enough.seconds() + 120) * 800 * 5 / 8);
  CHECK(q.answers.capacity.never_scheduled == 0);
}

TEST_CASE("Nodes that are already there leave only the horizontal autoscaler's delay: less than half the errors") {
  const Question base = ask("black-friday"), ready = ask("black-friday", "pre-scaled");
  CHECK(ready_after(ready, 40) < ready_after(base, 40));
  CHECK(errors(ready) > 0);
  CHECK(2 * errors(ready) < errors(base));
  CHECK(ready.figure("cost.monthly") > base.figure("cost.monthly"));
}

TEST_CASE("When every fifth request calls out, the nodes' ports run out in the rush, and hardly do when each node is given 2,000") {
  const Question q = ask("black-friday", "calls-out");
  REQUIRE(q.answers.outbound.size() == 1);
  const OutboundAnswer& outbound = q.answers.outbound[0];
  CHECK(outbound.ports_a_node == 1'024);
  REQUIRE(outbound.exhausted_at);
  CHECK(*outbound.exhausted_at >= kRush);
  CHECK(*outbound.exhausted_at <= kRush + Duration{900'000'000});   // request rates are means of 15 minutes
  CHECK(outbound.in_use_peak >= 1'174);                             // 160 a second on nine nodes, 66 s each; more while there are fewer
  CHECK(outbound.in_use_limit == 1'024);
  CHECK(q.figure("outbound.ports_used_share") > 1);
  bool said = false;
  for (const std::string& finding : q.answers.findings) said = said || finding.starts_with("shop outbound: ");
  CHECK(said);
  const Question stated = ask("black-friday", "ports-stated");
  CHECK(5 * stated.answers.outbound.at(0).portless < outbound.portless);   // the first minutes, on three nodes: 3,520 wanted of 2,000
  CHECK(stated.answers.outbound.at(0).nodes_supported == 32);
}

}  // namespace akstwin::test
