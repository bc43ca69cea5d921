/// A fixed 64-bit hash: the same on every machine and library, unlike std::hash.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace akstwin {

inline constexpr std::uint64_t kHashSeed = 1469598103934665603ULL;

/// FNV-1a over the bytes of `text`, continuing from `state`.
constexpr std::uint64_t hash_text(std::string_view text, std::uint64_t state = kHashSeed) {
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return state;
}

/// Folds a number into `state`, least significant byte first.
constexpr std::uint64_t hash_number(std::uint64_t value, std::uint64_t state) {
  for (int i = 0; i < 8; ++i) state = (state ^ ((value >> (8 * i)) & 0xFF)) * 1099511628211ULL;
  return state;
}

/// SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace akstwin
