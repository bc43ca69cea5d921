#include "models/api/node_input.hpp"

#include <algorithm>

namespace akstwin {

NodeInput node_input(const Node& node) {
  NodeInput input;
  input.name = node.name;
  input.labels = node.labels;
  input.taints = node.taints;
  // Until the node lifecycle controller has tainted it: the order in which informers hear of a node is not defined.
  const auto of_health = [](const Taint& taint) {
    return taint.effect == TaintEffect::NoSchedule && (taint.key.text() == "node.kubernetes.io/not-ready" || taint.key.text() == "node.kubernetes.io/unreachable");
  };
  if (!node.ready && std::ranges::none_of(node.taints, of_health))
    input.taints.push_back({Name("node.kubernetes.io/not-ready"), {}, TaintEffect::NoSchedule});
  input.unschedulable = node.unschedulable;
  input.allocatable = node.allocatable;
  input.pod_capacity = node.pod_capacity;
  input.disk_limit = node.disk_limit;
  return input;
}

}  // namespace akstwin
