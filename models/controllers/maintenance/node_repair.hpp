/// AKS node auto-repair: a node that is not Ready for ten minutes is rebooted, then reimaged, then moved to another host.
/// Source: node-auto-repair.md (2025-01; facts A6).
#pragma once
#include <map>

#include "models/api/controller.hpp"

namespace akstwin {

class NodeRepair {
 public:
  NodeRepair(const NodeRepairSpec& spec, std::uint32_t cluster) : spec_(spec), cluster_(cluster) {}
  /// Looks at all nodes; returns when to look again.
  SimTime step(ControllerContext& context);

 private:
  struct Patient {
    SimTime since;                    ///< not Ready since
    SimTime due;                      ///< of the next step
    std::int64_t steps = 0;           ///< taken so far; three make a round
    Name node, pool;
    bool given_up = false;
  };
  bool eligible(const Node& node) const;
  void treat(ControllerContext& context, Patient& patient, NodeId id);

  const NodeRepairSpec& spec_;
  std::uint32_t cluster_ = 0;
  std::map<Name, Patient> patients_;   // by the node's name, which it keeps through a reimage
};

}  // namespace akstwin
