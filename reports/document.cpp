#include "reports/document.hpp"

#include <cmath>

#include "reports/text.hpp"
#include "reports/upgrade.hpp"

namespace akstwin {
namespace {

std::string verdict_sentence(const Outcome& outcome) {
  const std::size_t all = outcome.thresholds.size();
  if (all == 0) return "The scenario states no thresholds.";
  std::size_t failed = 0, open = 0;
  std::string names;
  for (const ThresholdResult& threshold : outcome.thresholds) {
    if (threshold.verdict == Judgement::Pass) continue;
    (threshold.verdict == Judgement::Fail ? failed : open) += 1;
    names += (names.empty() ? "" : "; ") + threshold.metric + " " + threshold.expression;
  }
  if (failed == 0 && open == 0) return all == 1 ? "The threshold holds." : "All " + std::to_string(all) + " thresholds hold.";
  const std::string of_all = " of " + counted(static_cast<std::int64_t>(all), "threshold");
  std::string text;
  if (failed > 0) text = std::to_string(failed) + of_all + (failed == 1 ? " fails" : " fail");
  if (open > 0)
    text += (failed > 0 ? ", " + std::to_string(open) : std::to_string(open) + of_all) + (open == 1 ? " is" : " are") + " undecided";
  return text + ": " + names + ".";
}

double mean_of(const Outcome& outcome, const char* name) {
  const FigureSummary* figure = outcome.figure(name);
  return figure == nullptr ? NAN : figure->values.mean();
}

// "p50 $8,201, p95 $8,400" over several replications; otherwise the alternative.
std::string spread_or(const Outcome& outcome, const char* name, const std::string& alternative, int decimals, const char* prefix = "") {
  const FigureSummary* figure = outcome.figure(name);
  if (figure == nullptr || figure->values.count() < 2) return alternative;
  return std::string("p50 ") + prefix + fixed(figure->values.quantile(0.5), decimals) + ", p95 " + prefix +
         fixed(figure->values.quantile(0.95), decimals);
}

std::string seconds_text(double seconds) {
  return std::isfinite(seconds) ? human(Duration{static_cast<std::int64_t>(std::llround(seconds * 1e6))}) : "not recovered";
}

std::vector<Tile> tiles_of(const Outcome& outcome) {
  std::vector<Tile> tiles;
  const auto& details = outcome.details;
  const double cost = mean_of(outcome, "cost.monthly");
  tiles.push_back(
      {"Cost a month", "$" + fixed(cost, 0), spread_or(outcome, "cost.monthly", "730 hours, list prices less commitments", 0, "$")});
  tiles.push_back({"Nodes at peak", fixed(mean_of(outcome, "nodes.peak"), 0), brief(mean_of(outcome, "nodes.mean")) + " on average"});
  if (!details.capacity.pending.empty())
    tiles.push_back({"Pod pending, p99", seconds_text(mean_of(outcome, "pods.pending.p99_seconds")),
                     "over " + counted(details.capacity.pending.count(), "pod")});
  if (details.recovery.availability)
    tiles.push_back({"Availability", percent(mean_of(outcome, "availability"), 3),
                     grouped(details.recovery.errors) + " of " + grouped(details.recovery.requests) + " requests failed"});
  if (!details.recovery.outages.empty()) {
    tiles.push_back({"Recovery time", seconds_text(mean_of(outcome, "recovery.rto_seconds")),
                     spread_or(outcome, "recovery.rto_minutes", "from outage to all serving", 1)});
    if (outcome.figure("recovery.rpo_seconds") != nullptr)
      tiles.push_back({"Data lost", seconds_text(mean_of(outcome, "recovery.rpo_seconds")), "of writes, worst store"});
  }
  const SubnetAnswer* tightest = nullptr;
  for (const SubnetAnswer& subnet : details.subnets.subnets)
    if (!subnet.owners.empty() && (tightest == nullptr || subnet.free_ratio_min < tightest->free_ratio_min)) tightest = &subnet;
  if (tightest != nullptr) tiles.push_back({"Addresses free, least", percent(tightest->free_ratio_min, 0), tightest->subnet});
  return tiles;
}

std::string answer_of(const Outcome& outcome) {
  const auto peak = static_cast<std::int64_t>(std::llround(mean_of(outcome, "nodes.peak")));
  std::string text = "The platform costs $" + fixed(mean_of(outcome, "cost.monthly"), 0) + " a month and peaks at " + counted(peak, "node");
  for (const OutageSummary& outage : outcome.outages) {
    const bool many = outcome.replications > 1;
    if (outage.rto.count() > 0)
      text += "; when " + outage.name + " is lost it is back after " + seconds_text(outage.rto.mean()) + (many ? " on average" : "");
    else if (outage.not_recovered > 0)
      text += "; the loss of " + outage.name + " is not recovered from";
    else
      text += "; the loss of " + outage.name + " does not interrupt it";
    if (outage.rpo.count() > 0) text += " with " + seconds_text(outage.rpo.mean()) + " of writes lost";
  }
  text += upgrades_sentence(outcome.details.upgrades);
  return text + ".";
}

std::string short_number(double value, const std::string& unit = {}) {
  const double size = std::fabs(value);
  if (unit == "share") return fixed(value, 5);  // 0.99995 is not 1.
  return fixed(value, size >= 1'000 ? 0 : size >= 1 || size == 0 ? 2 : 3);
}

Section thresholds_section(const Outcome& outcome) {
  Section section{"thresholds", "Thresholds", verdict_sentence(outcome), {}};
  ReportTable table{"thresholds",
              "Thresholds",
              {{"Verdict", false}, {"Metric", false}, {"Asked for", false}, {"Measured", true}, {"Why", false}},
              {},
              false};
  for (const ThresholdResult& t : outcome.thresholds)
    table.rows.push_back(
        {std::string(to_string(t.verdict)), t.metric, t.expression, t.measured ? short_number(*t.measured) : "-", t.explanation});
  if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  return section;
}

Section reference_section(const Outcome& outcome, const std::vector<Comparison>& comparisons) {
  Section section{"reference", "Published figures", "", {}};
  ReportTable table{
      "reference",
      "Published and simulated",
      {{"Figure", false}, {"Published", true}, {"Simulated", true}, {"Within", false}, {"Accepted", true}, {"Where it comes from", false}},
      {},
      false};
  std::int64_t within = 0;
  for (const ReferenceResult& r : hold_against(outcome, comparisons)) {
    within += r.within ? 1 : 0;
    table.rows.push_back({r.metric, r.published, r.simulated ? short_number(*r.simulated, r.unit) + " " + r.unit : "-",
                          r.within ? "yes" : "no", short_number(r.low) + " to " + short_number(r.high), r.source});
  }
  section.answer = std::to_string(within) + " of " + counted(static_cast<std::int64_t>(table.rows.size()), "published figure") +
                   " reproduced within the accepted range.";
  section.blocks.emplace_back(std::move(table));
  return section;
}

std::string difference_text(const Difference& d) {
  const double mean = d.difference.mean();
  return d.unit == "USD" ? signed_dollars(mean) : (mean > 0 ? "+" : "") + short_number(mean, d.unit) + " " + d.unit;
}

Section variants_section(const std::vector<Comparison>& comparisons) {
  Section section{"variants", "Variants", "", {}};
  for (const Comparison& comparison : comparisons) {
    std::string sentence = comparison.name + ": ";
    ReportTable table{"variant-" + comparison.name,
                "Variant " + comparison.name,
                {{"Figure", false}, {"Base", true}, {"Variant", true}, {"Difference", true}, {"95 % interval", true}},
                {},
                false};
    for (const Difference& d : comparison.differences) {
      if (d.figure == "cost.monthly") sentence += difference_text(d) + " a month";
      const double half = d.difference.confidence_half_width();
      table.rows.push_back({d.figure, short_number(d.base, d.unit), short_number(d.variant, d.unit), difference_text(d),
                            d.difference.count() > 1 ? "± " + short_number(half, d.unit) : "one pair"});
    }
    if (comparison.timelines_equal) sentence += ", and nothing that happened differs";
    section.answer += (section.answer.empty() ? "" : " ") + sentence + ".";
    section.blocks.emplace_back(std::move(table));
  }
  section.blocks.emplace_back(std::string(
      "Base and variant ran on the same seed: arrivals, evictions and boot times are the same, so the change alone makes the difference."));
  return section;
}

}  // namespace

Chart time_chart(const Outcome& outcome, ChartKind kind, const std::string& group) {
  Chart chart;
  chart.kind = kind;
  chart.start = outcome.scenario.start;
  for (const Trace& trace : outcome.details.traces) {
    if (trace.group != group) continue;
    ChartSeries series{trace.name, {}};
    bool any = false;
    for (const std::int64_t value : trace.values) {
      series.values.push_back(static_cast<double>(value));
      any = any || value != 0;
    }
    chart.step = trace.step;
    if (any) chart.series.push_back(std::move(series));
  }
  return chart;
}

Document build_document(const Outcome& outcome, const std::vector<Comparison>& comparisons) {
  Document document;
  document.title = outcome.scenario.name;
  document.question = outcome.scenario.question;
  document.answer = answer_of(outcome);
  document.verdict = outcome.verdict();
  document.has_thresholds = !outcome.thresholds.empty();
  document.verdict_sentence = verdict_sentence(outcome);
  document.tiles = tiles_of(outcome);
  document.sections.push_back(capacity_section(outcome));
  document.sections.push_back(subnet_section(outcome));
  document.sections.push_back(limits_section(outcome));
  document.sections.push_back(cost_section(outcome));
  document.sections.push_back(recovery_section(outcome));
  if (!outcome.details.upgrades.empty()) document.sections.push_back(upgrades_section(outcome));
  if (document.has_thresholds) document.sections.push_back(thresholds_section(outcome));
  if (!outcome.reference.empty()) document.sections.push_back(reference_section(outcome, comparisons));
  if (!comparisons.empty()) document.sections.push_back(variants_section(comparisons));
  document.warnings = outcome.details.warnings;
  document.findings = outcome.details.findings;
  document.assumptions = outcome.assumptions;
  return document;
}

}  // namespace akstwin
