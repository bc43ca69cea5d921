// scenarios/catalog/node-drill.yaml: the arithmetic is in its head.
#include "models/observe/kinds.hpp"
#include "tests/questions/question.hpp"

namespace akstwin::test {
namespace {

std::vector<TimelineEvent> of_kind(const Question& q, EventKind kind) {
  std::vector<TimelineEvent> out;
  for (const TimelineEvent& event : q.timeline.events())
    if (event.kind == code(kind)) out.push_back(event);
  return out;
}

constexpr SimTime kEvicted{(12 * 3'600 + 60) * 1'000'000LL};

}  // namespace

TEST_CASE("A budget lets one of two pods go, no request fails, and the node is used again once all six are ready") {
  const Question q = ask("node-drill");
  CHECK(of_kind(q, EventKind::PodDeleted).size() == 1);
  CHECK(of_kind(q, EventKind::EvictionBlocked).size() == 1);
  CHECK(q.answers.recovery.errors == 0);
  const auto ready = of_kind(q, EventKind::PodReady);
  const Duration took = ready.back().at - kEvicted;
  CHECK(took.seconds() >= 91);
  CHECK(took.seconds() <= 93);
  const TimelineEvent last = of_kind(q, EventKind::ActionStarted).back();
  CHECK(last.subject == Name("pool.uncordon"));
  CHECK(last.at >= ready.back().at);
  CHECK(last.at <= ready.back().at + Duration{5'000'000});
}

TEST_CASE("Pods that are deleted ask no budget: four of six answer, and requests fail") {
  const Question q = ask("node-drill", "without-asking");
  CHECK(of_kind(q, EventKind::PodDeleted).size() == 2);
  CHECK(of_kind(q, EventKind::EvictionBlocked).empty());
  CHECK(q.answers.recovery.errors >= 4'800);
  CHECK(q.answers.recovery.errors <= 9'600);
}

}  // namespace akstwin::test
