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

}  // namespace akstwin::test
