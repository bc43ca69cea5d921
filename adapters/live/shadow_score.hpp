/// How well the modelled controllers agree with the real ones.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace akstwin {

/// One controller: what was compared, and how often both said the same.
struct Agreement {
  std::string controller, what;
  std::int64_t compared = 0, agreed = 0;
  double share() const { return compared == 0 ? 0.0 : static_cast<double>(agreed) / static_cast<double>(compared); }
};

struct ShadowScore {
  std::vector<Agreement> agreements;
  std::vector<std::string> disagreements;      ///< the first of them, in words
};

}  // namespace akstwin
