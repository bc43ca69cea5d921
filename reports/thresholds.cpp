#include "reports/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/text.hpp"

namespace akstwin {
namespace {

using Aggregate = ThresholdSpec::Aggregate;
using Compare = ThresholdSpec::Comparison;

bool holds(double left, Compare comparison, double right) {
  switch (comparison) {
    case Compare::Less:
      return left < right;
    case Compare::LessEqual:
      return left <= right;
    case Compare::Greater:
      return left > right;
    case Compare::GreaterEqual:
      return left >= right;
    case Compare::Equal:
      return left == right;
  }
  return false;
}

const char* sign(Compare comparison) {
  switch (comparison) {
    case Compare::Less:
      return "<";
    case Compare::LessEqual:
      return "<=";
    case Compare::Greater:
      return ">";
    case Compare::GreaterEqual:
      return ">=";
    case Compare::Equal:
      return "==";
  }
  return "";
}

struct Measured {
  std::int64_t denominator = 1;
  Distribution values;
  double real(std::int64_t value) const {
    if (value == Distribution::kNeverHappened) return std::numeric_limits<double>::infinity();
    return static_cast<double>(value) / static_cast<double>(denominator);
  }
};

Measured collect(std::string_view metric, const std::vector<Answers>& replications) {
  Measured out;
  for (const Answers& answers : replications) {
    for (const MetricValues& values : answers.metrics)
      if (values.name == metric) {
        out.denominator = values.denominator;
        out.values.merge(values.values);
      }
    for (const Figure& figure : answers.figures)
      if (figure.name == metric) {
        out.denominator = 1'000'000;  // Six decimals of a figure.
        out.values.add(static_cast<std::int64_t>(std::llround(figure.value * 1e6)));
      }
  }
  return out;
}

// The value that stands for all: for `value` the one furthest on the wrong side, so that every one must hold.
double aggregate_of(const ThresholdSpec& t, const Measured& m) {
  const bool small_is_good = t.comparison == Compare::Less || t.comparison == Compare::LessEqual;
  switch (t.aggregate) {
    case Aggregate::Value:
      return m.real(small_is_good ? m.values.max() : m.values.min());
    case Aggregate::Mean:
      return m.values.mean() / static_cast<double>(m.denominator);
    case Aggregate::Min:
      return m.real(m.values.min());
    case Aggregate::Max:
      return m.real(m.values.max());
    case Aggregate::Quantile:
      return m.real(m.values.quantile(t.quantile));
    case Aggregate::Count:
      return static_cast<double>(m.values.count());
    case Aggregate::Rate:
      return static_cast<double>(m.values.count_if_nonzero()) / static_cast<double>(m.values.count());
    case Aggregate::Probability:
      break;
  }
  return 0;
}

Judgement verdict_of_share(const Interval& interval, Compare comparison, double bound) {
  const bool low = holds(interval.low, comparison, bound), high = holds(interval.high, comparison, bound);
  if (low && high) return Judgement::Pass;
  return low || high ? Judgement::Inconclusive : Judgement::Fail;
}

void evaluate_probability(const ThresholdSpec& t, const Measured& m, ThresholdResult& out) {
  std::int64_t successes = 0;
  for (const auto& [value, times] : m.values.counts())
    if (holds(m.real(value), t.comparison, t.bound)) successes += times;
  out.measured = static_cast<double>(successes) / static_cast<double>(out.values);
  out.interval = wilson_interval(static_cast<std::size_t>(successes), static_cast<std::size_t>(out.values));
  out.verdict = verdict_of_share(*out.interval, t.probability_comparison, t.probability);
  out.explanation = grouped(successes) + " of " + grouped(out.values) + " values are " + sign(t.comparison) + " " + brief(t.bound) + ": " +
                    percent(*out.measured) + ", 95 % interval " + percent(out.interval->low) + " to " + percent(out.interval->high) +
                    "; asked for " + sign(t.probability_comparison) + " " + percent(t.probability) + ".";
  if (out.verdict == Judgement::Inconclusive) out.explanation += " More replications would decide.";
}

std::string plain(double value) {
  const double size = std::fabs(value);
  return fixed(value, size >= 1'000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4);
}

}  // namespace

std::string_view to_string(Judgement verdict) {
  switch (verdict) {
    case Judgement::Pass:
      return "pass";
    case Judgement::Fail:
      return "fail";
    case Judgement::Inconclusive:
      return "inconclusive";
  }
  return "";
}

ThresholdResult evaluate(const ThresholdSpec& threshold, const std::vector<Answers>& replications) {
  ThresholdResult out;
  out.metric = threshold.metric.str();
  out.expression = threshold.expression;
  const Measured measured = collect(threshold.metric.text(), replications);
  out.values = measured.values.count();
  // Counting none is an answer; every other aggregate of nothing is not.
  if (measured.values.empty() && threshold.aggregate != Aggregate::Count) {
    out.explanation = "The run produced no value of " + out.metric + ".";
    return out;
  }
  if (threshold.aggregate == Aggregate::Probability) {
    evaluate_probability(threshold, measured, out);
    return out;
  }
  const double value = aggregate_of(threshold, measured);
  if (std::isfinite(value)) out.measured = value;
  out.verdict = holds(value, threshold.comparison, threshold.bound) ? Judgement::Pass : Judgement::Fail;
  out.explanation = "Measured " + plain(value) + " over " + counted(out.values, "value") + "; asked for " + sign(threshold.comparison) +
                    " " + plain(threshold.bound) + ".";
  return out;
}

}  // namespace akstwin
