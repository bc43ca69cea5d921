// Source: kubernetes v1.32 staging/src/k8s.io/apimachinery/pkg/api/resource, read 2026-11.
#include "adapters/serve/validation/quantity.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace akstwin::validation {
namespace {

constexpr Wide kLargestNano = static_cast<Wide>(9'223'372'036'854'775'807LL) * 1'000'000'000;

struct Suffix { std::string_view text; int exponent; };
constexpr std::array<Suffix, 9> kDecimal{{{"E", 18}, {"P", 15}, {"T", 12}, {"G", 9}, {"M", 6}, {"k", 3}, {"", 0}, {"m", -3}, {"u", -6}}};
constexpr std::array<Suffix, 6> kBinary{{{"Ei", 60}, {"Pi", 50}, {"Ti", 40}, {"Gi", 30}, {"Mi", 20}, {"Ki", 10}}};

Wide scaled(Wide value, int by, int times) {
  const Wide most = kLargestNano;
  for (; times > 0; --times) {
    if (value > most / by || value < -(most / by)) return value < 0 ? -most : most;
    value *= by;
  }
  for (; times < 0; ++times) value = value / by + (value % by > 0 ? 1 : 0);   // rounded up
  return value;
}

std::string written(Wide value) {
  if (value == 0) return "0";
  std::string out;
  for (Wide rest = value < 0 ? -value : value; rest > 0; rest /= 10) out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return (value < 0 ? "-" : "") + out;
}

Wide power(int by, int times) { return scaled(1, by, times); }

}  // namespace

Quantity quantity_of(const nlohmann::json* value) {
  Quantity out;
  if (value == nullptr) return out;
  out.text = value->is_string() ? value->get<std::string>() : value->is_number() ? value->dump() : std::string();
  std::string_view rest = out.text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  Wide digits = 0;
  int decimals = 0;
  bool fraction = false;
  while (!rest.empty() && (rest.front() == '.' || (rest.front() >= '0' && rest.front() <= '9'))) {
    if (rest.front() == '.') fraction = true;
    else if (digits < kLargestNano / 10) digits = digits * 10 + (rest.front() - '0'), decimals += fraction ? 1 : 0;
    rest.remove_prefix(1);
  }
  if (negative) digits = -digits;
  digits = scaled(scaled(digits, 10, 9), 10, -decimals);
  const auto binary = std::ranges::find(kBinary, rest, &Suffix::text);
  const auto decimal = std::ranges::find(kDecimal, rest, &Suffix::text);
  if (binary != kBinary.end()) out.form = 'b', out.nano = scaled(digits, 2, binary->exponent);
  else if (decimal != kDecimal.end()) out.nano = scaled(digits, 10, decimal->exponent);
  else if (rest == "n") out.nano = scaled(digits, 10, -9);
  else if (rest.starts_with('e') || rest.starts_with('E')) out.form = 'e', out.nano = scaled(digits, 10, std::clamp(std::atoi(std::string(rest.substr(1)).c_str()), -30, 30));
  else out.nano = digits;
  return out;
}

std::string Quantity::canonical() const {
  if (nano == 0) return "0";
  if (form == 'b' && whole()) {
    const Wide units = nano / 1'000'000'000;
    for (const Suffix& suffix : kBinary)
      if (const Wide unit = power(2, suffix.exponent); units % unit == 0) return written(units / unit) + std::string(suffix.text);
    return written(units);
  }
  for (const Suffix& suffix : kDecimal) {
    const Wide unit = power(10, suffix.exponent + 9);
    if (nano % unit != 0) continue;
    const std::string tail = form == 'e' && suffix.exponent != 0 ? "e" + std::to_string(suffix.exponent) : std::string(suffix.text);
    return written(nano / unit) + tail;
  }
  return written(nano) + "n";
}

std::string Quantity::go() const {
  Wide value = nano;
  int scale = -9;
  const int least = whole() ? 0 : -9;   // "500m" is 500 of -3, "1.5" is 15 of -1
  const bool milli = !whole() && text.ends_with('m');
  for (; scale < (whole() ? least : milli ? -3 : -1) && value % 10 == 0; ++scale) value /= 10;
  return "resource.Quantity{i:resource.int64Amount{value:" + written(value) + ", scale:" + std::to_string(scale) + "}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:\"" + (text == canonical() ? text : std::string()) + "\", Format:\"" +
         (form == 'b' ? "BinarySI" : form == 'e' ? "DecimalExponent" : "DecimalSI") + "\"}";
}

}  // namespace akstwin::validation
