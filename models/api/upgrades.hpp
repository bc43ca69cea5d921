/// What AKS is asked to do with a cluster as a whole, and who carries it out.
#pragma once
#include <cstdint>

#include "models/api/cloud_state.hpp"
#include "sim/base/name.hpp"
#include "sim/base/time.hpp"
#include "sim/distributions.hpp"

namespace akstwin {

enum class UpgradeScope : std::uint8_t { ControlPlane, Cluster, Pool, NodeImage };

/// One upgrade operation. NodeImage without a pool is every pool of the cluster.
struct UpgradeRequest {
  UpgradeScope scope = UpgradeScope::Cluster;
  Name pool;                          ///< "user"; Pool, and NodeImage if not every pool
  Name version;                       ///< "1.33.2", "node image"; what reports call it
  Name cause;                         ///< "game day", "stable channel", …
  int minor = 0, patch = 0;           ///< of a Kubernetes version; 0: it stays
};

/// Game day → AKS: operations on a cluster, in the scenario's order of clusters. Carried out one after the other.
class UpgradeControl {
 public:
  virtual ~UpgradeControl() = default;
  virtual void upgrade(std::uint32_t cluster, const UpgradeRequest& request) = 0;
  /// Ends the operation under way at its next safe point; what is upgraded stays so.
  virtual void abort_upgrade(std::uint32_t cluster) = 0;
  /// Machines stop answering: the newest `count` running ones of the pool, healed by a repair as bad luck has it.
  virtual void break_nodes(PoolId pool, std::int64_t count) = 0;
};

/// How long something took this time: a reproducible draw.
class DurationSource {
 public:
  virtual ~DurationSource() = default;
  virtual Duration draw(const LogNormal& distribution, std::uint64_t entity) = 0;
};

}  // namespace akstwin
