#include "scenarios/notation.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

constexpr const char* kDurationPattern = "^0$|^([0-9]+(\\.[0-9]+)?(w|d|h|m|s|ms|us))+$";
constexpr const char* kBytesPattern = "^[0-9.]+(e[0-9]+)?((Ki|Mi|Gi|Ti|Pi)B?|k|M|G|T|P|m)?$";

// Decimal text times `scale`, exact; the suffix must be one of `suffixes`.
std::optional<std::int64_t> scaled_with_suffix(std::string_view text, std::initializer_list<std::string_view> suffixes, std::int64_t scale) {
  const auto number = take_decimal(text);
  if (!number) return std::nullopt;
  for (const std::string_view suffix : suffixes)
    if (text == suffix) return scale_decimal(*number, scale, 1, Rounding::Exact);
  return std::nullopt;
}

// 1234 thousandths → "1.234"; trailing zeros dropped.
std::string print_scaled(std::int64_t value, std::int64_t scale) {
  std::string text = value < 0 ? "-" : "";
  const std::int64_t positive = value < 0 ? -value : value;
  text += std::to_string(positive / scale);
  std::string fraction = std::to_string(scale + positive % scale).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return fraction.empty() ? text : text + "." + fraction;
}

}  // namespace

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

NotationWords Notation<Text>::words() { return {"text", "text", "string", ""}; }
std::optional<std::string> Notation<Text>::parse(std::string_view text) { return std::string(text); }
std::string Notation<Text>::print(const std::string& value) { return value; }

NotationWords Notation<LabelText>::words() { return Notation<Text>::words(); }
std::optional<Name> Notation<LabelText>::parse(std::string_view text) { return Name(text); }
std::string Notation<LabelText>::print(const Name& value) { return value.str(); }

NotationWords Notation<std::string>::words() { return {"text", "text", "string", ""}; }
std::optional<std::string> Notation<std::string>::parse(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}
std::string Notation<std::string>::print(const std::string& value) { return value; }

NotationWords Notation<Name>::words() { return {"name", "a name", "string", ""}; }
std::optional<Name> Notation<Name>::parse(std::string_view text) {
  if (text.empty() || text.size() > 253) return std::nullopt;
  return Name(text);
}
std::string Notation<Name>::print(const Name& value) { return value.str(); }

NotationWords Notation<bool>::words() { return {"true or false", "true or false", "boolean", ""}; }
std::optional<bool> Notation<bool>::parse(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}
std::string Notation<bool>::print(const bool& value) { return value ? "true" : "false"; }

NotationWords Notation<std::int64_t>::words() { return {"whole number", "a whole number", "integer", ""}; }
std::optional<std::int64_t> Notation<std::int64_t>::parse(std::string_view text) { return parse_whole(text); }
std::string Notation<std::int64_t>::print(const std::int64_t& value) { return std::to_string(value); }

NotationWords Notation<int>::words() { return Notation<std::int64_t>::words(); }
std::optional<int> Notation<int>::parse(std::string_view text) {
  const auto value = parse_whole(text);
  if (!value || *value < INT32_MIN || *value > INT32_MAX) return std::nullopt;
  return static_cast<int>(*value);
}
std::string Notation<int>::print(const int& value) { return std::to_string(value); }

NotationWords Notation<std::uint32_t>::words() { return {"whole number", "a whole number of at least 0", "integer", ""}; }
std::optional<std::uint32_t> Notation<std::uint32_t>::parse(std::string_view text) {
  const auto value = parse_whole(text);
  if (!value || *value < 0 || *value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}
std::string Notation<std::uint32_t>::print(const std::uint32_t& value) { return std::to_string(value); }

NotationWords Notation<std::uint64_t>::words() { return Notation<std::uint32_t>::words(); }
std::optional<std::uint64_t> Notation<std::uint64_t>::parse(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}
std::string Notation<std::uint64_t>::print(const std::uint64_t& value) { return std::to_string(value); }

NotationWords Notation<double>::words() { return {"number", "a number", "number", ""}; }
std::optional<double> Notation<double>::parse(std::string_view text) { return parse_real(text); }
std::string Notation<double>::print(const double& value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return error == std::errc{} ? std::string(buffer, end) : std::string();
}

NotationWords Notation<Duration>::words() { return {"duration", "a duration such as 90s, 2h30m or 30d", "string", kDurationPattern}; }
std::optional<Duration> Notation<Duration>::parse(std::string_view text) { return parse_duration(text); }
std::string Notation<Duration>::print(const Duration& value) { return to_string(value); }

NotationWords Notation<SimTime>::words() { return {"time", "a time since the start such as 36h or 10d 14:00", "string", ""}; }
std::optional<SimTime> Notation<SimTime>::parse(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    const auto since = parse_duration(text);
    return since ? std::optional(SimTime{since->us}) : std::nullopt;
  }
  // "10d 14:00": whole days, then the time of day.
  const auto days = parse_duration(text.substr(0, space));
  const std::string_view clock = text.substr(space + 1);
  if (!days || days->us % 86'400'000'000 != 0 || clock.size() != 5 || clock[2] != ':') return std::nullopt;
  const auto hours = parse_whole(clock.substr(0, 2)), minutes = parse_whole(clock.substr(3));
  if (!hours || !minutes || *hours < 0 || *hours > 23 || *minutes < 0 || *minutes > 59) return std::nullopt;
  return SimTime{days->us + (*hours * 60 + *minutes) * 60'000'000};
}
std::string Notation<SimTime>::print(const SimTime& value) { return to_string(value.since_start()); }

NotationWords Notation<Epoch>::words() { return {"UTC time", "a UTC time such as 2026-03-02T00:00:00Z", "string", ""}; }
std::optional<Epoch> Notation<Epoch>::parse(std::string_view text) {
  const auto seconds = parse_utc(text);
  return seconds ? std::optional(Epoch{*seconds}) : std::nullopt;
}
std::string Notation<Epoch>::print(const Epoch& value) { return value.iso(SimTime{}); }

NotationWords Notation<Bytes>::words() { return {"memory quantity", "a quantity such as 512Mi or 4Gi", "string", kBytesPattern}; }
std::optional<Bytes> Notation<Bytes>::parse(std::string_view text) {
  if (text.ends_with("iB")) text.remove_suffix(1);   // "7KiB" is what people write; Kubernetes writes 7Ki
  return parse_bytes(text);
}
std::string Notation<Bytes>::print(const Bytes& value) { return to_string(value); }

NotationWords Notation<Millicores>::words() { return {"CPU quantity", "a CPU quantity such as 250m or 2", "string", "^[0-9.]+m?$"}; }
std::optional<Millicores> Notation<Millicores>::parse(std::string_view text) { return parse_millicores(text); }
std::string Notation<Millicores>::print(const Millicores& value) { return to_string(value); }

NotationWords Notation<PartsPerMillion>::words() { return {"share", "a share such as 60% or 0.6", "string number", "^[0-9.]+%?$"}; }
std::optional<PartsPerMillion> Notation<PartsPerMillion>::parse(std::string_view text) {
  if (text.ends_with('%')) return parse_percent(text);
  const auto share = scaled_with_suffix(text, {""}, 1'000'000);
  return share ? std::optional(PartsPerMillion{*share}) : std::nullopt;
}
std::string Notation<PartsPerMillion>::print(const PartsPerMillion& value) { return to_string(value); }

NotationWords Notation<Threshold01>::words() { return {"number from 0 to 1", "a number from 0 to 1", "string number", "^[0-9.]+$"}; }
std::optional<std::int64_t> Notation<Threshold01>::parse(std::string_view text) {
  const auto share = scaled_with_suffix(text, {""}, 1'000'000);
  return share && *share <= 1'000'000 ? share : std::nullopt;
}
std::string Notation<Threshold01>::print(const std::int64_t& value) { return print_scaled(value, 1'000'000); }

NotationWords Notation<Money>::words() { return {"money", "an amount with its currency such as 900 USD or $0.192", "string", "USD|\\$"}; }
std::optional<Money> Notation<Money>::parse(std::string_view text) { return parse_money(text); }
std::string Notation<Money>::print(const Money& value) { return to_string(value); }

namespace {
constexpr std::pair<std::string_view, Expander> kExpanders[] = {{"random", Expander::Random}, {"most-pods", Expander::MostPods}, {"least-waste", Expander::LeastWaste}, {"priority", Expander::Priority}, {"least-nodes", Expander::LeastNodes}};
}

NotationWords Notation<std::vector<Expander>>::words() {
  return {"expanders", "random, most-pods, least-waste, least-nodes or priority, or several of them separated by commas", "string", "^[a-z, -]+$"};
}
std::optional<std::vector<Expander>> Notation<std::vector<Expander>>::parse(std::string_view text) {
  std::vector<Expander> chain;
  while (true) {
    const auto comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    const auto known = std::ranges::find(kExpanders, word, &std::pair<std::string_view, Expander>::first);
    // Upstream refuses an expander that is named twice (expander/factory).
    if (known == std::end(kExpanders) || std::ranges::find(chain, known->second) != chain.end()) return std::nullopt;
    chain.push_back(known->second);
    if (comma == std::string_view::npos) return chain;
    text.remove_prefix(comma + 1);
  }
}
std::string Notation<std::vector<Expander>>::print(const std::vector<Expander>& value) {
  std::string text;
  for (const Expander expander : value)
    text += (text.empty() ? "" : ",") + std::string(std::ranges::find(kExpanders, expander, &std::pair<std::string_view, Expander>::second)->first);
  return text;
}

NotationWords Notation<Cidr>::words() { return {"IPv4 prefix", "an IPv4 prefix such as 10.40.0.0/22", "string", "^[0-9.]+/[0-9]+$"}; }
std::optional<Cidr> Notation<Cidr>::parse(std::string_view text) { return parse_cidr(text); }
std::string Notation<Cidr>::print(const Cidr& value) { return to_string(value); }

NotationWords Notation<IntOrPercent>::words() { return {"count or percentage", "a count such as 1 or a percentage such as 33%", "string integer", "^[0-9]+%?$"}; }
std::optional<IntOrPercent> Notation<IntOrPercent>::parse(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  const auto value = parse_whole(text);
  if (!value || *value < 0 || *value > 1'000'000) return std::nullopt;
  return IntOrPercent{*value, percent};
}
std::string Notation<IntOrPercent>::print(const IntOrPercent& value) { return std::to_string(value.value) + (value.percent ? "%" : ""); }

NotationWords Notation<RequestRate>::words() { return {"rate", "a rate such as 900rps", "string", "^[0-9.]+(rps|/s)$"}; }
std::optional<std::int64_t> Notation<RequestRate>::parse(std::string_view text) { return scaled_with_suffix(text, {"rps", "/s"}, 1'000); }
std::string Notation<RequestRate>::print(const std::int64_t& value) { return print_scaled(value, 1'000) + "rps"; }

NotationWords Notation<CpuTime>::words() { return {"CPU time", "CPU time such as 3.2m·s (3.2 millicore-seconds) or 3.2ms", "string", ""}; }
std::optional<std::int64_t> Notation<CpuTime>::parse(std::string_view text) {
  if (const auto milli = scaled_with_suffix(text, {"m·s", "m*s", "ms"}, 1'000)) return milli;
  return scaled_with_suffix(text, {"us", "µs"}, 1);
}
std::string Notation<CpuTime>::print(const std::int64_t& value) { return print_scaled(value, 1'000) + "m·s"; }

NotationWords Notation<Thousandths>::words() { return {"number", "a number with at most three decimals such as 1.4", "number", ""}; }
std::optional<std::int64_t> Notation<Thousandths>::parse(std::string_view text) { return scaled_with_suffix(text, {""}, 1'000); }
std::string Notation<Thousandths>::print(const std::int64_t& value) { return print_scaled(value, 1'000); }

NotationWords Notation<MinorVersion>::words() { return {"Kubernetes version", "a Kubernetes version such as \"1.31\"", "string number", "^1\\.[0-9]+(\\.[0-9]+)?$"}; }
std::optional<int> Notation<MinorVersion>::parse(std::string_view text) {
  if (!text.starts_with("1.")) return std::nullopt;
  text.remove_prefix(2);
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && !parse_whole(text.substr(point + 1))) return std::nullopt;
  const auto minor = parse_whole(text.substr(0, point));
  if (!minor || *minor < 0 || *minor > 99) return std::nullopt;
  return static_cast<int>(*minor);
}
std::string Notation<MinorVersion>::print(const int& value) { return "1." + std::to_string(value); }

NotationWords Notation<UtcOffset>::words() { return {"UTC offset", "an offset from UTC such as -05:00 or -5h", "string", "^([+-].+|0|Z)$"}; }
std::optional<int> Notation<UtcOffset>::parse(std::string_view text) {
  constexpr std::int64_t kMinute = 60'000'000, kLargest = 14 * 60;   // UTC+14 is the largest offset in use
  if (text == "0" || text == "Z") return 0;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  std::int64_t minutes = 0;
  if (text.size() == 6 && text[3] == ':') {
    const auto hours = parse_whole(text.substr(1, 2)), rest = parse_whole(text.substr(4));
    if (!hours || !rest || *hours < 0 || *rest < 0 || *rest > 59) return std::nullopt;
    minutes = *hours * 60 + *rest;
  } else {
    const auto offset = parse_duration(text.substr(1));
    if (!offset || offset->us % kMinute != 0) return std::nullopt;
    minutes = offset->us / kMinute;
  }
  if (minutes > kLargest) return std::nullopt;
  return static_cast<int>(text[0] == '-' ? -minutes : minutes);
}
std::string Notation<UtcOffset>::print(const int& value) {
  const int minutes = value < 0 ? -value : value;
  const auto two = [](int n) { return std::to_string(100 + n).substr(1); };
  return (value < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
}

}  // namespace akstwin
