#include "models/azure/arm_throttle.hpp"

#include <algorithm>

namespace akstwin {

Duration ArmThrottle::take(std::uint32_t cluster, ArmWrite write, SimTime now) {
  Bucket& bucket = buckets_[cluster * 2 + (write == ArmWrite::ManagedCluster ? 1 : 0)];
  const std::int64_t refilled = (now - bucket.counted).us / kArmRefill.us;
  if (bucket.tokens + refilled >= kArmBurst) {   // a full bucket does not count on
    bucket.tokens = kArmBurst;
    bucket.counted = now;
  } else {
    bucket.tokens += refilled;
    bucket.counted = bucket.counted + kArmRefill * refilled;
  }
  if (bucket.tokens == 0) return bucket.counted + kArmRefill - now;
  --bucket.tokens;
  return Duration{0};
}

}  // namespace akstwin
