/// The kubelets of a cluster: a bound pod becomes a running, ready and, one day, terminated one.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cluster_state.hpp"
#include "models/api/plant.hpp"
#include "sim/kernel.hpp"
#include "sim/rng.hpp"

namespace akstwin {

class ApiServer;

/// How the containers of a workload behave in time; by workload row.
struct ContainerBehaviour {
  Duration startup{5'000'000};      ///< container start until it answers; drawn log-normally around it
  Duration shutdown{2'000'000};     ///< SIGTERM until the process ends; cut at the grace period
};

/// Timing of what every pod goes through.
struct KubeletTimes {
  // Pod sandbox, CNI address and volume mounts: the pod start-up SLO allows 5 s at p99 without the image pull
  // (Kubernetes scalability SLO [recall]); 1.2 s median is our assumption within it.
  LogNormal sandbox{{1'200'000}, {3'000'000}};
  // Relative spread of container start-up: p95 / p50 of 1.5 (our assumption; calibrate on a recording).
  double startup_p95_factor = 1.5;
};

/// Writes pod truth through the API server; every pending event is void once its pod's epoch has moved.
class Kubelet {
 public:
  Kubelet(Kernel& kernel, ApiServer& server, ImageSource& images, const RngRoot& root, Name cluster, std::uint32_t region);

  /// Pods ask there for their address from now on.
  void use(PodNetwork& network) { network_ = &network; }
  void set_behaviour(WorkloadId workload, ContainerBehaviour behaviour);
  /// A pod was bound to a node whose NIC is `nic`.
  void start(PodId pod, SiteId nic);
  /// Deletion was asked for: SIGTERM now, gone after the shutdown, at most `grace` later.
  void terminate(PodId pod, Duration grace);
  /// All containers of the pod start again after `delay` (its machine came back).
  void restart(PodId pod, Duration delay);
  /// Forgets what is under way for this pod: its machine or its region is gone.
  void abandon(PodId pod) { ++truth(pod).epoch; }
  /// The pod leaves the node: its address goes back.
  void pod_gone(PodId pod, NodeId node);

 private:
  struct PodTruth {
    std::uint32_t epoch = 0;
    std::uint64_t serial = 0;        ///< number of the pod in order of start: its coordinate in the random streams
    SimTime pull_began;
    SiteId nic;
    bool attached = false;           ///< has an address that was asked for
  };

  void on_sandbox(Subject subject);
  void on_pulled(Subject subject);
  void on_pull_failed(Subject subject);
  void on_ready(Subject subject);
  void on_finished(Subject subject);
  void on_terminated(Subject subject);
  /// How long the containers of a Job's pod run this time.
  Duration run_time(PodId id);
  PodTruth& truth(PodId pod);
  /// The pod that the event is about, or null when its epoch has moved.
  PodId current(Subject subject) const;
  Subject subject_of(PodId pod) { return {pod.row, truth(pod).epoch}; }
  void run_containers(PodId pod);

  Kernel& kernel_;
  ApiServer& server_;
  ImageSource& images_;
  PodNetwork* network_ = nullptr;                 // null: a node has an address for every pod that it accepts
  RngStream sandbox_draws_, startup_draws_, run_draws_;
  Name cluster_;
  std::uint32_t region_;
  KubeletTimes times_;
  std::vector<PodTruth> truth_;                   // by pod row
  std::vector<ContainerBehaviour> behaviour_;     // by workload row
  std::uint64_t serial_ = 0;
  HandlerId sandbox_, pulled_, pull_failed_, ready_, finished_, terminated_;
};

}  // namespace akstwin
