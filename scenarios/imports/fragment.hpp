/// Parts of a scenario found in documents of other tools.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "scenarios/imports/nodes.hpp"

namespace akstwin {

/// What is left out of a document, counted, with the place of the first one.
struct LeftOut {
  Position first;
  int count = 0;
};
using LeftOutMap = std::map<std::string, LeftOut, std::less<>>;

/// List items for the keys of `spec:`, in the scenario's words, each value at the place it came from.
struct Fragment {
  std::vector<YamlNode> networks, clusters, pools, steps;
  LeftOutMap ignored;                       ///< fields by "managedCluster.linuxProfile"
  LeftOutMap notes;                         ///< sentences for the user: what was assumed or could not be resolved
  std::map<std::string, int> counts;        ///< what was found, by kind: "cluster" 1, "node pool" 3
};

/// Remembers a field or sentence.
void leave_out(LeftOutMap& list, const std::string& what, const YamlNode& at);

}  // namespace akstwin
