/// Node pools as virtual machine scale sets, and NodePools as single machines: instances come, boot, join, and go.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/plant.hpp"
#include "models/azure/allocation_limits.hpp"
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

/// "aks-user-vmss00000c": scale-set instance numbers are written in base 36, six digits. Machines without a scale set are "aks-user-vms12".
Name instance_name(Name pool, std::uint32_t ordinal);
Name single_machine_name(Name pool, std::uint32_t ordinal);

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
  /// Down: from the fullest zone, newest first; the machines' pods are told to leave. Switched-off machines of the pool are started first.
  void resize(PoolId pool, std::int64_t target);
  /// Deletes the machines of these nodes; they are taken to be drained. Unknown nodes are ignored. Returns how many go.
  std::int64_t remove(PoolId pool, std::span<const NodeId> nodes, Name reason);
  /// One standalone machine in a pool of machines. Empty: it is being created; otherwise why not, as PoolRefused says.
  Name create_machine(PoolId pool, const MachineSpec& machine);
  /// Deletes a machine by name, one that is still being created at once. False when there is none, or it is on its way out.
  bool remove_machine(PoolId pool, Name machine, Name reason);
  void stop_pool(PoolId pool);
  void start_pool(PoolId pool);
  /// The pool is made: its nodes are requested now and join after `ready_after`. False when nothing was granted.
  bool create_pool(PoolId pool, Duration ready_after);
  /// Spot eviction of running instances, newest first; zone 0: any. AKS's policy is Delete: the target goes down with them. Returns how many go.
  std::int64_t evict_spot(PoolId pool, int zone, std::int64_t count, Duration notice);
  /// Running spot instances of that market over all pools.
  std::int64_t spot_running(const SpotMarketKey& market) const;
  /// Evicts the newest `count` of that market, whatever pool they are in.
  std::int64_t reclaim(const SpotMarketKey& market, std::int64_t count, Duration notice);
  /// No new spot instance of that market until then.
  void close_market(const SpotMarketKey& market, SimTime until);
  /// What a spot machine of that market costs from now on. Machines whose maximum is lower are evicted; returns how many.
  std::int64_t set_spot_price(const SpotMarketKey& market, Money hourly, Duration notice);
  /// Windows in which machines are refused; game days open more of them.
  AllocationLimits& allocation() { return allocation_; }

  // What maintenance does to machines: maintenance_machines.cpp.
  /// Machines for an upgrade, beyond the pool's maximum if need be; returns how many come.
  std::int64_t surge(PoolId pool, std::int64_t count);
  /// Writes the disk of the node's machine anew: the node leaves, and joins again by its name. False when there is none that can.
  bool reimage(PoolId pool, NodeId node, Name reason);
  /// Starts the node's machine anew, where it is or on another host. False when there is none that can.
  bool restart(PoolId pool, NodeId node, bool elsewhere, Name reason);
  /// The machine stops answering until it is rebooted (1), reimaged (2) or moved to another host (3).
  void break_machine(InstanceId instance, int heals);
  /// Deletes a running machine that Azure takes away.
  void terminate(InstanceId instance, Name reason);

  /// Told by Outages. Machines of a lost zone stop answering; those booting there are refused.
  void zone_changed(std::uint32_t region, int zone, bool up);
  /// A share of the zone's running machines stops answering until restore_part() of the same number; new ones come as before.
  void lose_part(std::uint32_t region, int zone, std::int64_t share_ppm, std::uint32_t outage);
  void restore_part(std::uint32_t outage);
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
    RngStream boot, remove, failure;
    std::optional<Duration> boot_override;   ///< while a pool is being made
    std::set<std::uint32_t> free_slots;
    std::int64_t resume_target = 0;   ///< of a stopped pool
    SeriesId allocated, target, deallocated;
    bool counts_deallocated = false;  ///< a pool that may switch machines off
    std::optional<SeriesId> spot_price;   ///< once any of its markets has a price
    std::vector<int> zones;           ///< of the spec, ascending, or {0}
    std::vector<SeriesId> zone_gauges;   ///< in the order of `zones`
    std::vector<std::pair<Name, SeriesId>> machine_gauges;   ///< of a pool of machines: by "size/priority", in order of first use
  };
  /// What the twin keeps of an instance beside ARM's row; epochs go on when the row is used again.
  struct Extra {
    Name reason;                      ///< why it is being deleted
    std::uint32_t epoch = 0, restarts = 0;
    bool unreachable = false;
    int broken = 0, repair = 0;       ///< what would heal it, and what is being tried: 0 nothing, 1 reboot, 2 reimage, 3 another host
    std::uint32_t services = 0;       ///< reimages and restarts begun
    SimTime service_began;
    bool kept = false;                ///< has been switched off: starting it again makes nothing new
    std::uint32_t lost_by = 0;        ///< number of the partial outage that it suffers; 0: none
    SimTime switched_off;             ///< when that was asked for
  };
  struct Market { SpotMarketKey key; SimTime closed_until; Money price{-1}; };
  struct Placement { int zone = 0; Name refusal; };

  Detail& detail(PoolId pool) { return details_[pool.row]; }
  void add_pool(std::uint32_t cluster, const NodePoolSpec& spec, bool of_machines);
  Placement place(const Detail& detail, std::uint32_t number) const;
  Name allocation_refusal(const Detail& detail, const NodePoolSpec& spec, int zone, std::uint32_t number) const;
  bool zone_open(const Detail& detail, const NodePoolSpec& spec, int zone) const;
  bool zone_lost(std::uint32_t region, int zone) const;
  std::int64_t live_in(const Detail& detail, int zone) const;
  /// A new row in state Creating; empty name, or why not.
  Name create_instance(Detail& detail, InstanceId& created);
  /// Takes a slot and addresses for an instance of that spec in `zone`, whose name is given or the next of the scale set.
  Name admit(Detail& detail, int zone, Name name, InstanceId& created);
  void grow(Detail& detail, std::int64_t count);
  /// Starts switched-off machines, the longest off first; returns how many.
  std::int64_t start_deallocated(Detail& detail, std::int64_t count);
  std::int64_t deallocated(const Detail& detail) const;
  /// Of `count` more machines, how many have to be made: what is switched off is started first.
  std::int64_t count_of_new(Detail& detail, std::int64_t count);
  Market& market_row(const SpotMarketKey& market);
  void shrink(Detail& detail, std::int64_t count, Name reason);
  InstanceId scale_in_candidate(const Detail& detail) const;
  void evict(InstanceId id, Duration notice);
  void begin_removal(InstanceId id, Name reason, Duration takes, Removal how = Removal::Delete);
  void settle_deallocated(InstanceId id);
  void erase(InstanceId id);
  void free_slot(Detail& detail, std::uint32_t slot);
  /// `quota`: the vCPU quota that refused, if one did.
  void refuse(Detail& detail, std::int64_t count, Name code, Name quota = {});
  void join(InstanceId id);
  void lose_machine(InstanceId id);
  void fail_machine(InstanceId id);
  void set_answering(InstanceId id, bool answers);
  void on_booted(Subject subject);
  void on_removed(Subject subject);
  void on_reimaged(Subject subject);
  void on_restarted(Subject subject);
  InstanceId running_machine(PoolId pool, NodeId node) const;
  Duration service_time(InstanceId id, const LogNormal& takes);
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
  /// What the pool's spot machines cost on average now.
  void record_spot_price(Detail& detail);
  void add_maintenance();

  Parts parts_;
  VcpuQuotas quotas_;
  AllocationLimits allocation_;
  RngStream parts_lost_;              ///< which machines a partial outage hits
  HandlerId booted_, removed_, reimaged_, restarted_;
  std::vector<Detail> details_;
  std::vector<Extra> extra_;          ///< by instance row
  std::vector<Market> markets_;
  std::vector<std::pair<std::uint32_t, int>> zones_down_;   ///< (region, zone)
  std::deque<NodePoolSpec> machine_pools_;                  ///< what Pool::spec of a pool of machines points at
  std::deque<NodePoolSpec> machines_;                       ///< what Instance::machine points at, each distinct spec once
};

}  // namespace akstwin
