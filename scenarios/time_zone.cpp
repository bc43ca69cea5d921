#include "scenarios/time_zone.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

namespace akstwin {
namespace {

constexpr std::size_t kHeader = 44;
constexpr std::int64_t kYear2000 = 946'684'800;
constexpr std::string_view kDatabase = "/usr/share/zoneinfo/";

/// A big-endian number of `size` bytes, signed.
std::int64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[at]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < size; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<std::int64_t>(value);
}

/// The six counts of a header: isut, isstd, leap, time, type, char.
struct Counts {
  std::array<std::size_t, 6> of{};
  std::size_t body(std::size_t time_size) const { return of[3] * (time_size + 1) + of[4] * 6 + of[5] + of[2] * (time_size + 4) + of[1] + of[0]; }
};

std::optional<Counts> header(std::string_view bytes, std::size_t at) {
  if (bytes.size() < at + kHeader || bytes.substr(at, 4) != "TZif") return std::nullopt;
  Counts counts;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::int64_t count = number(bytes, at + 20 + 4 * i, 4);
    if (count < 0 || count > 10'000) return std::nullopt;
    counts.of[i] = static_cast<std::size_t>(count);
  }
  return counts;
}

bool harmless(std::string_view name) {
  const auto known = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+'; };
  return !name.empty() && name.front() != '/' && std::ranges::all_of(name, known);
}

}  // namespace

std::optional<std::vector<ZoneOffset>> decode_time_zone(std::string_view bytes) {
  const auto first = header(bytes, 0);
  if (!first) return std::nullopt;
  const std::size_t second_at = kHeader + first->body(4);
  const auto counts = header(bytes, second_at);
  if (!counts || bytes.size() < second_at + kHeader + counts->body(8)) return std::nullopt;
  const std::size_t times = second_at + kHeader, kinds = times + counts->of[3] * 8, types = kinds + counts->of[3];
  std::vector<ZoneOffset> offsets;
  const auto offset_of = [&](std::size_t type) { return type < counts->of[4] ? number(bytes, types + type * 6, 4) : 0; };
  ZoneOffset current{kYear2000, offset_of(0)};
  for (std::size_t i = 0; i < counts->of[3]; ++i) {
    const ZoneOffset change{number(bytes, times + i * 8, 8), offset_of(static_cast<unsigned char>(bytes[kinds + i]))};
    if (change.from_unix <= kYear2000) current.seconds = change.seconds;
    else offsets.push_back(change);
  }
  offsets.insert(offsets.begin(), current);
  return offsets;
}

std::optional<std::vector<ZoneOffset>> read_time_zone(std::string_view name) {
  if (!harmless(name)) return std::nullopt;
  std::ifstream file(std::string(kDatabase) + std::string(name), std::ios::binary);
  if (!file) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return decode_time_zone(bytes);
}

}  // namespace akstwin
