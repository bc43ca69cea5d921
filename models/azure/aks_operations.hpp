/// Long-running operations of AKS itself: clusters and pools that are made during a run, and updates of a cluster.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/actions.hpp"
#include "models/api/plant.hpp"
#include "models/azure/arm_throttle.hpp"
#include "models/azure/scale_sets.hpp"
#include "models/catalog/operation_times.hpp"

namespace akstwin {

/// Carries them out in the time that recorded ones took (docs/models/operation-times.md): one a pool, one a cluster at a time.
class AksOperations final : public OutageListener {
 public:
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    RngRoot root;
    const Scenario& scenario;
    const PlatformTopology& platform;
    CloudState& cloud;
    ScaleSets& scale_sets;
    std::vector<NodeRegistrar*> registrars;
    int left_out = -1;                 ///< fold of the recordings that is not drawn from; −1: all are used
  };
  explicit AksOperations(Parts parts);
  AksOperations(const AksOperations&) = delete;

  /// Clusters that do not exist yet are off. Call at t = 0, after ScaleSets::start().
  void start();
  /// Conflict: another operation runs there. Refused: it makes what exists, or changes what does not.
  Verdict begin(const StartAksOperation& asked);
  /// A write that is no long-running operation here (count of a pool, stop, start): Accepted or TooManyRequests.
  Verdict admit(std::uint32_t cluster, ArmWrite write, Name request);
  /// Whether Azure's theoretical check of addresses lets the pool have so many nodes, its surge apart; says so when it does not. What is
  /// admitted becomes the pool's count.
  bool admit_count(PoolId pool, std::int64_t nodes, Name request);
  /// The same before the pool is upgraded with so many surge machines.
  bool admit_surge(PoolId pool, std::int64_t surge);
  bool exists(std::uint32_t cluster) const { return exists_[cluster]; }
  void outage_began(const OutageNotice&) override {}
  /// A region that is back switches all its sites on: not those of clusters that nobody has made.
  void outage_ended(const OutageNotice&) override { start(); }

 private:
  struct Run {
    RunningOperation shown;
    OperationKind kind = OperationKind::ClusterUpdate;
    bool failed = false;
  };
  bool possible(const StartAksOperation& asked) const;
  void record_writes(std::uint32_t cluster, ArmWrite write);
  /// Whether Azure's theoretical check of addresses lets the pools be made; says so when it does not.
  bool enough_addresses(const StartAksOperation& asked);
  /// The check with `nodes` in `pool` in place of its count; a null pool changes nothing.
  bool check_addresses(std::uint32_t cluster, PoolId pool, std::int64_t nodes, Name request);
  std::int64_t counted(PoolId pool) const;
  OsType os_of(const StartAksOperation& asked) const;
  void request_nodes(Run& run, Duration takes);
  void on_done(Subject subject);
  void set_control_plane(std::uint32_t cluster, bool up);
  void bill_control_plane(std::uint32_t cluster, bool on);
  Name subject_of(const Run& run) const;

  Parts parts_;
  HandlerId done_;
  ArmThrottle throttle_;
  std::vector<bool> exists_;           ///< by cluster
  std::vector<std::int64_t> counts_;   ///< by pool: ARM's count, as people and pipelines have set it
  std::vector<RngStream> draws_;       ///< by cluster
  std::vector<Run> runs_;              ///< all that ever began: Subject::row
};

}  // namespace akstwin
