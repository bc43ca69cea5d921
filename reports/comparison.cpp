/// Variants against their base, and published figures against simulated ones.
#include <algorithm>
#include <array>
#include <cmath>

#include "reports/outcome.hpp"

namespace akstwin {
namespace {

// What a variant is compared by, in this order; figures that neither run produced are left out.
constexpr std::array<const char*, 14> kCompared{"cost.monthly",
                                                "cost.production.monthly",
                                                "cost.compute",
                                                "cost.monitoring",
                                                "nodes.mean",
                                                "nodes.peak",
                                                "pods.mean",
                                                "pods.peak",
                                                "pods.pending.p99_seconds",
                                                "latency.p95_seconds",
                                                "availability",
                                                "recovery.rto_minutes",
                                                "recovery.rpo_seconds",
                                                "recovery.requests_lost"};

constexpr std::string_view kVariantPrefix = "cost.variant.";
constexpr std::string_view kVariantSuffix = ".delta";

std::optional<double> variant_delta(std::string_view metric, const std::vector<Comparison>& comparisons) {
  if (!metric.starts_with(kVariantPrefix) || !metric.ends_with(kVariantSuffix)) return std::nullopt;
  const auto name = metric.substr(kVariantPrefix.size(), metric.size() - kVariantPrefix.size() - kVariantSuffix.size());
  for (const Comparison& comparison : comparisons)
    if (comparison.name == name)
      for (const Difference& difference : comparison.differences)
        if (difference.figure == "cost.monthly") return difference.difference.mean();
  return std::nullopt;
}

}  // namespace

Comparison compare(const Outcome& base, const std::string& name, const Outcome& variant) {
  Comparison out;
  out.name = name;
  out.timelines_equal = base.details.timeline_hash == variant.details.timeline_hash;
  for (const char* figure : kCompared) {
    const FigureSummary* before = base.figure(figure);
    const FigureSummary* after = variant.figure(figure);
    if (before == nullptr || after == nullptr) continue;
    Difference difference{figure, before->unit, before->values.mean(), after->values.mean(), {}};
    // Paired: replication r of both ran on the same draws. An unpaired one (a replication without the figure) is left out.
    const std::size_t pairs = std::min(before->values.count(), after->values.count());
    for (std::size_t r = 0; r < pairs; ++r) difference.difference.add(after->values.values()[r] - before->values.values()[r]);
    out.differences.push_back(std::move(difference));
  }
  return out;
}

std::vector<ReferenceResult> hold_against(const Outcome& outcome, const std::vector<Comparison>& comparisons) {
  std::vector<ReferenceResult> results;
  for (const ReferenceFigureSpec& published : outcome.reference) {
    ReferenceResult result;
    result.metric = published.metric.str();
    result.published = published.published;
    result.source = published.source;
    result.published_value = published.value;
    const bool range = published.low != 0 || published.high != 0;
    const double margin = std::fabs(published.value) * static_cast<double>(published.tolerance.value) / 1e6;
    result.low = range ? published.low : published.value - margin;
    result.high = range ? published.high : published.value + margin;
    if (const FigureSummary* figure = outcome.figure(result.metric)) {
      result.simulated = figure->values.mean();
      result.unit = figure->unit;
    } else if ((result.simulated = variant_delta(result.metric, comparisons))) {
      result.unit = "USD";
    }
    result.within = result.simulated && *result.simulated >= result.low && *result.simulated <= result.high;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace akstwin
