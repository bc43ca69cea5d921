/// When Azure has no machines to give: a region, a zone, a size, for a while.
#pragma once
#include <cstdint>
#include <optional>

#include "sim/base/diagnostic.hpp"
#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// A window in which requests for new machines are refused, all of them or some (a brown-out). Running machines stay.
struct AllocationWindowSpec {
  Name location;
  int zone = 0;                          ///< 1…3; 0: all zones of the region
  Name vm_size;                          ///< empty: all sizes
  bool regular = true, spot = true;      ///< which priorities it hits
  SimTime at{};
  Duration duration{0};                  ///< 0: to the end
  PartsPerMillion refused{1'000'000};    ///< share of the machines asked for that is refused
  std::optional<std::int64_t> machines;  ///< as many more can be had in the window, and then none; absent: only the share decides
  Name code;                             ///< "AllocationFailed", "ZonalAllocationFailed", …; empty: by scope
  Position declared_at;
};

}  // namespace akstwin
