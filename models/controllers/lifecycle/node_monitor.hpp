/// kube-controller-manager's node lifecycle controller as a pure machine: what it hears of nodes in, conditions and taints out.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "models/controllers/lifecycle/eviction_queue.hpp"
#include "models/spec/pod_spec.hpp"
#include "sim/base/name.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// The flags of kube-controller-manager 1.32 with their defaults; AKS does not let a user set them (facts, section E).
struct NodeLifecycleOptions {
  Duration monitor_period{5'000'000};             ///< --node-monitor-period
  Duration monitor_grace{50'000'000};             ///< --node-monitor-grace-period, 40 s before 1.32
  Duration taint_period{100'000};                 ///< NodeEvictionPeriod: how often the queues are looked at
  Duration eviction_interval{10'000'000};         ///< --node-eviction-rate 0.1 a second
  Duration secondary_interval{100'000'000};       ///< --secondary-node-eviction-rate 0.01 a second
  std::int64_t large_cluster_threshold = 50;      ///< --large-cluster-size-threshold, nodes of a zone
  std::int64_t unhealthy_zone_ppm = 550'000;      ///< --unhealthy-zone-threshold
};

/// The Ready condition of a node.
enum class NodeCondition : std::uint8_t { True, False, Unknown };
enum class ZoneState : std::uint8_t { Initial, Normal, PartialDisruption, FullDisruption };
/// The two NoExecute taints that follow the Ready condition; a node bears at most one of them.
enum class HealthTaint : std::uint8_t { NotReady, Unreachable };

/// The taint that a condition asks for, with effect NoSchedule at once and NoExecute when its turn has come; nothing for a ready node.
std::optional<HealthTaint> health_taint(NodeCondition ready);
/// node.kubernetes.io/not-ready or node.kubernetes.io/unreachable.
Taint to_taint(HealthTaint taint, TaintEffect effect);

/// A node as the informers show it at one look.
struct NodeReport {
  std::uint32_t node = 0;                          ///< its number, stable while it exists
  Name zone;
  NodeCondition ready = NodeCondition::True;
  SimTime heard;                                   ///< last renewal of the lease or post of the status
  bool not_ready_taint = false, unreachable_taint = false;   ///< NoExecute ones
  bool excluded = false;                           ///< label node.kubernetes.io/exclude-disruption
};

/// What the controller does to a node, in order.
struct NodeEffect {
  enum class Kind : std::uint8_t { BecomesUnknown, PodsNotReady, AddTaint, RemoveTaint };
  Kind kind = Kind::AddTaint;
  std::uint32_t node = 0;
  HealthTaint taint = HealthTaint::NotReady;
};

/// Source: kubernetes v1.32 pkg/controller/nodelifecycle/node_lifecycle_controller.go.
class NodeMonitor {
 public:
  explicit NodeMonitor(const NodeLifecycleOptions& options) : options_(options) {}

  /// One pass over all nodes, due every monitor_period: health, queueing, zone states.
  void monitor(SimTime now, std::span<const NodeReport> nodes, std::vector<NodeEffect>& effects);
  /// One look at the queues, due every taint_period while next_taint() is near: taints the nodes whose turn it is.
  void taint(SimTime now, std::span<const NodeReport> nodes, std::vector<NodeEffect>& effects);
  /// When taint() has something to do next; kNever: only after another pass of monitor().
  SimTime next_taint(SimTime now) const;
  ZoneState zone_state(Name zone) const;

 private:
  struct Health {
    SimTime heard, probed;                         // last sign of life, and when it was noticed
  };
  struct Zone {
    ZoneState state = ZoneState::Initial;
    EvictionQueue queue;
    std::int64_t ready = 0, not_ready = 0;         // of the current pass
  };
  using Zones = std::map<Name, Zone>;

  NodeCondition observe(SimTime now, const NodeReport& node, std::vector<NodeEffect>& effects);
  void queue_or_swap(SimTime now, const NodeReport& node, std::vector<NodeEffect>& effects);
  void reachable(const NodeReport& node, std::vector<NodeEffect>& effects);
  void handle_disruption(SimTime now, std::span<const NodeReport> nodes, std::vector<NodeEffect>& effects);
  void set_rate(SimTime now, Zone& zone, ZoneState state);
  ZoneState state_of(const Zone& zone) const;
  Zone& zone_of(const NodeReport& node);
  void forget_gone(std::span<const NodeReport> nodes);

  NodeLifecycleOptions options_;
  std::map<std::uint32_t, Health> health_;
  Zones zones_;
};

}  // namespace akstwin
