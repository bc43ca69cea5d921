/// Strong integer units: a bare number in an interface is a count or a mistake.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// An int64 with a unit. Same-unit arithmetic only; scaling by plain integers.
template <class Unit>
struct Quantity {
  std::int64_t value = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator+(Quantity other) const { return {value + other.value}; }
  constexpr Quantity operator-(Quantity other) const { return {value - other.value}; }
  constexpr Quantity operator*(std::int64_t n) const { return {value * n}; }
  constexpr Quantity operator/(std::int64_t n) const { return {value / n}; }
  constexpr Quantity& operator+=(Quantity other) { value += other.value; return *this; }
  constexpr Quantity& operator-=(Quantity other) { value -= other.value; return *this; }
};

using Millicores = Quantity<struct MillicoresUnit>;          ///< 1000 = one core
using Bytes = Quantity<struct BytesUnit>;
using BytesPerSecond = Quantity<struct BytesPerSecondUnit>;
using PartsPerMillion = Quantity<struct PartsPerMillionUnit>;  ///< shares and percentages: 1 % = 10,000

namespace literals {
constexpr Millicores operator""_mcpu(unsigned long long n) { return {static_cast<std::int64_t>(n)}; }
constexpr Bytes operator""_B(unsigned long long n) { return {static_cast<std::int64_t>(n)}; }
constexpr Bytes operator""_Ki(unsigned long long n) { return {static_cast<std::int64_t>(n) << 10}; }
constexpr Bytes operator""_Mi(unsigned long long n) { return {static_cast<std::int64_t>(n) << 20}; }
constexpr Bytes operator""_Gi(unsigned long long n) { return {static_cast<std::int64_t>(n) << 30}; }
}  // namespace literals

/// Kubernetes CPU quantity: "500m", "2", "0.5", "1.5". Rounded up to whole millicores, as Kubernetes does.
std::optional<Millicores> parse_millicores(std::string_view text);
/// Kubernetes memory quantity: "512Mi", "4Gi", "128M", "1e9", "1024", "1500m" (rounded up to whole bytes).
std::optional<Bytes> parse_bytes(std::string_view text);
/// A Kubernetes quantity in thousandths ("100" → 100,000; "2500m" → 2,500; "1k" → 1,000,000): custom metric targets.
std::optional<std::int64_t> parse_milli(std::string_view text);
/// "80%" or "0.8%" → parts per million; a text without % is nothing.
std::optional<PartsPerMillion> parse_percent(std::string_view text);
/// "10Gbps", "100Mbps" (decimal bits) or "100MBps", "60MiBps" (bytes).
std::optional<BytesPerSecond> parse_rate(std::string_view text);

std::string to_string(Millicores cpu);             ///< "500m", "2"
std::string to_string(Bytes bytes);                ///< exact binary suffix when it divides ("512Mi"), else plain bytes
std::string to_string(BytesPerSecond rate);        ///< "12.5Gbps"
std::string to_string(PartsPerMillion share);      ///< "70%", "12.5%"

}  // namespace akstwin
