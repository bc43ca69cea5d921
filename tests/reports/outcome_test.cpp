#include <catch2/catch.hpp>

#include "reports/analysis.hpp"
#include "reports/outcome.hpp"
#include "reports/thresholds.hpp"
#include "tests/reports/showcase.hpp"

namespace akstwin {
namespace {

using Aggregate = ThresholdSpec::Aggregate;
using Compare = ThresholdSpec::Comparison;

Answers with_values(const char* metric, const std::vector<std::int64_t>& milliseconds) {
  Answers answers;
  MetricValues values{metric, 1'000, {}};
  for (const std::int64_t value : milliseconds) values.values.add(value);
  answers.metrics.push_back(values);
  return answers;
}

ThresholdSpec on(const char* metric, Aggregate aggregate, Compare comparison, double bound, double quantile = 0) {
  ThresholdSpec t;
  t.metric = Name(metric);
  t.aggregate = aggregate;
  t.comparison = comparison;
  t.bound = bound;
  t.quantile = quantile;
  return t;
}

TEST_CASE("Each aggregate of a threshold is taken over the values of all replications") {
  const std::vector<Answers> both{with_values("pod_pending_seconds", {0, 1'000, 2'000}),
                                  with_values("pod_pending_seconds", {3'000, 4'000})};
  const auto measured = [&](Aggregate aggregate, double quantile = 0) {
    return evaluate(on("pod_pending_seconds", aggregate, Compare::Less, 100, quantile), both).measured.value();
  };
  CHECK(measured(Aggregate::Mean) == Approx(2));  // (0 + 1 + 2 + 3 + 4) ÷ 5
  CHECK(measured(Aggregate::Min) == 0);
  CHECK(measured(Aggregate::Max) == 4);
  CHECK(measured(Aggregate::Quantile, 0.8) == 3);  // the 4th of 5
  CHECK(measured(Aggregate::Count) == 5);
  CHECK(measured(Aggregate::Rate) == Approx(0.8));  // four of five are not zero
}

TEST_CASE("A value threshold holds only when every value holds") {
  const std::vector<Answers> one{with_values("rto_seconds", {1'000, 5'000})};
  CHECK(evaluate(on("rto_seconds", Aggregate::Value, Compare::Less, 6), one).verdict == Judgement::Pass);
  CHECK(evaluate(on("rto_seconds", Aggregate::Value, Compare::Less, 5), one).verdict == Judgement::Fail);
  CHECK(evaluate(on("rto_seconds", Aggregate::Value, Compare::GreaterEqual, 1), one).verdict == Judgement::Pass);
  CHECK(evaluate(on("rto_seconds", Aggregate::Value, Compare::Greater, 1), one).verdict == Judgement::Fail);
}

TEST_CASE("A threshold without values is inconclusive, except that counting none is an answer") {
  CHECK(evaluate(on("rto_seconds", Aggregate::Max, Compare::Less, 6), {Answers{}}).verdict == Judgement::Inconclusive);
  CHECK(evaluate(on("rto_seconds", Aggregate::Count, Compare::Equal, 0), {Answers{}}).verdict == Judgement::Pass);
}

TEST_CASE("A probability passes, fails or stays open by Wilson's interval") {
  ThresholdSpec t = on("rto_seconds", Aggregate::Probability, Compare::Less, 10);
  t.probability = 0.95;
  const auto with = [&](std::size_t good, std::size_t bad) {
    std::vector<Answers> replications;
    for (std::size_t i = 0; i < good + bad; ++i) replications.push_back(with_values("rto_seconds", {i < good ? 5'000 : 20'000}));
    return evaluate(t, replications).verdict;
  };
  CHECK(with(1, 0) == Judgement::Inconclusive);  // 1 of 1: the interval is 0.21 … 1
  CHECK(with(100, 0) == Judgement::Pass);        // 0.963 … 1
  CHECK(with(50, 50) == Judgement::Fail);
}

TEST_CASE("An outage never recovered from breaks every upper bound on the recovery time") {
  Answers answers;
  answers.metrics.push_back({"rto_seconds", 1'000'000, {}});
  answers.metrics.back().values.add(Distribution::kNeverHappened);
  const ThresholdResult result = evaluate(on("rto_seconds", Aggregate::Mean, Compare::Less, 1e9), {answers});
  CHECK(result.verdict == Judgement::Fail);
  CHECK_FALSE(result.measured);
}

TEST_CASE("A figure can carry a threshold: one value a replication") {
  Answers answers;
  answers.figures.push_back({"nodes.mean", "nodes", 17.25});
  const ThresholdResult result = evaluate(on("nodes.mean", Aggregate::Mean, Compare::LessEqual, 17.25), {answers, answers});
  CHECK(result.verdict == Judgement::Pass);
  CHECK(result.values == 2);
}

TEST_CASE("Answers survive the pipe exactly") {
  const test::Platform p = test::showcase();
  const Answers answers = analyse(p.scenario, p.timeline);
  const std::string bytes = serialize(answers);
  const auto again = deserialize(bytes);
  REQUIRE(again);
  CHECK(serialize(*again) == bytes);
  CHECK(again->cost.monthly_total == answers.cost.monthly_total);
  CHECK(again->capacity.pending == answers.capacity.pending);
  CHECK(again->recovery.outages.at(0).rto == answers.recovery.outages.at(0).rto);
  CHECK(again->timeline_hash == answers.timeline_hash);
  CHECK_FALSE(deserialize("{\"window\": 1}"));
  CHECK_FALSE(deserialize("not JSON"));
}

TEST_CASE("Figures are summarised over the replications and details are the first one's") {
  const Outcome outcome = test::showcase_outcome(3);
  const FigureSummary* rto = outcome.figure("recovery.rto_seconds");
  REQUIRE(rto != nullptr);
  CHECK(rto->values.values() == std::vector<double>{1'862, 1'882, 1'902});
  CHECK(outcome.outages.at(0).rto.quantile(0.5) == 1'882);
  CHECK(outcome.outages.at(0).phases.at(0).name == "edge sees the origin fail");
  CHECK(outcome.details.recovery.outages.at(0).rto == Duration{1'862'000'000});
  CHECK_FALSE(outcome.details.traces.empty());
  CHECK(outcome.figure("no.such.figure") == nullptr);
}

TEST_CASE("Production is the first cluster with everything shared, standby the clusters that stand by") {
  const test::Platform p = test::showcase();
  const Answers answers = analyse(p.scenario, p.timeline);
  double total = 0, production = 0, standby = 0;
  for (const Figure& figure : answers.figures) {
    if (figure.name == "cost.monthly") total = figure.value;
    if (figure.name == "cost.production.monthly") production = figure.value;
    if (figure.name == "cost.standby.monthly") standby = figure.value;
  }
  CHECK(production + standby == Approx(total));
  CHECK(standby > 0);
}

TEST_CASE("Releases of the production cluster are counted by weekday") {
  test::Platform p;
  p.cluster("aks");
  // Monday 00:00 and 14 days: ten weekdays. 30 releases of this cluster, two of another.
  for (int i = 0; i < 30; ++i) p.event(EventKind::ReleaseApplied, test::at_seconds(i), "aks/orders/api", "", 600'000'000);
  for (int i = 0; i < 2; ++i) p.event(EventKind::ReleaseApplied, test::at_seconds(i), "other/orders/api", "", 600'000'000);
  p.finish_after_hours(14 * 24);
  const Answers answers = analyse(p.scenario, p.timeline);
  const Outcome outcome = merge(p.scenario, {answers});
  CHECK(outcome.figure("deploys.per_weekday")->values.mean() == Approx(3));
  CHECK(outcome.figure("deploys.merge_to_applied_minutes")->values.mean() == Approx(10));
}

TEST_CASE("A variant's difference is paired replication by replication") {
  Outcome base, variant;
  base.figures.push_back({"cost.monthly", "USD", {}});
  variant.figures.push_back({"cost.monthly", "USD", {}});
  for (const double cost : {100.0, 200.0, 300.0}) {
    base.figures[0].values.add(cost);
    variant.figures[0].values.add(cost + 10);
  }
  const Comparison comparison = compare(base, "sidecars", variant);
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].difference.mean() == 10);
  CHECK(comparison.differences[0].difference.confidence_half_width() == 0);  // Every pair differs by the same: no spread.
  ReferenceFigureSpec published;
  published.metric = Name("cost.variant.sidecars.delta");
  published.value = 10.5;  // Accepted: ±10 %, 9.45 … 11.55.
  base.reference.push_back(published);
  const auto held = hold_against(base, {comparison});
  CHECK(held.at(0).within);
  CHECK(held.at(0).simulated == 10.0);
  CHECK_FALSE(hold_against(base, {}).at(0).simulated);
}

TEST_CASE("The worst threshold decides the verdict") {
  Outcome outcome;
  CHECK(outcome.verdict() == Judgement::Pass);
  outcome.thresholds.resize(2);
  outcome.thresholds[0].verdict = Judgement::Inconclusive;
  outcome.thresholds[1].verdict = Judgement::Pass;
  CHECK(outcome.verdict() == Judgement::Inconclusive);
  outcome.thresholds[1].verdict = Judgement::Fail;
  CHECK(outcome.verdict() == Judgement::Fail);
}

}  // namespace
}  // namespace akstwin
