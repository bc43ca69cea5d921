#include "sim/rng.hpp"

#include "sim/base/check.hpp"
#include "sim/base/hash.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {
namespace {

// The multipliers and Weyl constants of Philox4x32. Source: Salmon et al., SC 2011, table 2 and section 4.3.
constexpr std::uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

/// Spreads the bits of an FNV state, whose high bits depend little on the last characters.
/// Source: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t a = std::uint64_t{kMultiplier0} * counter[0];
    const std::uint64_t b = std::uint64_t{kMultiplier1} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + kWeyl0, key[1] + kWeyl1};
  }
  return counter;
}

RngStream::RngStream(const RngRoot& root, std::string_view name) : antithetic_(root.antithetic) {
  const std::uint64_t key = mixed(hash_text(name, hash_number(root.replication, hash_number(root.seed, kHashSeed))));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

std::uint64_t RngStream::bits(std::uint64_t entity, std::uint32_t draw) const {
  const auto block = philox4x32({static_cast<std::uint32_t>(entity), static_cast<std::uint32_t>(entity >> 32), draw, 0}, key_);
  const std::uint64_t word = std::uint64_t{block[1]} << 32 | block[0];
  return antithetic_ ? ~word : word;
}

double RngStream::uniform(std::uint64_t entity, std::uint32_t draw) const {
  // An odd multiple of 2^-53 is never 0 or 1, and complementing the bits turns u into exactly 1 − u.
  return static_cast<double>((bits(entity, draw) >> 11) | 1U) * 0x1p-53;
}

std::uint64_t RngStream::below(std::uint64_t n, std::uint64_t entity, std::uint32_t draw) const {
  AKSTWIN_CHECK(n > 0, "there is no number below zero");
  // The high half of the product: monotone in the bits; its bias is below n/2^64.
  return static_cast<std::uint64_t>((UnsignedInt128{bits(entity, draw)} * n) >> 64);
}

}  // namespace akstwin
