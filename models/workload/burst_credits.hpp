/// Credits of burstable machines (B series): banked below the base, spent above it, and nothing but the base when they are gone.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/plant.hpp"
#include "models/catalog/vm_limits.hpp"
#include "sim/kernel.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// How often the bank is counted. Azure's own accounting is by the minute (bsv2-series.md: credits are vCPU-minutes).
inline constexpr Duration kCreditTick{60'000'000};

/// The burstable nodes of one cluster (docs/models/burstable.md). Only made where a pool has such a size.
class BurstCredits {
 public:
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    const ClusterState& state;
    const CloudState& cloud;
    const UsageTruth& usage;
    NodeRegistrar& registrar;
    Name cluster;
  };
  static bool needed(const ClusterSpec& cluster);
  explicit BurstCredits(Parts parts);
  BurstCredits(const BurstCredits&) = delete;
  /// Posts the first count. Call at t = 0.
  void start();
  /// Credits banked by that node; 0 for nodes that do not burst.
  double credits(NodeId node) const;

 private:
  struct Bank {
    NodeId node;
    std::int64_t milli_seconds = 0;      ///< banked: millicores · seconds, 60,000 are a credit
    bool slow = false;
  };
  struct PoolGauge { PoolId pool; SeriesId series; };
  void on_tick(Subject subject);
  void count(NodeId id, const Node& node, const VmSize& size, const BurstTerms& terms);
  std::int64_t used_milli(const Node& node) const;
  void record();

  Parts parts_;
  HandlerId tick_;
  std::vector<Bank> banks_;              ///< by node row
  std::vector<PoolGauge> gauges_;
};

}  // namespace akstwin
