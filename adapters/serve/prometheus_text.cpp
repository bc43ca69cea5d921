// Metrics for Prometheus, under the names and labels of kube-state-metrics.
#include "adapters/kube/encode.hpp"
#include "adapters/serve/serve_handler.hpp"

namespace akstwin {
namespace {

class MetricsText {
 public:
  void family(std::string_view name, std::string_view help) {
    name_ = name;
    out_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " gauge\n";
  }
  void sample(const std::vector<std::pair<std::string_view, std::string>>& labels, std::int64_t value) {
    out_ += name_;
    char open = '{';
    for (const auto& [key, text] : labels) {
      out_ += open + std::string(key) + "=\"" + text + "\"";
      open = ',';
    }
    if (open == ',') out_ += "}";
    out_ += " " + std::to_string(value) + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_, name_;
};

using Visit = void (*)(MetricsText&, const ClusterState&, const std::string&);

void of_each(MetricsText& text, ServedWorld& world, std::string_view name, std::string_view help, Visit visit) {
  text.family(name, help);
  for (ServedCluster& cluster : world.clusters()) visit(text, cluster.runtime.server().state(), cluster.runtime.spec().name.str());
}

template <class Value>
void deployments(MetricsText& text, const ClusterState& state, const std::string& cluster, Value value) {
  state.workloads.for_each([&](WorkloadId, const Workload& row) {
    if (row.applied && row.spec->kind == WorkloadKind::Deployment)
      text.sample({{"cluster", cluster}, {"namespace", row.spec->name_space.str()}, {"deployment", row.spec->name.str()}}, value(row));
  });
}

void pod_phases(MetricsText& text, const ClusterState& state, const std::string& cluster) {
  constexpr std::string_view kPhases[] = {"Pending", "Running", "Succeeded", "Failed"};
  state.workloads.for_each([&](WorkloadId, const Workload& row) {
    std::int64_t counts[4] = {};
    for (const PodId pod : row.pods) ++counts[static_cast<std::size_t>(state.pods[pod].phase)];
    for (std::size_t phase = 0; phase < 4; ++phase)
      if (counts[phase] > 0)
        text.sample({{"cluster", cluster}, {"namespace", row.spec->name_space.str()}, {"workload", row.spec->name.str()}, {"phase", std::string(kPhases[phase])}}, counts[phase]);
  });
}

}  // namespace

std::string prometheus_text(ServedWorld& world) {
  MetricsText text;
  text.family("akstwin_simulated_time_seconds", "Simulated time since 1970.");
  text.sample({}, world.unix_now());
  of_each(text, world, "kube_node_status_condition", "The Ready condition of a node.", [](MetricsText& out, const ClusterState& state, const std::string& cluster) {
    state.nodes.for_each([&](NodeId, const Node& node) {
      out.sample({{"cluster", cluster}, {"node", std::string(own_name(node.name.text()))}, {"condition", "Ready"}, {"status", "true"}}, node.ready ? 1 : 0);
    });
  });
  of_each(text, world, "kube_node_spec_unschedulable", "Whether a node is cordoned.", [](MetricsText& out, const ClusterState& state, const std::string& cluster) {
    state.nodes.for_each([&](NodeId, const Node& node) { out.sample({{"cluster", cluster}, {"node", std::string(own_name(node.name.text()))}}, node.unschedulable ? 1 : 0); });
  });
  of_each(text, world, "kube_deployment_spec_replicas", "Replicas that a Deployment wants.", [](MetricsText& out, const ClusterState& state, const std::string& cluster) {
    deployments(out, state, cluster, [](const Workload& row) { return row.replicas; });
  });
  of_each(text, world, "kube_deployment_status_replicas_ready", "Ready replicas of a Deployment.", [](MetricsText& out, const ClusterState& state, const std::string& cluster) {
    deployments(out, state, cluster, [](const Workload& row) { return row.ready; });
  });
  of_each(text, world, "akstwin_workload_pods", "Pods of a workload by phase.", pod_phases);
  of_each(text, world, "akstwin_pods_pending", "Pods without a node.", [](MetricsText& out, const ClusterState& state, const std::string& cluster) { out.sample({{"cluster", cluster}}, state.pending); });
  return text.take();
}

}  // namespace akstwin
