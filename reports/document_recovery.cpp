/// The recovery report: how long it was gone, what was lost, and where the time went.
#include "reports/document.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

std::string recovery_seconds(double seconds) { return human(Duration{static_cast<std::int64_t>(seconds * 1e6 + 0.5)}); }

std::string answer_of(const RecoveryAnswer& recovery) {
  std::string text;
  for (const OutageAnswer& outage : recovery.outages) {
    text += text.empty() ? "" : " ";
    text += "Loss of " + outage.name + ": ";
    if (outage.rto)
      text += "serving again after " + human(*outage.rto) + " (RTO)";
    else
      text += outage.counts() ? "not serving again within the window" : "the service went on";
    if (outage.rpo) text += ", " + human(*outage.rpo) + " of writes lost (RPO)";
    if (outage.requests > 0) text += ", " + grouped(outage.requests_lost) + " of " + grouped(outage.requests) + " requests lost until then";
    text += ".";
  }
  if (recovery.availability)
    text += (text.empty() ? "" : " ") + std::string("Availability over the window: ") + percent(*recovery.availability, 3) + ".";
  return text.empty() ? "0 outages in the window and no traffic to measure availability by." : text;
}

ReportTable summary_table(const Outcome& outcome) {
  ReportTable table{"outages",
              "Outages over the replications",
              {{"Outage", false},
               {"Scope", false},
               {"Runs", true},
               {"Not recovered", true},
               {"RTO mean", true},
               {"RTO p50", true},
               {"RTO p95", true},
               {"RPO mean", true},
               {"RPO p95", true}},
              {},
              false};
  for (const OutageSummary& o : outcome.outages) {
    const bool rto = o.rto.count() > 0, rpo = o.rpo.count() > 0;
    table.rows.push_back({o.name, o.scope, std::to_string(o.occurrences), std::to_string(o.not_recovered),
                          rto ? recovery_seconds(o.rto.mean()) : "-", rto ? recovery_seconds(o.rto.quantile(0.5)) : "-",
                          rto ? recovery_seconds(o.rto.quantile(0.95)) : "-", rpo ? recovery_seconds(o.rpo.mean()) : "-",
                          rpo ? recovery_seconds(o.rpo.quantile(0.95)) : "-"});
  }
  return table;
}

Chart gantt(const OutageAnswer& outage, std::size_t index) {
  Chart chart;
  chart.kind = ChartKind::Gantt;
  chart.id = "chart-recovery-" + std::to_string(index);
  chart.title = "Recovery from the loss of " + outage.name;
  chart.unit = "since the outage";
  Duration from{0}, longest{0};
  std::string longest_name;
  for (const RecoveryPhaseTime& phase : outage.phases) {
    chart.bars.push_back({phase.name, from.seconds_real(), phase.ended.seconds_real(), false});
    if (phase.ended - from > longest) {
      longest = phase.ended - from;
      longest_name = phase.name;
    }
    from = phase.ended;
  }
  for (const RecoveryAction& action : outage.actions) {
    if (action.started.us < 0 || (outage.rto && action.started > *outage.rto)) continue;
    chart.bars.push_back({action.action + (action.target.empty() ? "" : " " + action.target), action.started.seconds_real(),
                          (action.started + action.took).seconds_real(), true});
  }
  chart.caption =
      longest_name.empty() ? "No phases were recorded." : "The longest phase is \"" + longest_name + "\" with " + human(longest) + ".";
  return chart;
}

ReportTable phases_table(const OutageAnswer& outage, std::size_t index) {
  ReportTable table{"phases-" + std::to_string(index),
              "Phases after the loss of " + outage.name,
              {{"Phase", false}, {"From", true}, {"To", true}, {"Took", true}},
              {},
              false};
  Duration from{0};
  for (const RecoveryPhaseTime& phase : outage.phases) {
    table.rows.push_back({phase.name, human(from), human(phase.ended), human(phase.ended - from)});
    from = phase.ended;
  }
  return table;
}

ReportTable workloads_table(const OutageAnswer& outage, std::size_t index) {
  ReportTable table{"serving-" + std::to_string(index), "When each workload served again", {{"Workload", false}, {"After", true}}, {}, true};
  for (const WorkloadRecovery& workload : outage.workloads) table.rows.push_back({workload.workload, human(workload.serving)});
  return table;
}

}  // namespace

Section recovery_section(const Outcome& outcome) {
  const RecoveryAnswer& recovery = outcome.details.recovery;
  Section section{"recovery", "Recovery", answer_of(recovery), {}};
  const auto add = [&](ReportTable table) {
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  };
  add(summary_table(outcome));
  for (std::size_t i = 0; i < recovery.outages.size(); ++i) {
    const OutageAnswer& outage = recovery.outages[i];
    Chart chart = gantt(outage, i + 1);
    if (!chart.bars.empty()) section.blocks.emplace_back(std::move(chart));
    add(phases_table(outage, i + 1));
    add(workloads_table(outage, i + 1));
  }
  return section;
}

}  // namespace akstwin
