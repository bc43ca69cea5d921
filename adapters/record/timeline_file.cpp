#include "adapters/record/timeline_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

template <class Meaning>
std::optional<std::uint16_t> code_of(std::span<const Meaning> meanings, const std::string& name) {
  const auto found = std::ranges::find(meanings, name, &Meaning::name);
  if (found == meanings.end()) return std::nullopt;
  return static_cast<std::uint16_t>(found - meanings.begin());
}

std::string text_in(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::int64_t number(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

/// One line into the timeline; why not, when it cannot be.
std::string take(const json& line, RecordedTimeline& out) {
  const std::string what = text_in(line, "line");
  if (what == "recording") {
    out.cluster = text_in(line, "cluster");
    out.start.unix_seconds = number(line, "start");
    out.timeline.finish(SimTime{number(line, "end")});
    return {};
  }
  if (what == "event") {
    const auto kind = code_of(event_meanings(), text_in(line, "kind"));
    if (!kind) return "an event of an unknown kind";
    out.timeline.event({SimTime{number(line, "at")}, *kind, Name(text_in(line, "subject")), Name(text_in(line, "object")), Name(text_in(line, "detail")), number(line, "value")});
    return {};
  }
  if (what != "series") return "a line of an unknown sort";
  const auto kind = code_of(gauge_meanings(), text_in(line, "kind"));
  const auto samples = line.find("samples");
  if (!kind || samples == line.end() || !samples->is_array()) return "a series of an unknown kind";
  const SeriesId id = out.timeline.series({*kind, Name(text_in(line, "a")), Name(text_in(line, "b")), Name(text_in(line, "c"))});
  SimTime last{INT64_MIN};
  for (const json& sample : *samples) {
    if (!sample.is_array() || sample.size() != 2 || !sample[0].is_number_integer() || !sample[1].is_number_integer()) return "a sample that is no pair of numbers";
    const SimTime at{sample[0].get<std::int64_t>()};
    if (at < last) return "samples that go back in time";
    out.timeline.set(id, last = at, sample[1]);
  }
  return {};
}

}  // namespace

void write_timeline(const RecordedTimeline& recorded, std::ostream& out) {
  out << json{{"line", "recording"}, {"version", 1}, {"cluster", recorded.cluster}, {"start", recorded.start.unix_seconds}, {"end", recorded.timeline.end().us}}.dump() << '\n';
  for (const TimelineEvent& event : recorded.timeline.events()) {
    json line{{"line", "event"}, {"at", event.at.us}, {"kind", event_meanings()[event.kind].name}, {"subject", event.subject.str()}, {"value", event.value}};
    if (!event.object.empty()) line["object"] = event.object.str();
    if (!event.detail.empty()) line["detail"] = event.detail.str();
    out << line.dump() << '\n';
  }
  for (std::uint16_t kind = 0; kind < gauge_meanings().size(); ++kind)
    for (const Series* series : recorded.timeline.of_kind(kind)) {
      json samples = json::array();
      for (const Sample& sample : series->samples) samples.push_back({sample.at.us, sample.value});
      out << json{{"line", "series"}, {"kind", gauge_meanings()[kind].name}, {"a", series->key.a.str()}, {"b", series->key.b.str()}, {"c", series->key.c.str()}, {"samples", std::move(samples)}}.dump() << '\n';
    }
}

Result<RecordedTimeline> read_timeline(std::istream& in) {
  RecordedTimeline out;
  std::string text_line;
  for (int number_of_line = 1; std::getline(in, text_line); ++number_of_line) {
    if (text_line.empty()) continue;
    const json line = json::parse(text_line, nullptr, false);
    const std::string why = line.is_discarded() || !line.is_object() ? "no JSON" : take(line, out);
    if (!why.empty()) return fail("line " + std::to_string(number_of_line) + ": " + why);
  }
  return out;
}

Result<RecordedTimeline> read_timeline_file(const std::string& path) {
  const std::filesystem::path file = std::filesystem::is_directory(path) ? std::filesystem::path(path) / "timeline.jsonl" : std::filesystem::path(path);
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail("cannot read " + file.string());
  auto read = read_timeline(in);
  if (!read) return tl::unexpected(std::move(read.error()).within(file.string()));
  if (read->timeline.end().us <= 0) return fail(file.string() + " is no recording: it states no end");
  return read;
}

}  // namespace akstwin
