/// What ARM shows of a subscription: node pools as scale sets and their instances, the edge, data stores.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cluster_state.hpp"

namespace akstwin {

using InstanceId = Id<struct InstanceTag>;

enum class InstanceState : std::uint8_t { Creating, Running, Deleting };

/// What a standalone machine is asked for: one VM of any size, as AKS's machine API takes it.
struct MachineSpec {
  Name name;                         ///< of the machine and its node, unique in the cluster: "aks-default-0000a"
  Name vm_size;
  bool spot = false;
  int zone = 0;                      ///< 1…3; 0: regional
  Labels labels;                     ///< beside those that AKS writes
  std::vector<Taint> taints;
};

struct Instance {
  PoolId pool;
  std::uint32_t cluster = 0;         ///< index into Scenario::clusters
  std::uint32_t ordinal = 0;         ///< scale-set instance number, never reused
  std::uint32_t slot = 0;            ///< NIC slot, recycled
  int zone = 0;
  InstanceState state = InstanceState::Creating;
  Name node_name;
  NodeId node;                       ///< null until registered
  SimTime requested;
  std::uint32_t epoch = 0;           ///< moves when scheduled events about it are void
  const NodePoolSpec* machine = nullptr;   ///< a standalone machine's own size, priority, labels and taints; null: its pool's
};

struct Pool {
  const NodePoolSpec* spec = nullptr;
  std::uint32_t cluster = 0;
  Name key;                          ///< "cluster/pool"
  std::int64_t min = 0, max = 0;
  std::int64_t target = 0;           ///< sku.capacity as asked for
  bool stopped = false;
  bool of_machines = false;          ///< machines of any size, one by one (a Karpenter NodePool), not a scale set
  std::vector<InstanceId> instances; ///< oldest first, Deleting included
  std::uint32_t next_ordinal = 0;
  SimTime last_failure = kNever;     ///< last refused allocation
  Name last_failure_code;            ///< "SubnetIsFull", "QuotaExceeded", …
};

struct CloudState {
  Table<Pool, PoolTag> pools;
  Table<Instance, InstanceTag> instances;
  std::uint32_t active_origin = 0;   ///< cluster index that Front Door sends dynamic traffic to
  std::vector<bool> origin_healthy;  ///< by cluster: what Front Door's probes say
  std::vector<bool> region_up;       ///< by topology region index
  std::vector<Name> data_region;     ///< by data store: where writes go
};

}  // namespace akstwin
