/// What ARM shows of a subscription: node pools as scale sets and their instances, the edge, data stores.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cluster_state.hpp"

namespace akstwin {

using InstanceId = Id<struct InstanceTag>;

/// Deallocating, Deallocated: switched off, disks kept; outside the target, and no member of the cluster.
enum class InstanceState : std::uint8_t { Creating, Running, Deleting, Deallocating, Deallocated };

/// Counts in its pool's target: it is there or comes.
constexpr bool is_wanted(InstanceState state) { return state == InstanceState::Creating || state == InstanceState::Running; }

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
  bool failed = false;               ///< ProvisioningState Failed: Creating for ever, until somebody deletes it
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

/// A long-running operation of AKS on a whole cluster or pool; it takes what such operations take (docs/models/operation-times.md).
enum class AksOperation : std::uint8_t { CreateCluster, AddPool, UpdateCluster };

/// One that is under way, as `az aks operation show-latest` prints it.
struct RunningOperation {
  AksOperation operation = AksOperation::UpdateCluster;
  std::uint32_t cluster = 0;
  PoolId pool;                       ///< null: of the whole cluster
  SimTime since;
};

/// A scheduled event that Azure has announced to a machine (instance metadata service).
struct VmEventNotice {
  InstanceId instance;
  std::uint32_t cluster = 0;
  NodeId node;
  std::uint8_t kind = 0;             ///< VmEventKind
  SimTime not_before;
};

struct CloudState {
  std::vector<VmEventNotice> vm_events;   ///< announced and not over, oldest first
  Table<Pool, PoolTag> pools;
  Table<Instance, InstanceTag> instances;
  std::uint32_t active_origin = 0;   ///< cluster index that Front Door sends dynamic traffic to
  std::vector<bool> origin_healthy;  ///< by cluster: what Front Door's probes say
  std::vector<bool> region_up;       ///< by topology region index
  std::vector<Name> data_region;     ///< by data store: where writes go
  std::vector<RunningOperation> operations;   ///< in the order in which they began
};

}  // namespace akstwin
