// Source: github.com/robfig/cron v3 parser.go and Go's time.ParseDuration, whose words Kubernetes v1.32 repeats, read 2026-11.
#include <algorithm>
#include <array>

#include "adapters/serve/validation/rules.hpp"
#include "scenarios/time_zone.hpp"

namespace akstwin::validation {
namespace {

struct CronField { int least, most; std::initializer_list<std::string_view> names; };

const std::initializer_list<std::string_view> kNoNames{};
const std::initializer_list<std::string_view> kMonths{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
const std::initializer_list<std::string_view> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::vector<std::string> split_at(std::string_view text, char by) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = text.find(by);
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

/// A number, or what is wrong with it.
std::string read_number(const std::string& text, int& out) {
  const std::string_view digits = text.starts_with('-') || text.starts_with('+') ? std::string_view(text).substr(1) : std::string_view(text);
  if (digits.empty() || digits.size() > 9 || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return "failed to parse int from " + text + ": strconv.Atoi: parsing " + in_quotes(text) + ": invalid syntax";
  out = std::stoi(text);
  return out < 0 ? "negative number (" + std::to_string(out) + ") not allowed: " + text : std::string();
}

std::string read_name(const CronField& field, const std::string& text, int& out) {
  const std::string name = lowered(text);
  int value = field.least;
  for (const std::string_view known : field.names) {
    if (known == name) {
      out = value;
      return {};
    }
    ++value;
  }
  return read_number(text, out);
}

std::string range_problem(const CronField& field, const std::string& text) {
  const auto parts = split_at(text, '/');
  const auto ends = split_at(parts[0], '-');
  int begin = field.least, end = field.most, step = 1;
  const bool single = ends.size() == 1;
  if (ends[0] != "*" && ends[0] != "?") {
    if (const std::string wrong = read_name(field, ends[0], begin); !wrong.empty()) return wrong;
    end = begin;
    if (ends.size() == 2) {
      if (const std::string wrong = read_name(field, ends[1], end); !wrong.empty()) return wrong;
    } else if (ends.size() > 2) {
      return "too many hyphens: " + text;
    }
  }
  if (parts.size() == 2) {
    if (const std::string wrong = read_number(parts[1], step); !wrong.empty()) return wrong;
    if (single) end = field.most;
  } else if (parts.size() > 2) {
    return "too many slashes: " + text;
  }
  if (begin < field.least) return "beginning of range (" + std::to_string(begin) + ") below minimum (" + std::to_string(field.least) + "): " + text;
  if (end > field.most) return "end of range (" + std::to_string(end) + ") above maximum (" + std::to_string(field.most) + "): " + text;
  if (begin > end) return "beginning of range (" + std::to_string(begin) + ") beyond end of range (" + std::to_string(end) + "): " + text;
  return step == 0 ? "step of range should be a positive number: " + text : std::string();
}

/// "1h30m".
std::string duration_problem(const std::string& text) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "0") return {};
  const std::string bad = "time: invalid duration " + in_quotes(text);
  if (rest.empty()) return bad;
  while (!rest.empty()) {
    const std::size_t number = rest.find_first_not_of("0123456789.");
    if (number == 0) return bad;
    if (number == std::string_view::npos) return "time: missing unit in duration " + in_quotes(text);
    rest.remove_prefix(number);
    const std::string unit(rest.substr(0, rest.find_first_of("0123456789.")));
    const std::initializer_list<std::string_view> kUnits{"ns", "us", "µs", "ms", "s", "m", "h"};
    if (std::ranges::find(kUnits, std::string_view(unit)) == kUnits.end()) return "time: unknown unit " + in_quotes(unit) + " in duration " + in_quotes(text);
    rest.remove_prefix(unit.size());
  }
  return {};
}

std::string descriptor_problem(const std::string& text) {
  const std::initializer_list<std::string_view> kKnown{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"};
  if (std::ranges::find(kKnown, std::string_view(text)) != kKnown.end()) return {};
  constexpr std::string_view kEvery = "@every ";
  if (!text.starts_with(kEvery)) return "unrecognized descriptor: " + text;
  const std::string wrong = duration_problem(text.substr(kEvery.size()));
  return wrong.empty() ? wrong : "failed to parse duration " + text + ": " + wrong;
}

}  // namespace

bool is_time_zone(const std::string& name) {
  if (name == "UTC") return true;
  if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos || name.find('\0') != std::string::npos) return false;
  return read_time_zone(name).has_value();
}

std::string schedule_problem(std::string_view schedule) {
  std::string text(schedule);
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
    const std::size_t equals = text.find('='), space = text.find(' ');
    const std::string zone = text.substr(equals + 1, space == std::string::npos ? std::string::npos : space - equals - 1);
    if (!zone.empty() && zone != "Local" && !is_time_zone(zone)) return "provided bad location " + zone + ": unknown time zone " + zone;
    text = space == std::string::npos ? std::string() : text.substr(space + 1);
  }
  if (text.starts_with('@')) return descriptor_problem(text);
  std::vector<std::string> words;
  for (const std::string& word : split_at(text, ' '))
    if (!word.empty()) words.push_back(word);
  const std::array<CronField, 5> fields{{{0, 59, kNoNames}, {0, 23, kNoNames}, {1, 31, kNoNames}, {1, 12, kMonths}, {0, 6, kDays}}};
  if (words.size() != fields.size()) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : " ") + word;
    return "expected exactly 5 fields, found " + std::to_string(words.size()) + ": [" + list + "]";
  }
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (const std::string& part : split_at(words[i], ','))
      if (const std::string wrong = part.empty() ? std::string() : range_problem(fields[i], part); !wrong.empty()) return wrong;
  return {};
}

}  // namespace akstwin::validation
