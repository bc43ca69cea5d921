#include "models/api/node_input.hpp"

namespace akstwin {

NodeInput node_input(const Node& node) {
  NodeInput input;
  input.name = node.name;
  input.labels = node.labels;
  input.taints = node.taints;
  if (!node.ready) input.taints.push_back({Name("node.kubernetes.io/not-ready"), {}, TaintEffect::NoSchedule});
  input.unschedulable = node.unschedulable;
  input.allocatable = node.allocatable;
  input.pod_capacity = node.pod_capacity;
  return input;
}

}  // namespace akstwin
