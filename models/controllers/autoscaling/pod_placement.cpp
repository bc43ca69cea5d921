#include "models/controllers/autoscaling/pod_placement.hpp"

#include <algorithm>

namespace akstwin {
namespace {

bool accepts(std::span<const std::uint8_t> acceptable, NodeIndex node) {
  return acceptable.empty() || (node < acceptable.size() && acceptable[node] != 0);
}

NodeIndex hinted_node(SimulatedCluster& cluster, const AutoscaledPod& pod, std::span<const std::uint8_t> acceptable, SchedulingHints& hints) {
  const std::uint64_t hint = hints.get(pod.uid);
  if (hint == 0) return kNoNode;
  const NodeIndex node = cluster.find(hint);
  if (node == kNoNode || !cluster.simulation.fits_on(*pod.spec, node)) return kNoNode;
  hints.set(pod.uid, hint);                        // kept even when the node is not acceptable now
  return accepts(acceptable, node) ? node : kNoNode;
}

}  // namespace

void SimulatedCluster::name_node(NodeIndex node, std::uint64_t id) {
  if (node_id.size() <= node) {
    node_id.resize(node + 1, 0);
    added.resize(node + 1);
  }
  node_id[node] = id;
  added[node].clear();
}

NodeIndex SimulatedCluster::find(std::uint64_t id) const {
  for (const NodeIndex node : simulation.list())
    if (node < node_id.size() && node_id[node] == id) return node;
  return kNoNode;
}

void SimulatedCluster::add(NodeIndex node, const AutoscaledPod& pod) {
  simulation.add_pod(node, placed(pod));
  added[node].push_back(&pod);
}

NodeIndex place_pod(SimulatedCluster& cluster, const AutoscaledPod& pod, std::span<const std::uint8_t> acceptable, SchedulingHints& hints,
                    UnschedulableShapes& failed) {
  NodeIndex node = hinted_node(cluster, pod, acceptable, hints);
  if (node == kNoNode) {
    if (failed.contains(pod)) return kNoNode;
    node = cluster.simulation.fits_any(*pod.spec, acceptable);
    if (node == kNoNode) {
      failed.add(pod);
      return kNoNode;
    }
    hints.set(pod.uid, cluster.node_id[node]);
  }
  cluster.add(node, pod);
  return node;
}

}  // namespace akstwin
