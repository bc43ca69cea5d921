#include "sim/base/quantity.hpp"

#include <array>
#include <utility>

#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

/// A suffix stands for × numerator ÷ denominator.
struct Suffix {
  std::string_view text;
  std::int64_t numerator = 1, denominator = 1;
};

// Source: kubernetes/apimachinery pkg/api/resource/quantity.go (BinarySI, DecimalSI), read 2026-11.
constexpr std::array<Suffix, 16> kKubernetesSuffixes{{
    {"", 1, 1}, {"n", 1, 1'000'000'000}, {"u", 1, 1'000'000}, {"m", 1, 1'000},
    {"k", 1'000, 1}, {"M", 1'000'000, 1}, {"G", 1'000'000'000, 1}, {"T", 1'000'000'000'000, 1},
    {"P", 1'000'000'000'000'000, 1}, {"E", 1'000'000'000'000'000'000, 1},
    {"Ki", std::int64_t{1} << 10, 1}, {"Mi", std::int64_t{1} << 20, 1}, {"Gi", std::int64_t{1} << 30, 1},
    {"Ti", std::int64_t{1} << 40, 1}, {"Pi", std::int64_t{1} << 50, 1}, {"Ei", std::int64_t{1} << 60, 1}}};

// A rate is bits (bps, decimal by convention) or bytes (Bps) a second; the value is bytes a second.
constexpr std::array<Suffix, 12> kRateSuffixes{{
    {"bps", 1, 8}, {"Kbps", 1'000, 8}, {"kbps", 1'000, 8}, {"Mbps", 1'000'000, 8}, {"Gbps", 1'000'000'000, 8}, {"Tbps", 1'000'000'000'000, 8},
    {"Bps", 1, 1}, {"kBps", 1'000, 1}, {"MBps", 1'000'000, 1}, {"GBps", 1'000'000'000, 1},
    {"KiBps", 1'024, 1}, {"MiBps", 1'048'576, 1}}};

template <std::size_t N>
const Suffix* find(const std::array<Suffix, N>& suffixes, std::string_view text) {
  for (const Suffix& suffix : suffixes)
    if (suffix.text == text) return &suffix;
  return nullptr;
}

/// A Kubernetes quantity in units of 1/scale, rounded up as Kubernetes does.
std::optional<std::int64_t> parse_kubernetes(std::string_view text, std::int64_t scale) {
  text = trimmed(text);
  const auto number = take_decimal(text, true);
  if (!number) return std::nullopt;
  const Suffix* suffix = find(kKubernetesSuffixes, text);
  if (suffix == nullptr) return std::nullopt;
  if (suffix->denominator >= scale) return scale_decimal(*number, suffix->numerator, suffix->denominator / scale, Rounding::Up);
  std::int64_t numerator = 0;
  if (__builtin_mul_overflow(suffix->numerator, scale / suffix->denominator, &numerator)) return std::nullopt;
  return scale_decimal(*number, numerator, 1, Rounding::Up);
}

}  // namespace

std::optional<Millicores> parse_millicores(std::string_view text) {
  const auto value = parse_kubernetes(text, 1'000);
  return value ? std::optional<Millicores>(Millicores{*value}) : std::nullopt;
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const auto value = parse_kubernetes(text, 1);
  return value ? std::optional<Bytes>(Bytes{*value}) : std::nullopt;
}

std::optional<std::int64_t> parse_milli(std::string_view text) { return parse_kubernetes(text, 1'000); }

std::optional<PartsPerMillion> parse_percent(std::string_view text) {
  text = trimmed(text);
  const auto number = take_decimal(text);
  if (!number || trimmed(text) != "%") return std::nullopt;
  const auto value = scale_decimal(*number, 10'000, 1, Rounding::Exact);
  return value ? std::optional<PartsPerMillion>(PartsPerMillion{*value}) : std::nullopt;
}

std::optional<BytesPerSecond> parse_rate(std::string_view text) {
  text = trimmed(text);
  const auto number = take_decimal(text);
  if (!number) return std::nullopt;
  const Suffix* suffix = find(kRateSuffixes, trimmed(text));
  if (suffix == nullptr) return std::nullopt;
  const auto value = scale_decimal(*number, suffix->numerator, suffix->denominator, Rounding::Up);
  return value ? std::optional<BytesPerSecond>(BytesPerSecond{*value}) : std::nullopt;
}

std::string to_string(Millicores cpu) {
  if (cpu.value % 1'000 == 0) return std::to_string(cpu.value / 1'000);
  return std::to_string(cpu.value) + "m";
}

std::string to_string(Bytes bytes) {
  static constexpr std::array<std::string_view, 7> kNames{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  std::int64_t value = bytes.value;
  std::size_t step = 0;
  while (value != 0 && value % 1'024 == 0 && step + 1 < kNames.size()) {
    value /= 1'024;
    ++step;
  }
  return std::to_string(value) + std::string(kNames[step]);
}

std::string to_string(BytesPerSecond rate) {
  if (rate.value < 0) return "-" + to_string(BytesPerSecond{-rate.value});
  if (rate.value > INT64_MAX / 8) return std::to_string(rate.value) + "Bps";
  const std::int64_t bits = rate.value * 8;
  if (bits >= 1'000'000'000) return decimal_text(bits, 1'000'000'000) + "Gbps";
  if (bits >= 1'000'000) return decimal_text(bits, 1'000'000) + "Mbps";
  if (bits >= 1'000) return decimal_text(bits, 1'000) + "Kbps";
  return std::to_string(bits) + "bps";
}

std::string to_string(PartsPerMillion share) {
  if (share.value < 0) return "-" + to_string(PartsPerMillion{-share.value});
  return decimal_text(share.value, 10'000) + "%";
}

}  // namespace akstwin
