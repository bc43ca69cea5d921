/// Nodes of a `kubectl get -o json` dump as a cluster with node pools: its starting state.
#pragma once
#include "scenarios/imports/fragment.hpp"

namespace akstwin {

/// Whether the document is a Node, or a list that has one.
bool holds_nodes(const YamlNode& document);

/// Adds the cluster that the nodes of the documents belong to: pools by the label agentpool with their number of nodes, sizes, zones,
/// taints and labels. What the autoscaler may do is not in a dump.
void read_kube_nodes(const std::vector<const YamlNode*>& documents, Fragment& out);

}  // namespace akstwin
