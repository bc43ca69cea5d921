/// Where Azure has no machines to give, and until when.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/azure/topology.hpp"
#include "models/spec/scenario.hpp"
#include "sim/rng.hpp"

namespace akstwin {

/// One machine that is asked for.
struct MachineRequest {
  std::uint32_t region = 0;
  int zone = 0;
  const NodePoolSpec* spec = nullptr;
  std::uint64_t number = 0;            ///< names its draw: the same machine has the same luck in every variant
};

/// The windows of a scenario and of its game day (docs/models/virtual-machine-scale-set.md). Costs nothing where there are none.
class AllocationLimits {
 public:
  AllocationLimits(const Scenario& scenario, const PlatformTopology& platform, const RngRoot& root);

  /// Why Azure does not give that machine now, in its words; empty: it does.
  Name refuses(const MachineRequest& request, SimTime now) const;
  /// It was given: one less where a window counts machines.
  void given(const MachineRequest& request, SimTime now);
  /// From the game day. `region` is a topology index.
  void open_window(const AllocationWindowSpec& window, std::uint32_t region);

 private:
  struct Window {
    AllocationWindowSpec spec;
    std::uint32_t region = 0;
    SimTime until = kNever;
    std::int64_t left = -1;            ///< machines still to be had; −1: not counted
  };
  static bool concerns(const Window& window, const MachineRequest& request, SimTime now);

  std::vector<Window> windows_;
  RngStream draws_;
};

}  // namespace akstwin
