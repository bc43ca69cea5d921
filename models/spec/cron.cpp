#include "models/spec/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "sim/base/text.hpp"

namespace akstwin {
namespace {

constexpr Duration kMinute{60'000'000};
constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct FieldRange {
  int low, high;
  std::span<const std::string_view> names;          ///< names[i] stands for low + i
};

std::optional<int> number(std::string_view text, const FieldRange& field) {
  const auto name = std::ranges::find(field.names, text);
  if (name != field.names.end()) return field.low + static_cast<int>(name - field.names.begin());
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// One item of a comma list: *, 5, 1-5, */15, 10-40/10.
bool add_item(std::string_view item, const FieldRange& field, std::uint64_t& bits) {
  int step = 1;
  if (const auto slash = item.find('/'); slash != std::string_view::npos) {
    const auto stated = number(item.substr(slash + 1), {1, 60, {}});
    if (!stated || *stated < 1) return false;
    step = *stated;
    item = item.substr(0, slash);
  }
  int from = field.low, to = field.high;
  if (item != "*") {
    const auto dash = item.find('-');
    const auto first = number(item.substr(0, dash), field);
    const auto last = dash == std::string_view::npos ? first : number(item.substr(dash + 1), field);
    if (!first || !last) return false;
    from = *first;
    to = dash == std::string_view::npos && step > 1 ? field.high : *last;
  }
  if (from < field.low || to > field.high || from > to) return false;
  for (int value = from; value <= to; value += step) bits |= 1ULL << value;
  return true;
}

std::optional<std::uint64_t> parse_field(std::string_view text, const FieldRange& field) {
  std::uint64_t bits = 0;
  while (true) {
    const auto comma = text.find(',');
    if (!add_item(text.substr(0, comma), field, bits)) return std::nullopt;
    if (comma == std::string_view::npos) return bits;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto start = text.find_first_not_of(" \t");
    if (start == std::string_view::npos) break;
    text.remove_prefix(start);
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

}  // namespace

bool CronSchedule::hits(const CivilTime& time) const {
  if (((minutes >> time.minute) & 1) == 0 || ((hours >> time.hour) & 1) == 0 || ((months >> time.month) & 1) == 0) return false;
  const bool day = ((days >> time.day) & 1) != 0, weekday = ((weekdays >> time.weekday) & 1) != 0;
  return any_day || any_weekday ? day && weekday : day || weekday;
}

std::optional<CronSchedule> parse_cron(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShorthands{{{"@yearly", "0 0 1 1 *"},
                                                                                     {"@annually", "0 0 1 1 *"},
                                                                                     {"@monthly", "0 0 1 * *"},
                                                                                     {"@weekly", "0 0 * * 0"},
                                                                                     {"@daily", "0 0 * * *"},
                                                                                     {"@midnight", "0 0 * * *"},
                                                                                     {"@hourly", "0 * * * *"}}};
  for (const auto& [shorthand, meaning] : kShorthands)
    if (text == shorthand) text = meaning;
  const std::string lowered = lower_case(text);
  const std::vector<std::string_view> words = words_of(lowered);
  if (words.size() != 5) return std::nullopt;
  const std::array<FieldRange, 5> kFields{{{0, 59, {}}, {0, 23, {}}, {1, 31, {}}, {1, 12, kMonths}, {0, 7, kWeekdays}}};
  std::array<std::uint64_t, 5> bits{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto field = parse_field(words[i], kFields[i]);
    if (!field) return std::nullopt;
    bits[i] = *field;
  }
  if ((bits[4] >> 7) & 1) bits[4] |= 1;   // 7 is Sunday, too
  return CronSchedule{bits[0], static_cast<std::uint32_t>(bits[1]), static_cast<std::uint32_t>(bits[2]), static_cast<std::uint32_t>(bits[3]),
                      static_cast<std::uint32_t>(bits[4]), words[2].starts_with('*'), words[4].starts_with('*')};
}

bool hit_within(const CronSchedule& schedule, const Epoch& start, SimTime now, Duration window) {
  // Hits are whole minutes of the wall clock, and the scenario need not begin at one.
  const std::int64_t into = ((start.unix_seconds % 60) * 1'000'000 + now.us % kMinute.us) % kMinute.us;
  for (SimTime at = now - Duration{into}; at > now - window; at = at - kMinute)
    if (schedule.hits(start.civil(at))) return true;
  return false;
}

}  // namespace akstwin
