/// The HPA control loop over a cluster: every 15 s, every autoscaler whose answer could have changed.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "models/api/controller.hpp"
#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"

namespace akstwin {

/// Syncs lie on a fixed grid. An autoscaler that proved to be at a fixed point is left out until its inputs move; its memory is then
/// brought to what it would be had it been asked each time (HorizontalPodAutoscalerCore::skipped_until).
class HorizontalPodAutoscalerController final : public Controller {
 public:
  explicit HorizontalPodAutoscalerController(HpaOptions options) : options_(options) {}
  std::string_view name() const override { return "horizontal-pod-autoscaler"; }
  ChangeMask interests() const override;
  SimTime reconcile(ControllerContext& context) override;

 private:
  /// What the metrics API has of a pod: nothing yet, a sample while it started, or a sample while it served.
  enum class Usage : std::uint8_t { None, Starting, Serving };
  /// What one resource metric divides by: the requests of the pod, or of the container that the metric names.
  struct Request {
    bool is_cpu = true;
    std::int64_t milli = 0;              // millicores, or bytes × 1000
    bool stated = true;
  };
  struct Entry {
    HorizontalPodAutoscalerCore core;
    bool at_fixed_point = false;
    SimTime holds_until, last_sync;      // the last answer holds so long while nothing moves; when it was given
    bool contested = false;              // another autoscaler has the same pods: upstream then scales on no metric (AmbiguousSelector)
    const HorizontalPodAutoscalerSpec* sources_of = nullptr;   // spec that the two flags were taken from
    bool reads_requests = false, reads_queues = false;
    bool awaits_sample = false;          // a pod is younger than the newest sample
    bool touched = true;                 // pods or replicas of the target changed
    std::vector<std::int64_t> last_values;
    const PodSpec* requests_of = nullptr;  // template that the requests below were taken from
    std::vector<Request> requests;         // parallel to spec.metrics
    ReplicaCalculatorOptions calculator;
    bool reads_percent = false;            // all metrics are percentages of requests that are stated
    // The pods as they were last read, when nothing but a change to one of them can change what they look like.
    std::optional<PodGroup> settled;       // all pods alike, long ready and measured
    const PodSpec* settled_spec = nullptr;   // of the pods of that group
    std::int64_t status_replicas = 0;      // pods that are not terminating
  };

  void notice(const ClusterApi& api);
  /// Whether the last answer would be given again: nothing that it was taken from has moved, and it is said to hold so long.
  bool still_holds(const ControllerContext& context, const Autoscaler& autoscaler, const Entry& entry);
  /// What the answer depends on besides time and the pods themselves.
  void read_values(const ControllerContext& context, const Autoscaler& autoscaler, const Entry& entry, std::vector<std::int64_t>& out) const;
  void find_contested(const ClusterState& state);
  void sync(ControllerContext& context, AutoscalerId id, Entry& entry);
  static Request request_of(const MetricSpec& metric, const PodSpec& pod);
  void read_requests(const HorizontalPodAutoscalerSpec& spec, const PodSpec& pod_template, Entry& entry) const;
  void read_pods(const ClusterState& state, WorkloadId target, Entry& entry, SimTime now);
  void add_group(const PodGroup& group, Usage usage, const PodSpec* spec);
  void fill_readings(std::size_t metric, const MetricSpec& spec, const Entry& entry, const PodMetrics& metrics);
  void fill_custom(std::size_t metric, const MetricSpec& spec, const ClusterState& state, WorkloadId target);
  /// The replicas that the metrics ask for, where these depend on nothing else.
  static std::optional<std::int64_t> settled_proposal(const ClusterState& state, const Autoscaler& autoscaler, const Entry& entry);
  static void read_sources(const Autoscaler& autoscaler, Entry& entry);
  void current_values(const ClusterState& state, const Autoscaler& autoscaler, const Entry& entry, std::vector<std::int64_t>& out) const;

  HpaOptions options_;
  ChangeCursor cursor_;
  std::vector<Entry> entries_;           // by autoscaler row
  std::vector<std::uint8_t> touched_;    // by workload row
  bool sampled_ = false;                 // metrics were sampled or a trigger moved since the last sync
  bool claims_changed_ = true;           // a workload came, went or was scaled since the last sync
  std::vector<std::uint32_t> claims_;    // by workload row: applied autoscalers that scale it
  std::vector<PodGroup> groups_;
  std::vector<Usage> usage_;             // parallel to groups_
  std::vector<const PodSpec*> specs_;    // parallel to groups_: a vertical autoscaler gives pods of one template other requests
  std::vector<std::vector<PodReading>> readings_;   // by metric, parallel to groups_
  std::vector<MetricInput> inputs_;
  std::vector<std::int64_t> values_;
};

/// --horizontal-pod-autoscaler-sync-period, default 15 s (kube-controller-manager 1.32, facts D1).
inline constexpr Duration kHpaSyncPeriod{15'000'000};

}  // namespace akstwin
