/// Named, counter-based random streams: Philox4x32-10. No state to share or to order.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace akstwin {

/// One Philox4x32-10 block. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; checked against
/// the known-answer vectors published with Random123.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);

/// What a run's randomness derives from. The variant is deliberately absent: all variants share their draws.
struct RngRoot {
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
  bool antithetic = false;          ///< use 1 − u instead of u
};

/// A stream keyed by what it is for ("azure/vmss/pool=user/boot"), never by creation order.
class RngStream {
 public:
  RngStream() = default;
  RngStream(const RngRoot& root, std::string_view name);
  /// The draw number `draw` of entity `entity`: uniform in (0, 1), never 0 or 1, 53 bits.
  double uniform(std::uint64_t entity, std::uint32_t draw = 0) const;
  /// 64 random bits of the same coordinates.
  std::uint64_t bits(std::uint64_t entity, std::uint32_t draw = 0) const;
  /// Uniform in [0, n); n > 0.
  std::uint64_t below(std::uint64_t n, std::uint64_t entity, std::uint32_t draw = 0) const;

 private:
  std::array<std::uint32_t, 2> key_{};
  bool antithetic_ = false;
};

}  // namespace akstwin
