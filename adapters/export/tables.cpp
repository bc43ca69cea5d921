#include "adapters/export/tables.hpp"

#include <fmt/format.h>

#include "models/observe/kinds.hpp"
#include "reports/version.hpp"

namespace akstwin {
namespace {

using Emit = std::function<void(const std::vector<Cell>&)>;

Cell text(Name name) { return name.empty() ? Cell{} : Cell{name.str()}; }
Cell seconds(SimTime at) { return at == kNever ? Cell{} : Cell{static_cast<double>(at.us) / 1e6}; }
Cell iso(const Scenario& scenario, SimTime at) { return at == kNever ? Cell{} : Cell{scenario.start.iso(at)}; }
Cell units(Money money) { return static_cast<double>(money.nano) / 1e9; }

ExportTable meta_table(const ExportSource& source) {
  return {"meta", {{"key", "TEXT"}, {"value", "TEXT"}}, [&source](const Emit& emit) {
            const Scenario& s = source.scenario;
            emit({std::string("schema_version"), std::string("1")});
            emit({std::string("tool_version"), std::string(tool_version())});
            emit({std::string("scenario"), s.name});
            emit({std::string("scenario_sha256"), s.sha256});
            emit({std::string("seed"), std::to_string(s.seed)});
            emit({std::string("start"), s.start.iso(SimTime{})});
            emit({std::string("horizon_seconds"), std::to_string(s.horizon.seconds())});
            emit({std::string("from_seconds"), std::to_string(source.from.us / 1'000'000)});
            emit({std::string("to_seconds"), std::to_string(source.to.us / 1'000'000)});
          }};
}

ExportTable event_table(const ExportSource& source) {
  return {"event",
          {{"t_seconds", "REAL"}, {"time", "TEXT"}, {"kind", "TEXT"}, {"subject", "TEXT"}, {"object", "TEXT"}, {"detail", "TEXT"}, {"value", "INTEGER"}, {"value_unit", "TEXT"}},
          [&source](const Emit& emit) {
            const auto meanings = event_meanings();
            for (const TimelineEvent& event : source.timeline.events()) {
              if (event.at < source.from || event.at > source.to || event.kind >= meanings.size()) continue;
              const EventMeaning& meaning = meanings[event.kind];
              emit({seconds(event.at), iso(source.scenario, event.at), std::string(meaning.name), text(event.subject), text(event.object), text(event.detail), event.value,
                    meaning.value_unit.empty() ? Cell{} : Cell{std::string(meaning.value_unit)}});
            }
          }};
}

ExportTable sample_table(const ExportSource& source) {
  return {"sample", {{"kind", "TEXT"}, {"a", "TEXT"}, {"b", "TEXT"}, {"c", "TEXT"}, {"t_seconds", "REAL"}, {"value", "INTEGER"}, {"unit", "TEXT"}}, [&source](const Emit& emit) {
            const auto meanings = gauge_meanings();
            for (std::uint16_t kind = 0; kind < meanings.size(); ++kind)
              for (const Series* series : source.timeline.of_kind(kind))
                for (const Sample& sample : series->samples)
                  if (sample.at >= source.from && sample.at <= source.to)
                    emit({std::string(meanings[kind].name), text(series->key.a), text(series->key.b), text(series->key.c), seconds(sample.at), sample.value, std::string(meanings[kind].unit)});
          }};
}

ExportTable node_table(const ExportSource& source) {
  return {"node",
          {{"node", "TEXT"}, {"pool", "TEXT"}, {"requested_seconds", "REAL"}, {"ready_seconds", "REAL"}, {"deleting_seconds", "REAL"}, {"gone_seconds", "REAL"}, {"why_deleted", "TEXT"}},
          [&source](const Emit& emit) {
            for (const NodeLife& node : source.lives.nodes)
              if (node.requested <= source.to && node.gone >= source.from)
                emit({text(node.node), text(node.pool), seconds(node.requested), seconds(node.ready), seconds(node.deleting), seconds(node.gone), text(node.why)});
          }};
}

ExportTable pod_table(const ExportSource& source) {
  return {"pod",
          {{"pod", "TEXT"}, {"workload", "TEXT"}, {"node", "TEXT"}, {"created_seconds", "REAL"}, {"scheduled_seconds", "REAL"}, {"started_seconds", "REAL"}, {"ready_seconds", "REAL"},
           {"deleted_seconds", "REAL"}, {"why_deleted", "TEXT"}},
          [&source](const Emit& emit) {
            for (const PodLife& pod : source.lives.pods)
              if (pod.created <= source.to && pod.deleted >= source.from)
                emit({text(pod.pod), text(pod.workload), text(pod.node), seconds(pod.created), seconds(pod.scheduled), seconds(pod.started), seconds(pod.ready), seconds(pod.deleted), text(pod.why)});
          }};
}

ExportTable cost_table(const Outcome* outcome) {
  return {"cost_line",
          {{"category", "TEXT"}, {"item", "TEXT"}, {"cluster", "TEXT"}, {"pool", "TEXT"}, {"meter", "TEXT"}, {"unit", "TEXT"}, {"quantity", "REAL"}, {"unit_price_usd", "REAL"}, {"amount_usd_month", "REAL"},
           {"source", "TEXT"}, {"as_of", "TEXT"}, {"confidence", "TEXT"}},
          [outcome](const Emit& emit) {
            if (outcome == nullptr) return;
            for (const PriceLine& line : outcome->details.cost.lines)
              emit({line.category, line.item, line.cluster, line.pool, line.meter, line.unit, static_cast<double>(line.quantity_micro) / 1e6, units(line.unit_price), units(line.amount), line.source, line.as_of, line.confidence});
          }};
}

ExportTable threshold_table(const Outcome* outcome) {
  return {"threshold", {{"metric", "TEXT"}, {"expression", "TEXT"}, {"verdict", "TEXT"}, {"measured", "REAL"}, {"explanation", "TEXT"}}, [outcome](const Emit& emit) {
            if (outcome == nullptr) return;
            for (const ThresholdResult& threshold : outcome->thresholds)
              emit({threshold.metric, threshold.expression, std::string(to_string(threshold.verdict)), threshold.measured ? Cell{*threshold.measured} : Cell{}, threshold.explanation});
          }};
}

std::string csv_field(const std::string& field) {
  if (field.find_first_of("\",\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string csv_cell(const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return fmt::format("{:.15g}", *number);
  const auto* field = std::get_if<std::string>(&cell);
  return field != nullptr ? csv_field(*field) : std::string();
}

}  // namespace

std::vector<ExportTable> export_tables(const ExportSource& source, const Outcome* outcome) {
  return {meta_table(source), event_table(source), sample_table(source), node_table(source), pod_table(source), cost_table(outcome), threshold_table(outcome)};
}

std::string table_as_csv(const ExportTable& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) out += (i > 0 ? "," : "") + table.columns[i].name;
  out += "\r\n";
  table.rows([&](const std::vector<Cell>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i > 0 ? "," : "") + csv_cell(row[i]);
    out += "\r\n";
  });
  return out;
}

}  // namespace akstwin
