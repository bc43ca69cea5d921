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
  /// The machine is gone: its pods are lost, the Node object is deleted.
  virtual void node_gone(NodeId node, Name reason) = 0;
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

/// What a pod of a workload really uses now; metrics-server samples it.
struct WorkloadUsage {
  Millicores cpu;                     ///< per serving pod
  Millicores cpu_idle;                ///< per running pod that does not serve
  Bytes memory;                       ///< per serving pod
};

/// Per cluster, by workload row. Written by the load model, read by metrics-server.
struct UsageTruth {
  std::vector<WorkloadUsage> by_workload;
  std::int64_t cpu_used_milli = 0;    ///< of all pods of the cluster
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

}  // namespace akstwin
