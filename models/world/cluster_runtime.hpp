/// One simulated cluster: its API server, its controllers, its metrics pipeline.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "models/azure/topology.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_controller.hpp"
#include "models/controllers/autoscaling/event_driven_controller.hpp"
#include "models/controllers/autoscaling/horizontal_pod_autoscaler_controller.hpp"
#include "models/controllers/autoscaling/vertical_pod_autoscaler_controller.hpp"
#include "models/controllers/gitops/flux.hpp"
#include "models/controllers/lifecycle/node_lifecycle.hpp"
#include "models/controllers/scheduling/scheduler.hpp"
#include "models/controllers/workloads/workload_controller.hpp"
#include "models/kube/api_server.hpp"
#include "models/kube/metrics_server.hpp"
#include "models/kube/node_object.hpp"
#include "models/world/hosting.hpp"
#include "models/world/node_provisioning.hpp"

namespace akstwin {

/// What a cluster needs of the world; all outlive it.
struct ClusterParts {
  const Scenario& scenario;
  std::uint32_t index = 0;             ///< into Scenario::clusters
  const PlatformTopology& platform;
  const CloudState& cloud_state;
  Kernel& kernel;
  Timeline& timeline;
  ImageSource& images;
  ConfigHistory& repository;
  RngRoot rng;
};

class ClusterRuntime {
 public:
  explicit ClusterRuntime(const ClusterParts& parts);
  ClusterRuntime(const ClusterRuntime&) = delete;

  /// Hosts the controllers. Call once all parts of the world exist.
  void host(CloudApi& cloud, Notes& notes, Decisions* decisions = nullptr);
  /// Hosts one more controller beside those of every cluster. Call before begin().
  HostedController& add(Controller& controller, CloudApi& cloud, Notes& notes);
  /// Objects appear, loops begin. Call at t = 0 after the machines have joined.
  void begin();
  /// Hourly gauges of what would still fit.
  void record_headroom();

  ApiServer& server() { return *server_; }
  UsageTruth& usage() { return usage_; }
  const ClusterSpec& spec() const { return spec_; }
  /// The user's manifests with what the mesh and KEDA add.
  const ManifestSet& manifests() const { return manifests_; }

 private:
  /// metrics-server and the headroom gauge as loops.
  class Sampler final : public Loop {
   public:
    explicit Sampler(ClusterRuntime& runtime) : runtime_(runtime) {}
    SimTime step(SimTime now) override {
      runtime_.record_headroom();
      return now + Duration{3'600'000'000};
    }

   private:
    ClusterRuntime& runtime_;
  };
  void set_behaviours();
  FitContext fit_context() const;

  ClusterParts parts_;
  const ClusterSpec& spec_;
  ManifestSet manifests_;              // with the mesh and KEDA's generated autoscalers; outlives the server's pointers
  std::unique_ptr<ApiServer> server_;
  UsageTruth usage_;
  StreamChooser tie_breaker_, victims_, expander_;
  WorkloadController workloads_;
  Scheduler scheduler_;
  HorizontalPodAutoscalerController pod_autoscaler_;
  VpaRecommenderController vpa_recommender_;
  VpaUpdaterController vpa_updater_;
  EventDrivenController keda_;
  Flux flux_;
  NodeLifecycle node_lifecycle_;
  ClusterAutoscalerController cluster_autoscaler_;
  StreamChooser machine_zones_;
  std::unique_ptr<NodeProvisioner> provisioner_;   // null: node auto-provisioning is off
  std::deque<HostedController> hosted_;
  std::unique_ptr<MetricsServer> metrics_;
  Sampler sampler_{*this};
  LoopId metrics_loop_, sampler_loop_;
  SeriesId headroom_, fragmented_;
};

}  // namespace akstwin
