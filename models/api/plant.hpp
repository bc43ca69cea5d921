/// The seams inside the simulated platform: how the Azure side, the Kubernetes side and the workload side hand things to each other
/// without including one another. A real platform has none of these; controllers never see them.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/cluster_state.hpp"
#include "sim/event.hpp"
#include "sim/sites.hpp"

namespace akstwin {

/// Azure → Kubernetes: machines join and leave a cluster. One a cluster, implemented by the simulated API server.
class NodeRegistrar {
 public:
  virtual ~NodeRegistrar() = default;
  /// The kubelet of a booted instance registers its Node, Ready. `nic` is the site that its image pulls arrive at.
  virtual NodeId node_joined(InstanceId instance, const Instance& row, const NodePoolSpec& pool, SiteId nic) = 0;
  /// Spot or scheduled-event notice: the node is cordoned and its pods start to terminate, with at most `notice` of grace.
  virtual void node_preempted(NodeId node, Duration notice) = 0;
  /// The scale set takes the machine back at somebody's wish: cordoned, its pods terminate for that reason within `grace`.
  virtual void node_leaving(NodeId node, Duration grace, Name /*reason*/) { node_preempted(node, grace); }
  /// The machine is gone: its pods are lost, the Node object is deleted.
  virtual void node_gone(NodeId node, Name reason) = 0;
  /// The machine stopped answering (its zone is lost) or answers again: its node and pods are not Ready meanwhile; nothing is deleted.
  virtual void node_unreachable(NodeId, bool /*unreachable*/) {}
  /// The control plane alone went down or came back: nodes and their pods go on, nothing is decided or changed meanwhile.
  virtual void control_plane_changed(bool /*up*/) {}
  /// The share of its cores' speed that the machine gives from now on, in millionths.
  virtual void node_speed_changed(NodeId, std::int64_t /*speed_ppm*/) {}
  /// A scheduled event was announced to the machine: whoever watches nodes looks again.
  virtual void node_notified(NodeId) {}
  /// The region went down or came back: kubelets stop, nothing is ready; afterwards nodes return after a boot each.
  virtual void region_changed(bool up) = 0;
};

/// Kubernetes → Azure: pull an image release to a node. Implemented by the registry.
struct PullRequest {
  SiteId node;                        ///< the node's NIC
  Name node_key;                      ///< unique name of the machine: its image cache
  Name image;                         ///< "namespace/name" of the workload: the repository
  std::uint32_t release = 0;          ///< revision of the workload's template
  std::uint32_t region = 0;           ///< topology region of the node: the nearest replica answers
  HandlerId done, failed;             ///< posted for `subject`
  Subject subject;
};

class ImageSource {
 public:
  virtual ~ImageSource() = default;
  /// True when everything is in the node's cache already (nothing is posted); otherwise a pull is under way and will be posted.
  /// Pulls of the same release to the same node share one flow.
  virtual bool cached_or_pull(const PullRequest& request) = 0;
  /// The machine and its cache are gone.
  virtual void forget(Name node_key) = 0;
};

/// Kubernetes → Azure: where nodes get the addresses of their pods a few at a time (pod subnet, dynamic), a pod may find none.
/// In the other modes a node has one for every pod that it accepts, and nobody asks. One a cluster.
class PodNetwork {
 public:
  virtual ~PodNetwork() = default;
  virtual void node_joined(NodeId node, PoolId pool) = 0;
  /// All addresses of the node go back.
  virtual void node_gone(NodeId node) = 0;
  /// True: the pod has an address of its node. False: none is free; `retry` is posted for `subject` at the kubelet's next try after
  /// the node has one.
  virtual bool attach(NodeId node, HandlerId retry, Subject subject) = 0;
  /// A pod that had an address is gone.
  virtual void detach(NodeId node) = 0;
};

/// What a pod of a workload really uses now; metrics-server samples it.
struct WorkloadUsage {
  Millicores cpu;                     ///< per serving pod
  Millicores cpu_idle;                ///< per running pod that does not serve
  Bytes memory;                       ///< per serving pod
  std::int64_t requests_milli = -1;   ///< requests a second that reach the workload, in thousandths; below zero: nobody states its load
};

/// Per cluster, by workload row. Written by the load model, read by metrics-server.
struct UsageTruth {
  std::vector<WorkloadUsage> by_workload;
  std::int64_t cpu_used_milli = 0;    ///< of all pods of the cluster
  std::vector<std::pair<Name, std::int64_t>> queues;   ///< length of each queue in thousandths of a message, in the scenario's order
};

/// Workload → Kubernetes: what the scalers of a ScaledObject would read now.
class TriggerSink {
 public:
  virtual ~TriggerSink() = default;
  virtual void set_trigger(ScaledObjectId object, std::uint32_t trigger, std::int64_t value_milli) = 0;
};

/// Delivery → Kubernetes: a merged commit waits in the config repository; Flux finds it at its next poll.
class ConfigRepository {
 public:
  virtual ~ConfigRepository() = default;
  /// A new release of the workload ("namespace/name"); visible to every cluster whose GitOps sources watch the repository.
  virtual void merged(Name workload, SimTime at) = 0;
};

/// Delivery → registry: one run of the pipeline is over.
struct BuildDone {
  Name workload;                      ///< "namespace/name"
  std::int64_t images = 0;            ///< pushed; none when the run failed
  std::int64_t vcpu_seconds = 0;      ///< of ACR Tasks
};

class BuildListener {
 public:
  virtual ~BuildListener() = default;
  virtual void build_done(const BuildDone& build) = 0;
};

/// A loss of a region, or of one zone of it.
struct OutageNotice {
  Name region;
  std::uint32_t region_index = 0;     ///< into Topology::regions
  int zone = 0;                       ///< 0: the whole region
  SimTime began;
  Name cluster{};                     ///< only this cluster's control plane; empty: the machines
  std::int64_t share_ppm = 1'000'000; ///< of the zone's machines
};

/// Azure → the others: told after sites, nodes and CloudState have changed, in the order of registration.
class OutageListener {
 public:
  virtual ~OutageListener() = default;
  virtual void outage_began(const OutageNotice& outage) = 0;
  virtual void outage_ended(const OutageNotice& outage) = 0;
};

/// Edge → workload: traffic goes to another cluster from now on (CloudState::active_origin has changed already).
class EdgeListener {
 public:
  virtual ~EdgeListener() = default;
  virtual void traffic_moved(std::uint32_t from, std::uint32_t to) = 0;
};

/// Workload → edge: whether a cluster would answer a health probe with 200 now (its region apart).
class OriginHealth {
 public:
  virtual ~OriginHealth() = default;
  virtual void origin_answers(std::uint32_t cluster, bool answers) = 0;
};

/// Azure's API → data stores: a fail-over is asked for. An empty region: the next one that is up.
class DataFailover {
 public:
  virtual ~DataFailover() = default;
  virtual void fail_over(std::uint32_t store, Name region, Duration takes) = 0;
};

/// Game day → Azure: outages are injected, everything else a game day does goes through the ports.
class OutageControl {
 public:
  virtual ~OutageControl() = default;
  virtual void lose_region(Name region, Duration duration) = 0;
  virtual void lose_zone(Name region, int zone, Duration duration) = 0;
  /// A share of the zone's machines, and nothing else of the zone.
  virtual void lose_part_of_zone(Name region, int zone, std::int64_t /*share_ppm*/, Duration duration) { lose_zone(region, zone, duration); }
  virtual void lose_control_plane(Name /*cluster*/, Duration) {}
  /// No new machines there for a while (zone 0: nowhere in the region; empty size: of none), or only some of those asked for.
  virtual void refuse_allocations(Name /*region*/, int /*zone*/, Name /*vm_size*/, std::int64_t /*share_ppm*/, Duration) {}
};

}  // namespace akstwin
