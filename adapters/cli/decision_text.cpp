// The answer to "why", drawn for people and written for programs.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/cli/decision_answer.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string_view event_name(const TimelineEvent& event) { return event_meanings()[event.kind].name; }

std::string_view unit_of(const TimelineEvent& event) { return event_meanings()[event.kind].value_unit; }

void draw(const DecisionTable& table, std::string& out) {
  std::vector<std::size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(column.size());
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text = "    ";
    for (std::size_t i = 0; i < cells.size(); ++i) text += i + 1 < cells.size() ? fmt::format("{:<{}}  ", cells[i], widths[i]) : cells[i];
    out += text + "\n";
  };
  out += "  " + table.name + "\n";
  line(table.columns);
  for (const auto& row : table.rows) line(row);
}

void draw(const Decision& decision, std::size_t repeated, const Scenario& scenario, std::string& out) {
  out += fmt::format("\n{} at {}: {}\n  {}\n", decision.decider, scenario.start.iso(decision.at), decision.outcome, decision.message);
  std::size_t width = 0;
  for (const auto& [name, value] : decision.facts) width = std::max(width, name.size());
  for (const auto& [name, value] : decision.facts) out += fmt::format("  {:<{}}  {}\n", name, width, value);
  if (repeated > 1) out += fmt::format("  {:<{}}  {} times so far; this is the last one\n", "decided", width, repeated);
  for (const DecisionTable& table : decision.tables) draw(table, out);
}

std::string described(const TimelineEvent& event) {
  std::string text(event_name(event));
  if (unit_of(event) == "replicas" || unit_of(event) == "count") text += fmt::format(" {}", event.value);
  if (!event.object.empty()) text += ", " + event.object.str();
  if (!event.detail.empty()) text += ": " + event.detail.str();
  return text;
}

}  // namespace

std::string as_text(const DecisionAnswer& answer, const Scenario& scenario) {
  std::string out = fmt::format("{} {} at {}, {} after the start\n", word_of(answer.kind), answer.subject.text(), scenario.start.iso(answer.at),
                                to_string(answer.at.since_start()));
  if (!answer.status.empty()) out += answer.status + "\n";
  if (answer.decisions.empty()) out += "No controller had decided anything about it by then.\n";
  for (std::size_t i = 0; i < answer.decisions.size(); ++i) draw(answer.decisions[i], answer.repeated[i], scenario, out);
  if (!answer.history.empty()) out += "\nwhat happened to it\n";
  for (const TimelineEvent& event : answer.history) out += fmt::format("  {}  {}\n", scenario.start.iso(event.at), described(event));
  return out;
}

std::string as_json(const DecisionAnswer& answer, const Scenario& scenario, std::uint32_t replication) {
  OrderedJson decisions = OrderedJson::array(), history = OrderedJson::array();
  for (std::size_t i = 0; i < answer.decisions.size(); ++i) {
    const Decision& decision = answer.decisions[i];
    OrderedJson facts = OrderedJson::object(), tables = OrderedJson::object();
    for (const auto& [name, value] : decision.facts) facts[name] = value;
    for (const DecisionTable& table : decision.tables) {
      OrderedJson rows = OrderedJson::array();
      for (const auto& row : table.rows) {
        OrderedJson cells = OrderedJson::object();
        for (std::size_t c = 0; c < row.size(); ++c) cells[table.columns[c]] = row[c];
        rows.push_back(std::move(cells));
      }
      tables[table.name] = std::move(rows);
    }
    decisions.push_back({{"decider", decision.decider},
                         {"at", scenario.start.iso(decision.at)},
                         {"atSeconds", decision.at.since_start().seconds_real()},
                         {"outcome", decision.outcome},
                         {"message", decision.message},
                         {"times", answer.repeated[i]},
                         {"facts", std::move(facts)},
                         {"tables", std::move(tables)}});
  }
  for (const TimelineEvent& event : answer.history)
    history.push_back({{"at", scenario.start.iso(event.at)},
                       {"atSeconds", event.at.since_start().seconds_real()},
                       {"event", event_name(event)},
                       {"object", event.object.text()},
                       {"detail", event.detail.text()},
                       {"value", event.value},
                       {"unit", unit_of(event)}});
  const OrderedJson json{{"kind", word_of(answer.kind)},
                  {"name", answer.subject.text()},
                  {"at", scenario.start.iso(answer.at)},
                  {"atSeconds", answer.at.since_start().seconds_real()},
                  {"status", answer.status},
                  {"scenario", {{"name", scenario.name}, {"sha256", scenario.sha256}, {"seed", scenario.seed}, {"replication", replication}}},
                  {"decisions", std::move(decisions)},
                  {"history", std::move(history)}};
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace akstwin
