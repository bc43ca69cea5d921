/// The node lifecycle and taint eviction controllers: pods leave nodes that stay away.
#pragma once
#include "models/api/controller.hpp"

namespace akstwin {

/// Deletes the pods of nodes that have been NotReady for the grace period plus the default toleration.
/// Source: kubernetes v1.32 pkg/controller/nodelifecycle (grace 50 s) and the DefaultTolerationSeconds admission (300 s); facts section E.
class NodeLifecycle final : public Controller {
 public:
  std::string_view name() const override { return "node-lifecycle"; }
  ChangeMask interests() const override { return mask(ChangeKind::NodeUpdated); }
  SimTime reconcile(ControllerContext& context) override;
};

}  // namespace akstwin
