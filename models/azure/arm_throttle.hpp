/// ARM's token buckets of a cluster: how many writes it takes before it answers 429.
#pragma once
#include <cstdint>
#include <vector>

#include "sim/base/time.hpp"

namespace akstwin {

/// PUT agentPool and PUT managedCluster have a bucket each: 20 at once, then one a minute, for each cluster (AKS quotas-skus-regions.md, 2026-08).
inline constexpr std::int64_t kArmBurst = 20;
inline constexpr Duration kArmRefill{60'000'000};

enum class ArmWrite : std::uint8_t { AgentPool, ManagedCluster };

class ArmThrottle {
 public:
  explicit ArmThrottle(std::size_t clusters) : buckets_(clusters * 2) {}
  /// Takes a token: zero. Without one: how long until the next, and nothing is taken.
  Duration take(std::uint32_t cluster, ArmWrite write, SimTime now);
  /// Tokens that are missing in the bucket, as of its last take().
  std::int64_t taken(std::uint32_t cluster, ArmWrite write) const { return kArmBurst - bucket(cluster, write).tokens; }

 private:
  struct Bucket {
    std::int64_t tokens = kArmBurst;
    SimTime counted;                    ///< tokens are of then
  };
  const Bucket& bucket(std::uint32_t cluster, ArmWrite write) const { return buckets_[cluster * 2 + (write == ArmWrite::ManagedCluster ? 1 : 0)]; }

  std::vector<Bucket> buckets_;
};

}  // namespace akstwin
