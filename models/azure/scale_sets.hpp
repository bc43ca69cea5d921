/// Node pools as virtual machine scale sets, and NodePools as single machines: instances come, boot, join, and go.
#pragma once
#include <cstdint>
#include <deque>
#include <set>
#include <span>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/plant.hpp"
#include "models/azure/ip_addresses.hpp"
#include "models/azure/topology.hpp"
#include "models/azure/vcpu_quotas.hpp"
#include "models/observe/kinds.hpp"
#include "sim/kernel.hpp"
#include "sim/rng.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// A market of spot capacity: one size in one zone.
struct SpotMarketKey {
  Name vm_size;
  std::uint32_t region = 0;
  int zone = 0;
  bool operator==(const SpotMarketKey&) const = default;
};

/// "aks-user-vmss00000c": scale-set instance numbers are written in base 36, six digits.
Name instance_name(Name pool, std::uint32_t ordinal);

class ScaleSets {
 public:
  /// What it needs of the others; all must outlive it. `registrars`: one a cluster, in the scenario's order.
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    RngRoot root;
    const Scenario& scenario;
    const PlatformTopology& platform;
    CloudState& cloud;
    IpAddresses& addresses;
    std::vector<NodeRegistrar*> registrars;
  };
  /// Fills CloudState::pools (row = pool index) and region_up.
  explicit ScaleSets(Parts parts);
  ScaleSets(const ScaleSets&) = delete;

  /// Creates the initial instances, Ready at once. Call once, at t = 0.
  void start();

  /// Asks for `target` instances. Up: what cannot be had is refused and the target falls back to what was granted; above a vCPU quota
  /// nothing is granted at all.
  /// Down: from the fullest zone, newest first; the machines' pods are told to leave.
  void resize(PoolId pool, std::int64_t target);
  /// Deletes the machines of these nodes; they are taken to be drained. Unknown nodes are ignored. Returns how many go.
  std::int64_t remove(PoolId pool, std::span<const NodeId> nodes, Name reason);
  /// One standalone machine in a pool of machines. Empty: it is being created; otherwise why not, as PoolRefused says.
  Name create_machine(PoolId pool, const MachineSpec& machine);
  /// Deletes a machine by name, one that is still being created at once. False when there is none, or it is on its way out.
  bool remove_machine(PoolId pool, Name machine, Name reason);
  void stop_pool(PoolId pool);
  void start_pool(PoolId pool);
  /// Spot eviction of running instances, newest first; zone 0: any. AKS's policy is Delete: the target goes down with them. Returns how many go.
  std::int64_t evict_spot(PoolId pool, int zone, std::int64_t count, Duration notice);
  /// Running spot instances of that market over all pools.
  std::int64_t spot_running(const SpotMarketKey& market) const;
  /// Evicts the newest `count` of that market, whatever pool they are in.
  std::int64_t reclaim(const SpotMarketKey& market, std::int64_t count, Duration notice);
  /// No new spot instance of that market until then.
  void close_market(const SpotMarketKey& market, SimTime until);

  /// Told by Outages. Machines of a lost zone stop answering; those booting there are refused.
  void zone_changed(std::uint32_t region, int zone, bool up);
  /// Operations of a lost region stand still and start over when it is back.
  void region_changed(std::uint32_t region, bool up);

  PoolId pool_id(std::uint32_t pool) const { return details_[pool].id; }
  /// The pool "cluster/pool", or null.
  PoolId find_pool(Name key) const;
  bool region_up(PoolId pool) const;
  const VcpuQuotas& quotas() const { return quotas_; }

 private:
  struct Detail {                     ///< what ARM does not show, by pool index
    PoolId id;
    std::uint32_t index = 0, region = 0;
    Name cluster;
    RngStream boot, remove;
    std::set<std::uint32_t> free_slots;
    std::int64_t resume_target = 0;   ///< of a stopped pool
    SeriesId allocated, target;
    std::vector<int> zones;           ///< of the spec, ascending, or {0}
    std::vector<SeriesId> zone_gauges;   ///< in the order of `zones`
    std::vector<std::pair<Name, SeriesId>> machine_gauges;   ///< of a pool of machines: by "size/priority", in order of first use
  };
  /// What the twin keeps of an instance beside ARM's row; epochs go on when the row is used again.
  struct Extra {
    Name reason;                      ///< why it is being deleted
    std::uint32_t epoch = 0, restarts = 0;
    bool unreachable = false;
  };
  struct Market { SpotMarketKey key; SimTime closed_until; };
  struct Placement { int zone = 0; Name refusal; };

  Detail& detail(PoolId pool) { return details_[pool.row]; }
  void add_pool(std::uint32_t cluster, const NodePoolSpec& spec, bool of_machines);
  Placement place(const Detail& detail) const;
  bool zone_open(const Detail& detail, const NodePoolSpec& spec, int zone) const;
  bool zone_lost(std::uint32_t region, int zone) const;
  std::int64_t live_in(const Detail& detail, int zone) const;
  /// A new row in state Creating; empty name, or why not.
  Name create_instance(Detail& detail, InstanceId& created);
  /// Takes a slot and addresses for an instance of that spec in `zone`, whose name is given or the next of the scale set.
  Name admit(Detail& detail, int zone, Name name, InstanceId& created);
  void grow(Detail& detail, std::int64_t count);
  void shrink(Detail& detail, std::int64_t count, Name reason);
  InstanceId scale_in_candidate(const Detail& detail) const;
  void evict(InstanceId id, Duration notice);
  void begin_removal(InstanceId id, Name reason, Duration takes);
  void erase(InstanceId id);
  void free_slot(Detail& detail, std::uint32_t slot);
  /// `quota`: the vCPU quota that refused, if one did.
  void refuse(Detail& detail, std::int64_t count, Name code, Name quota = {});
  void join(InstanceId id);
  void lose_machine(InstanceId id);
  void on_booted(Subject subject);
  void on_removed(Subject subject);
  InstanceId current(Subject subject) const;
  std::uint32_t next_epoch(InstanceId id);
  void record(Detail& detail);
  Duration boot_time(InstanceId id) const;
  Duration removal_time(InstanceId id) const;
  void event(EventKind kind, InstanceId id, std::int64_t value, Name why = {});
  /// What the instance was made from: its own spec, or its pool's.
  const NodePoolSpec& spec_of(const Instance& instance) const;
  bool in_market(const Instance& instance, const SpotMarketKey& market) const;
  void record_machines(Detail& detail);

  Parts parts_;
  VcpuQuotas quotas_;
  HandlerId booted_, removed_;
  std::vector<Detail> details_;
  std::vector<Extra> extra_;          ///< by instance row
  std::vector<Market> markets_;
  std::vector<std::pair<std::uint32_t, int>> zones_down_;   ///< (region, zone)
  std::deque<NodePoolSpec> machine_pools_;                  ///< what Pool::spec of a pool of machines points at
  std::deque<NodePoolSpec> machines_;                       ///< what Instance::machine points at, each distinct spec once
};

}  // namespace akstwin
