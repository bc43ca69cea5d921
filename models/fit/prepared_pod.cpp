#include "models/fit/prepared_pod.hpp"

#include <algorithm>
#include <span>

namespace akstwin {
namespace {

const Taint& unschedulable_taint() {
  static const Taint kTaint{.key = Name("node.kubernetes.io/unschedulable"), .value = Name(), .effect = TaintEffect::NoSchedule};
  return kTaint;
}

bool tolerated(const std::vector<Toleration>& tolerations, const Taint& taint) {
  return std::ranges::any_of(tolerations, [&](const Toleration& toleration) { return toleration.tolerates(taint); });
}

// 1 + the index of the first NoSchedule or NoExecute taint that no toleration covers; 0 when there is none.
std::uint8_t first_untolerated(const std::vector<Taint>& taints, const std::vector<Toleration>& tolerations) {
  for (std::size_t i = 0; i < taints.size(); ++i)
    if (taints[i].effect != TaintEffect::PreferNoSchedule && !tolerated(tolerations, taints[i])) return static_cast<std::uint8_t>(i + 1);
  return 0;
}

}  // namespace

void prepare(const PendingPod& pod, const Snapshot& snapshot, const FitContext& context, PreparedPod& out) {
  const PodSpec& spec = *pod.spec;
  out.spec = pod.spec;
  out.context = &context;
  out.request = spec.effective_request();
  out.scored = scored_request(spec);
  out.tolerates_unschedulable = tolerated(spec.tolerations, unschedulable_taint());
  out.ports = host_ports_of(spec);
  const std::span<const std::vector<Taint>> classes = snapshot.taint_classes();
  out.taint_verdict.resize(classes.size());
  for (std::size_t i = 0; i < classes.size(); ++i) out.taint_verdict[i] = first_untolerated(classes[i], spec.tolerations);
  resolve_selection(spec, snapshot.labels(), out.node_selection);
  out.volumes.clear();
  for (const Name zone : pod.volume_zones) {
    const Name key("topology.kubernetes.io/zone");
    out.volumes.push_back({.column = snapshot.labels().find(key), .op = SelectorRequirement::Operator::In, .values = {zone}, .bound = 0});
  }
  prepare_spread_filter(spec, snapshot, out.inclusion(), out.spread);
  prepare_affinity_filter(spec, snapshot, context, out.affinity);
  out.default_spread = spec.topology_spread.empty() ? default_spread_selector(pod, context) : std::nullopt;
}

PreparedPod prepare(const PendingPod& pod, const Snapshot& snapshot, const FitContext& context) {
  PreparedPod prepared;
  prepare(pod, snapshot, context, prepared);
  return prepared;
}

void PreparedPod::dry_run(const Snapshot& snapshot, NodeIndex node, const PodSpec& moved, int delta) {
  if (!spread.constraints.empty()) spread_dry_run(spread, *spec, snapshot, inclusion(), node, moved, delta);
  affinity_count(affinity, *spec, snapshot, *context, node, moved, delta);
}

}  // namespace akstwin
