// One loop of the Cluster Autoscaler over 1,000 nodes with 30 pods each, none of which waits: what the scale-down pass costs.
// Budget: 50 ms. "busy": every node is used by more than half; "idle": one node in five is a candidate whose pods have to find places.
#include <benchmark/benchmark.h>

#include <deque>
#include <string>
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler.hpp"

namespace {

using namespace akstwin;
using namespace akstwin::literals;

constexpr std::int64_t kNodes = 1'000, kPodsEach = 30;
constexpr SimTime kStart{86'400'000'000};

/// A pool of 1,000 nodes; every `idle_every`th node has pods a tenth as large.
class Cluster {
 public:
  explicit Cluster(std::int64_t idle_every) {
    for (std::int64_t i = 0; i < 40; ++i) specs_.push_back(spec(i % 20, i < 20 ? 350 : 35));
    for (std::int64_t n = 0; n < kNodes; ++n) add_node(n, idle_every > 0 && n % idle_every == 0);
    for (std::size_t n = 0; n < nodes_.size(); ++n) nodes_[n].pods = pods_[n];
    template_node_ = objects_.front();
    template_node_.name = Name("template");
    groups_.push_back({.id = Name("prod/user"), .min = 1, .max = 2'000, .target = kNodes, .template_node = &template_node_, .template_revision = 1,
                       .capacity = template_node_.allocatable, .template_pods = {}, .instances = instances_});
  }
  ClusterAutoscalerInput input() const {
    return {.groups = groups_, .nodes = nodes_, .pending = {}, .budgets = {}, .context = &context_, .random = 0};
  }
  /// A pod was replaced on every node: nothing that is remembered of their pods is good any more.
  void touch() {
    for (AutoscaledNode& node : nodes_) ++node.pods_revision;
  }

 private:
  static PodSpec spec(std::int64_t app, std::int64_t millicores) {
    PodSpec spec;
    spec.name_space = Name("team");
    spec.labels.set(Name("app"), Name("app" + std::to_string(app)));
    ContainerSpec container;
    container.requests = {{millicores}, {millicores << 21}, {}, 0};
    container.states_cpu_request = container.states_memory_request = true;
    spec.containers.push_back(container);
    return spec;
  }
  void add_node(std::int64_t n, bool idle) {
    NodeInput object;
    object.name = Name("prod/node" + std::to_string(10'000 + n));
    object.labels.set(Name("kubernetes.io/hostname"), object.name);
    object.labels.set(Name("topology.kubernetes.io/zone"), Name("eastus2-" + std::to_string(n % 3 + 1)));
    object.allocatable = {{15'740}, {56LL << 30}, {}, 0};
    object.pod_capacity = 110;
    objects_.push_back(object);
    const auto id = static_cast<std::uint64_t>(n) + 1;
    AutoscaledNode node;
    node.id = id;
    node.object = &objects_.back();
    node.group = 0;
    node.revision = node.pods_revision = 1;
    nodes_.push_back(node);
    instances_.push_back({id, CloudInstanceState::Running, false});
    std::vector<AutoscaledPod>& pods = pods_.emplace_back();
    for (std::int64_t p = 0; p < kPodsEach; ++p) {
      AutoscaledPod pod;
      pod.spec = &specs_[static_cast<std::size_t>((n + p) % 20 + (idle ? 20 : 0))];
      pod.name = Name("prod/team/pod" + std::to_string(n * kPodsEach + p));
      pod.uid = static_cast<std::uint64_t>(n * kPodsEach + p) + 1;
      pod.owner = static_cast<std::uint64_t>((n + p) % 20) + 1;
      pod.owner_kind = PodOwnerKind::ReplicaSet;
      pods.push_back(pod);
    }
  }

  std::deque<PodSpec> specs_;
  std::deque<NodeInput> objects_;
  std::deque<std::vector<AutoscaledPod>> pods_;
  std::vector<AutoscaledNode> nodes_;
  std::vector<CloudInstance> instances_;
  NodeInput template_node_;
  std::vector<AutoscaledGroup> groups_;
  FitContext context_;
};

/// A loop every scan interval; the pods of all nodes have changed since the last one.
void loops(benchmark::State& state, std::int64_t idle_every, bool touched) {
  Cluster cluster(idle_every);
  ClusterAutoscalerOptions options;
  options.scale_down_unneeded_time = 1_d;   // nothing goes while it is measured
  ClusterAutoscalerCore core(options);
  SimTime now = kStart;
  core.run_once(now, cluster.input());
  for (auto _ : state) {
    now = now + 10_s;
    if (touched) cluster.touch();
    benchmark::DoNotOptimize(&core.run_once(now, cluster.input()));
  }
}
BENCHMARK_CAPTURE(loops, busy_unchanged, 0, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loops, busy_changed, 0, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loops, idle_unchanged, 5, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(loops, idle_changed, 5, true)->Unit(benchmark::kMillisecond);

/// The first loop of a process sees all nodes for the first time.
void first_loop(benchmark::State& state) {
  Cluster cluster(5);
  for (auto _ : state) {
    ClusterAutoscalerCore core(ClusterAutoscalerOptions{});
    benchmark::DoNotOptimize(&core.run_once(kStart, cluster.input()));
  }
}
BENCHMARK(first_loop)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
