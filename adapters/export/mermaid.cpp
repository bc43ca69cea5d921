#include "adapters/export/mermaid.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

struct Bar {
  std::string section, label;
  SimTime from, to;
  bool critical = false;
};

/// Mermaid reads colons, semicolons, commas and hashes in a label as its own.
std::string plain(std::string text) {
  for (char& c : text)
    if (c == ':' || c == ';' || c == ',' || c == '#' || c == '\n' || c == '"') c = ' ';
  return text.empty() ? "-" : text.substr(0, 60);
}

std::vector<Bar> game_day(const ExportSource& source) {
  std::vector<Bar> bars;
  std::map<Name, SimTime> outages, phases;      // begin; end of the phase before
  std::map<std::pair<Name, Name>, SimTime> actions;
  for (const TimelineEvent& event : source.timeline.events()) {
    if (event.at < source.from || event.at > source.to) continue;
    switch (static_cast<EventKind>(event.kind)) {
      case EventKind::OutageBegan: outages[event.subject] = phases[event.subject] = event.at; break;
      case EventKind::OutageEnded:
        if (const auto found = outages.find(event.subject); found != outages.end()) {
          bars.push_back({"Outages", event.subject.str() + " is lost", found->second, event.at, true});
          outages.erase(found);
        }
        break;
      case EventKind::ActionStarted: actions[{event.subject, event.object}] = event.at; break;
      case EventKind::ActionDone:
        bars.push_back({"Actions", event.subject.str() + " " + event.object.str(), actions.contains({event.subject, event.object}) ? actions[{event.subject, event.object}] : event.at - Duration{event.value}, event.at});
        break;
      case EventKind::RecoveryPhase: {
        const auto before = phases.find(event.subject);
        bars.push_back({"Recovery", event.object.str(), before != phases.end() ? before->second : event.at - Duration{event.value}, event.at});
        phases[event.subject] = event.at;
        break;
      }
      case EventKind::Recovered: bars.push_back({"Recovery", "recovered on " + event.object.str(), event.at, event.at + Duration{1'000'000}, true}); break;
      default: break;
    }
  }
  for (const auto& [name, began] : outages) bars.push_back({"Outages", name.str() + " is lost", began, source.to, true});
  return bars;
}

/// Scale-ups and refusals of a pool within an hour of each other are one bar.
std::vector<Bar> pool_changes(const ExportSource& source) {
  std::vector<Bar> bars;
  std::map<std::pair<Name, bool>, std::size_t> open;
  for (const TimelineEvent& event : source.timeline.events()) {
    const bool refused = event.kind == code(EventKind::PoolRefused);
    if ((event.kind != code(EventKind::ScaleUpDecided) && !refused) || event.at < source.from || event.at > source.to) continue;
    const auto found = open.find({event.subject, refused});
    if (found != open.end() && event.at - bars[found->second].to <= Duration{3'600'000'000}) {
      bars[found->second].to = event.at;
      continue;
    }
    open[{event.subject, refused}] = bars.size();
    bars.push_back({event.subject.str(), refused ? "refused " + event.detail.str() : "grows to " + std::to_string(event.value), event.at, event.at + Duration{60'000'000}, refused});
  }
  return bars;
}

/// "2026-03-02 14:05:00", the form that dateFormat names.
std::string moment(const Scenario& scenario, SimTime at) {
  std::string text = scenario.start.iso(at);
  std::ranges::replace(text, 'T', ' ');
  text.pop_back();
  return text;
}

}  // namespace

std::string mermaid_gantt(const ExportSource& source) {
  std::vector<Bar> bars = game_day(source);
  if (bars.empty()) bars = pool_changes(source);
  // A chart without a bar is none that Mermaid draws.
  if (bars.empty()) bars.push_back({"Run", "neither outage nor action nor scale-up", source.from, source.to});
  std::ranges::stable_sort(bars, [](const Bar& a, const Bar& b) { return a.section != b.section ? a.section < b.section : a.from < b.from; });
  std::string out = "gantt\n    title " + plain(source.scenario.name) + "\n    dateFormat YYYY-MM-DD HH:mm:ss\n    axisFormat %d.%m. %H:%M\n";
  std::string section;
  std::size_t left = bars.size();
  for (const Bar& bar : bars) {
    std::string line;
    if (bar.section != section) line += "    section " + plain(bar.section) + "\n";
    const SimTime end = std::max(bar.to, bar.from + Duration{1'000'000});
    line += "    " + plain(bar.label) + " :" + (bar.critical ? "crit, " : "") + moment(source.scenario, bar.from) + ", " + moment(source.scenario, end) + "\n";
    if (out.size() + line.size() + 60 > kMermaidLimit) {
      out += "    %% " + std::to_string(left) + " more do not fit\n";
      return out;
    }
    section = bar.section;
    out += line;
    --left;
  }
  return out;
}

}  // namespace akstwin
