#include "adapters/kube/timestamp.hpp"

#include <array>
#include <cstdio>

#include "sim/base/time.hpp"

namespace akstwin {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const auto seconds = parse_utc(std::string(text.substr(0, 19)) + "Z");
  if (!seconds) return std::nullopt;
  std::int64_t us = *seconds * 1'000'000;
  text.remove_prefix(19);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    std::int64_t unit = 100'000;
    while (!text.empty() && is_digit(text.front())) {
      us += unit * (text.front() - '0');
      unit /= 10;
      text.remove_prefix(1);
    }
  }
  if (text == "Z") return us;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  if (!is_digit(text[1]) || !is_digit(text[2]) || !is_digit(text[4]) || !is_digit(text[5])) return std::nullopt;
  const std::int64_t minutes = ((text[1] - '0') * 10 + (text[2] - '0')) * 60 + (text[4] - '0') * 10 + (text[5] - '0');
  return us + (text[0] == '+' ? -minutes : minutes) * 60'000'000;
}

std::string rfc3339(std::int64_t unix_us) {
  const std::int64_t fraction = ((unix_us % 1'000'000) + 1'000'000) % 1'000'000;
  const CivilTime civil = Epoch{(unix_us - fraction) / 1'000'000}.civil(SimTime{0});
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second,
                static_cast<int>(fraction));
  return buffer.data();
}

}  // namespace akstwin
