/// Where a controller leaves a tie to chance: reproducibly, from a named stream.
#pragma once
#include <cstdint>

namespace akstwin {

class Chooser {
 public:
  virtual ~Chooser() = default;
  /// A number in [0, n) for the decision number `decision`; n > 0.
  virtual std::uint64_t below(std::uint64_t n, std::uint64_t decision) = 0;
};

}  // namespace akstwin
