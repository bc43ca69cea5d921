#include "sim/base/cidr.hpp"

namespace akstwin {
namespace {

/// Reads a decimal number of at most `limit` from the front of `text`; no leading zeros, as they mean octal to some readers.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t limit) {
  std::size_t length = 0;
  std::uint32_t value = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') {
    value = value * 10 + static_cast<std::uint32_t>(text[length] - '0');
    if (value > limit || (length > 0 && text[0] == '0')) return std::nullopt;
    ++length;
  }
  if (length == 0) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text[0] != expected) return false;
  text.remove_prefix(1);
  return true;
}

constexpr std::uint32_t mask(int prefix) { return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix); }

}  // namespace

std::optional<Cidr> parse_cidr_lenient(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !take(text, '.')) return std::nullopt;
    const auto value = take_number(text, 255);
    if (!value) return std::nullopt;
    address = address << 8 | *value;
  }
  if (!take(text, '/')) return std::nullopt;
  const auto prefix = take_number(text, 32);
  if (!prefix || !text.empty()) return std::nullopt;
  const int bits = static_cast<int>(*prefix);
  return Cidr{address & mask(bits), bits};
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto cidr = parse_cidr_lenient(text);
  // The text names the network exactly when printing the network gives the text back.
  if (!cidr || to_string(*cidr) != text) return std::nullopt;
  return cidr;
}

std::string to_string(const Cidr& cidr) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += std::to_string(cidr.base >> shift & 255U) + (shift > 0 ? "." : "/");
  return text + std::to_string(cidr.prefix);
}

std::optional<int> smallest_prefix_for(std::int64_t addresses) {
  for (int prefix = 32; prefix >= 8; --prefix)
    if (Cidr{0, prefix}.usable() >= addresses) return prefix;
  return std::nullopt;
}

}  // namespace akstwin
