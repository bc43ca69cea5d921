/// What could not be had a while ago: sizes, zones and priorities that are not tried again before their time.
/// Source: Azure/karpenter-provider-azure@352646f5 pkg/cache/unavailableofferings.go, pkg/providers/instance/offerings/commonerrorhandlers.go.
#pragma once
#include <cstdint>
#include <vector>

#include "sim/base/name.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// A size in one zone with one priority.
struct OfferingKey {
  Name size, family;
  int vcpus = 0, zone = 0;
  bool spot = false;
};

/// Time for which a failure without a rule of its own keeps an offering away (cache.go: 3 minutes).
inline constexpr Duration kUnavailableTtl{180'000'000};

class UnavailableOfferings {
 public:
  /// Azure refused this offering with `code`; `zones` are the zones in which the size is offered at all.
  /// Returns whether another offering may do better (no: the refusal was not about capacity).
  bool refused(const OfferingKey& offering, Name code, const std::vector<int>& zones, SimTime now);
  bool available(const OfferingKey& offering, SimTime now) const;
  /// When the next entry ends; kNever when nothing is kept away.
  SimTime next_end(SimTime now) const;

 private:
  /// Blocks sizes of the family with that many vCPUs or more: what is short for one size is short for a larger one.
  struct Entry {
    Name family;
    int vcpus = 0, zone = 0;
    bool spot = false;
    SimTime until;
  };
  void block(const OfferingKey& offering, int zone, bool spot, SimTime until);

  std::vector<Entry> entries_;
};

}  // namespace akstwin
