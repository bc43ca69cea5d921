/// Load → work: requests fan out over the services, pods serve them, and what they use and fail is recorded.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/plant.hpp"
#include "models/spec/scenario.hpp"
#include "models/workload/meters.hpp"
#include "models/workload/cron_triggers.hpp"
#include "models/workload/outbound_flows.hpp"
#include "models/workload/queue_model.hpp"
#include "models/workload/queueing.hpp"
#include "models/workload/service_graph.hpp"
#include "models/workload/traffic.hpp"
#include "sim/kernel.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// How often request rates and latencies are written down.
inline constexpr Duration kLoadSampling{900'000'000};

/// One cluster as the load model sees it. References must outlive the model.
struct ClusterLoad {
  const ClusterState* state = nullptr;
  UsageTruth* usage = nullptr;        ///< written here
  TriggerSink* triggers = nullptr;    ///< may be null
  std::uint32_t region = 0;           ///< index into Topology::regions
  bool burstable = false;             ///< has nodes whose cores may get slower (BurstCredits)
};

/// Evaluates all services every kLoadTick, and at once when something jumps (docs/models/service-load.md).
class LoadModel final : public OutageListener, public EdgeListener {
 public:
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    RngRoot root;
    const Scenario& scenario;
    const CloudState& cloud;
    std::vector<ClusterLoad> clusters;   ///< by cluster index
    OriginHealth* edge = nullptr;        ///< told whether edge services answer; may be null
  };
  explicit LoadModel(Parts parts);
  LoadModel(const LoadModel&) = delete;

  /// First evaluation; posts the ticks. Call at t = 0 when the clusters' workload rows exist.
  void start();
  /// Counts up to now with the rates in force, then evaluates anew.
  void recompute_now();

  /// Writes all cumulative counters as they stand now. Call once more at the end of the run.
  void record_counters();

  void outage_began(const OutageNotice&) override;
  void outage_ended(const OutageNotice&) override { jump(); }
  void traffic_moved(std::uint32_t, std::uint32_t) override { jump(); }

  /// Every service that the cluster has is ready and answers, as RecoverySpec defines it; at the last evaluation.
  bool serving(std::uint32_t cluster) const;
  /// Every service that the cluster has is applied and all its pods have a node: there are machines enough.
  bool placed(std::uint32_t cluster) const;
  bool service_serving(std::uint32_t service, std::uint32_t cluster) const;
  std::size_t services() const { return services_.size(); }
  /// "cluster/namespace/name", or empty where the cluster does not have the service.
  Name timeline_name(std::uint32_t service, std::uint32_t cluster) const;

 private:
  /// A service on one cluster.
  struct Station {
    WorkloadId workload;
    Name name;                        ///< in the Timeline
    ServerModel server;
    std::int64_t cpu_limit_milli = 0; ///< a pod; 0: none
    std::int64_t cpu_request_milli = 0;
    bool resized = false;             ///< a vertical autoscaler may give its pods other requests and limits than the template's
    bool warming = true;              ///< its pods of t = 0 have not all come up yet
    double edge = 0, offered = 0, served = 0;   ///< requests a second in force; edge: of `offered`, straight from clients
    double own_success = 1, success = 1;   ///< success: with everything that it calls
    double mean_response = 0, response_p95 = 0;   ///< seconds, calls included
    ServiceMeter meter;
  };
  struct Service {
    const ServiceLoadSpec* spec = nullptr;
    Traffic traffic;
    std::vector<ServiceCall> calls;
    std::vector<Station> stations;    ///< by cluster index
  };

  void add_services();
  void bind_station(const Service& service, Station& station, std::uint32_t cluster);
  void bind_unstated(std::uint32_t cluster);
  void bind_rates(std::uint32_t cluster);
  void tell_rates(std::uint32_t cluster) const;
  void follow_resources(const Service& service, Station& station, std::uint32_t cluster) const;
  void settle();
  void jump();
  void evaluate(SimTime now);
  void evaluate_cluster(std::uint32_t cluster, SimTime now);
  /// `answered`: the share of the demand that reaches pods which live.
  /// `speed`: mean share of their cores' speed that its pods get.
  void serve(const Service& service, Station& station, std::int64_t pods, double demand, double answered, double speed) const;
  double pod_speed(std::uint32_t cluster, const Station& station) const;
  double answered_share(std::uint32_t cluster, const Station& station) const;
  void warm_up(std::uint32_t cluster, Station& station, SimTime now) const;
  void lose_portless(std::uint32_t cluster, SimTime now);
  void finish_paths(std::uint32_t cluster);
  void write_usage(std::uint32_t cluster);
  void tell_edge(std::uint32_t cluster) const;
  bool up(std::uint32_t cluster) const { return parts_.cloud.region_up[parts_.clusters[cluster].region]; }
  std::int64_t ready_pods(std::uint32_t cluster, const Station& station) const;
  void on_tick(Subject subject);
  void on_sample(Subject subject);
  void on_hour(Subject subject);

  Parts parts_;
  HandlerId tick_, sample_, hour_;
  std::vector<Service> services_;     ///< callers before callees
  std::vector<std::vector<std::pair<WorkloadId, WorkloadUsage>>> unstated_;   ///< by cluster: workloads without a load entry
  /// A trigger that asks a monitoring system, where no queue answers it: it reads the request rate of its target.
  struct RateTrigger {
    ScaledObjectId object;
    std::uint32_t index = 0, service = 0;
  };
  std::vector<std::vector<RateTrigger>> rates_;   ///< by cluster
  std::vector<ClusterMeter> meters_;  ///< by cluster
  std::vector<OutboundFlows> outbound_;   ///< by cluster
  QueueModel queues_;
  CronTriggers crons_;
  std::vector<double> demand_;        ///< by service, of the cluster being evaluated
  std::vector<bool> cluster_up_;
  SimTime started_, settled_;
};

}  // namespace akstwin
