#include "models/fit/filters.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "models/fit/node_room.hpp"
#include "sim/base/check.hpp"

// Order and texts of the default profile. Source: kubernetes v1.32 pkg/scheduler/framework/plugins, read 2026-11.
namespace akstwin {
namespace {

// NodeVerdict::detail for a pre-filter that leaves no node at all.
constexpr std::uint16_t kNamesConflict = 1;

bool named(const NodeSelection& selection, Name node) { return std::ranges::find(selection.names, node) != selection.names.end(); }

bool volumes_reach(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node) {
  return std::ranges::all_of(pod.volumes, [&](const NodeRequirement& zone) {
    const Name* value = snapshot.labels().value(zone.column, node);
    return value != nullptr && *value == zone.values.front();
  });
}

/// NodeVolumeLimits. Disks are counted by pod: two pods of one node that mount the same disk count twice.
bool disks_attach(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node) {
  return pod.spec->disks == 0 || pod.spec->disks <= snapshot.columns().free_disks[node];
}

constexpr NodeVerdict refuse(FilterPlugin plugin, FitCode code, std::uint16_t detail = 0) {
  return {.plugin = plugin, .code = code, .detail = detail};
}

}  // namespace

std::string_view to_string(FilterPlugin plugin) {
  static constexpr std::array<std::string_view, 11> kNames{"",
                                                          "",
                                                          "NodeUnschedulable",
                                                          "TaintToleration",
                                                          "NodeAffinity",
                                                          "NodePorts",
                                                          "NodeResourcesFit",
                                                          "NodeVolumeLimits",
                                                          "VolumeBinding",
                                                          "PodTopologySpread",
                                                          "InterPodAffinity"};
  return kNames[static_cast<std::size_t>(plugin)];
}

std::string_view to_string(FitCode code) {
  static constexpr std::array<std::string_view, 3> kNames{"Success", "Unschedulable", "UnschedulableAndUnresolvable"};
  return kNames[static_cast<std::size_t>(code)];
}

bool fits_resources(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node) {
  return lacking_resources(pod.request, snapshot.free(node), snapshot.columns().free_pods[node]) == 0;
}

// Without names for the refusals, and the filter that fails most often first.
bool fits(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node) {
  if (!fits_resources(pod, snapshot, node) || pod.taint_verdict[snapshot.taint_class(node)] != 0) return false;
  if (snapshot.unschedulable(node) && !pod.tolerates_unschedulable) return false;
  const NodeSelection& selection = pod.node_selection;
  if (selection.constrains) {
    if (selection.names_conflict || (selection.names_nodes && !named(selection, snapshot.node(node).name))) return false;
    if (!selection_matches(selection, snapshot, node)) return false;
  }
  if (!pod.ports.empty() && !host_ports_free(pod.ports, snapshot.host_ports(node))) return false;
  if (!disks_attach(pod, snapshot, node)) return false;
  if (!volumes_reach(pod, snapshot, node)) return false;
  if (!pod.spread.constraints.empty() && spread_allows(pod.spread, snapshot, node) != SpreadVerdict::Fits) return false;
  return !pod.affinity.active || affinity_allows(pod.affinity, snapshot, node) == AffinityVerdict::Fits;
}

NodeVerdict filter_node(const PreparedPod& pod, const Snapshot& snapshot, NodeIndex node) {
  using enum FilterPlugin;
  using enum FitCode;
  const NodeSelection& selection = pod.node_selection;
  if (selection.names_conflict) return refuse(NodeAffinity, UnschedulableAndUnresolvable, kNamesConflict);
  if (selection.names_nodes && !named(selection, snapshot.node(node).name)) return refuse(PreFilterNodeList, UnschedulableAndUnresolvable);
  if (snapshot.unschedulable(node) && !pod.tolerates_unschedulable) return refuse(NodeUnschedulable, UnschedulableAndUnresolvable);
  if (const std::uint8_t taint = pod.taint_verdict[snapshot.taint_class(node)]; taint != 0)
    return refuse(TaintToleration, UnschedulableAndUnresolvable, static_cast<std::uint16_t>(taint - 1));
  if (!selection_matches(selection, snapshot, node)) return refuse(NodeAffinity, UnschedulableAndUnresolvable);
  if (!pod.ports.empty() && !host_ports_free(pod.ports, snapshot.host_ports(node))) return refuse(NodePorts, Unschedulable);
  if (const std::uint16_t lacking = lacking_resources(pod.request, snapshot.free(node), snapshot.columns().free_pods[node]); lacking != 0)
    return refuse(NodeResourcesFit, Unschedulable, lacking);
  if (!disks_attach(pod, snapshot, node)) return refuse(NodeVolumeLimits, Unschedulable);
  if (!volumes_reach(pod, snapshot, node)) return refuse(VolumeBinding, UnschedulableAndUnresolvable);
  if (const SpreadVerdict spread = spread_allows(pod.spread, snapshot, node); spread != SpreadVerdict::Fits)
    return refuse(PodTopologySpread, spread == SpreadVerdict::MissingLabel ? UnschedulableAndUnresolvable : Unschedulable,
                  static_cast<std::uint16_t>(spread));
  if (const AffinityVerdict affinity = affinity_allows(pod.affinity, snapshot, node); affinity != AffinityVerdict::Fits)
    return refuse(InterPodAffinity, affinity == AffinityVerdict::AffinityRules ? UnschedulableAndUnresolvable : Unschedulable,
                  static_cast<std::uint16_t>(affinity));
  return {};
}

void run_filters(const PreparedPod& pod, const Snapshot& snapshot, std::vector<NodeVerdict>& out) {
  out.clear();
  for (const NodeIndex node : snapshot.order()) out.push_back(filter_node(pod, snapshot, node));
}

std::size_t find_feasible(const PreparedPod& pod, const Snapshot& snapshot, std::size_t start, std::size_t limit,
                          std::vector<NodeIndex>& out) {
  out.clear();
  const std::span<const NodeIndex> order = snapshot.order();
  std::size_t at = order.empty() ? 0 : start % order.size();
  for (std::size_t looked_at = 0; looked_at < order.size(); ++looked_at) {
    if (out.size() >= limit) return looked_at;
    if (fits(pod, snapshot, order[at])) out.push_back(order[at]);
    if (++at == order.size()) at = 0;
  }
  return order.size();
}

std::vector<std::string> reasons_of(const NodeVerdict& verdict, const Snapshot& snapshot, NodeIndex node) {
  switch (verdict.plugin) {
    case FilterPlugin::None: return {};
    case FilterPlugin::PreFilterNodeList: return {"node(s) didn't satisfy plugin(s) [NodeAffinity]"};
    case FilterPlugin::NodeUnschedulable: return {"node(s) were unschedulable"};
    case FilterPlugin::TaintToleration: {
      const Taint& taint = snapshot.node(node).taints[verdict.detail];
      return {"node(s) had untolerated taint {" + taint.key.str() + ": " + taint.value.str() + "}"};
    }
    case FilterPlugin::NodeAffinity:
      return {verdict.detail == kNamesConflict ? "pod affinity terms conflict" : "node(s) didn't match Pod's node affinity/selector"};
    case FilterPlugin::NodePorts: return {"node(s) didn't have free ports for the requested pod ports"};
    case FilterPlugin::NodeResourcesFit: {
      static constexpr std::array<std::pair<unsigned, std::string_view>, 5> kTexts{{{kLacksPods, "Too many pods"},
                                                                                    {kLacksCpu, "Insufficient cpu"},
                                                                                    {kLacksMemory, "Insufficient memory"},
                                                                                    {kLacksEphemeral, "Insufficient ephemeral-storage"},
                                                                                    {kLacksGpu, "Insufficient nvidia.com/gpu"}}};
      std::vector<std::string> reasons;
      for (const auto& [bit, text] : kTexts)
        if ((verdict.detail & bit) != 0) reasons.emplace_back(text);
      return reasons;
    }
    case FilterPlugin::NodeVolumeLimits: return {"node(s) exceed max volume count"};
    case FilterPlugin::VolumeBinding: return {"node(s) had volume node affinity conflict"};
    case FilterPlugin::PodTopologySpread:
      return {verdict.code == FitCode::Unschedulable ? "node(s) didn't match pod topology spread constraints"
                                                     : "node(s) didn't match pod topology spread constraints (missing required label)"};
    case FilterPlugin::InterPodAffinity: break;
  }
  switch (static_cast<AffinityVerdict>(verdict.detail)) {
    case AffinityVerdict::AffinityRules: return {"node(s) didn't match pod affinity rules"};
    case AffinityVerdict::AntiAffinityRules: return {"node(s) didn't match pod anti-affinity rules"};
    case AffinityVerdict::ExistingAntiAffinity: return {"node(s) didn't satisfy existing pods anti-affinity rules"};
    case AffinityVerdict::Fits: break;
  }
  AKSTWIN_CHECK(false, "a refusal names its rule");
  return {};
}

std::string unschedulable_message(std::span<const NodeVerdict> verdicts, const Snapshot& snapshot) {
  // Nodes of equal verdict and equal taints say the same: texts are made once for all of them.
  struct Alike {
    NodeVerdict verdict;
    std::uint32_t taint_class;
    NodeIndex node;
    std::size_t nodes;
  };
  std::vector<Alike> alike;
  std::size_t last = 0;   // neighbours mostly say the same
  const std::span<const NodeIndex> order = snapshot.order();
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const std::uint32_t taints = snapshot.taint_class(order[i]);
    const auto same = [&](const Alike& a) { return a.taint_class == taints && a.verdict == verdicts[i]; };
    if (last >= alike.size() || !same(alike[last])) last = static_cast<std::size_t>(std::ranges::find_if(alike, same) - alike.begin());
    if (last == alike.size()) alike.push_back({verdicts[i], taints, order[i], 1});
    else ++alike[last].nodes;
  }
  std::vector<std::pair<std::string, std::size_t>> counted;
  for (const Alike& group : alike)
    for (std::string& reason : reasons_of(group.verdict, snapshot, group.node)) {
      const auto known = std::ranges::find(counted, reason, &std::pair<std::string, std::size_t>::first);
      if (known == counted.end()) counted.emplace_back(std::move(reason), group.nodes);
      else known->second += group.nodes;
    }
  // Upstream sorts the finished parts as text ("10 …" before "2 …"). Source: v1.32 framework/types.go FitError.Error.
  std::vector<std::string> parts;
  for (const auto& [reason, nodes] : counted) parts.push_back(std::to_string(nodes) + " " + reason);
  std::ranges::sort(parts);
  std::string message = "0/" + std::to_string(verdicts.size()) + " nodes are available";
  for (std::size_t i = 0; i < parts.size(); ++i) message += (i == 0 ? ": " : ", ") + parts[i];
  return message + ".";
}

}  // namespace akstwin
