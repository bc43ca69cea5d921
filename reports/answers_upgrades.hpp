/// What upgrades, repairs, scheduled events and stops did in one replication.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/money.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// A disruption budget that refused evictions while nodes were drained.
struct BlockingBudget {
  std::string budget;          ///< "orders/api"
  std::int64_t pods = 0;       ///< evictions that it refused, a pod and drain counted once
  std::int64_t nodes = 0;      ///< drains that it held up
  Duration longest;            ///< from the first refusal on a node until its drain ended
};

/// One upgrade of a pool, or of a cluster with its pools.
struct UpgradeAnswer {
  std::string cluster, pool;   ///< pool empty: the whole operation
  std::string what, how, result;   ///< "node image"; "maxSurge 33% (2 nodes), game day"; "Succeeded", "Failed: drain timeout", "under way"
  bool succeeded = false;
  SimTime began;
  std::optional<Duration> took;    ///< absent: under way at the end
  std::int64_t nodes = 0, reimaged = 0, quarantined = 0;
  std::int64_t surge_nodes = 0, extra_addresses = 0, extra_cores = 0;   ///< most at once
  Money extra_cost;            ///< what the surge machines cost
  Duration drain_longest;
  std::vector<BlockingBudget> budgets;   ///< the longest first
  std::int64_t requests = 0, requests_lost = 0;   ///< of the cluster's services while it lasted
};

/// What became of machines that broke or that Azure maintained, by pool.
struct RepairAnswer {
  std::string pool;            ///< "aks-prod/user"
  std::int64_t broke = 0, reboots = 0, reimages = 0, redeploys = 0, given_up = 0, repaired = 0;
  Duration not_ready_mean, not_ready_longest;   ///< of those repaired
  std::int64_t freezes = 0, event_reboots = 0, event_redeploys = 0, event_terminates = 0;   ///< scheduled events
};

/// A cluster that was stopped for a while.
struct StoppedAnswer {
  std::string cluster;
  std::int64_t stops = 0;
  Duration stopped;
};

/// Operations of one kind that AKS carried out: clusters and pools that were made, clusters that were updated.
struct OperationAnswer {
  std::string operation;       ///< "create", "nodepool add", "update"
  std::int64_t done = 0, failed = 0;   ///< failed: it ended without a node
  std::int64_t throttled = 0;  ///< requests that ARM answered with 429
  std::int64_t refused = 0;    ///< requests that Azure's theoretical check of addresses refused
  Duration p50, p90, longest;
};

struct UpgradesAnswer {
  std::vector<UpgradeAnswer> upgrades;   ///< in order of begin
  std::vector<OperationAnswer> operations;   ///< by name
  std::vector<RepairAnswer> repairs;
  std::vector<StoppedAnswer> stops;
  bool empty() const { return upgrades.empty() && operations.empty() && repairs.empty() && stops.empty(); }
};

}  // namespace akstwin
