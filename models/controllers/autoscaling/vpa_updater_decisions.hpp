/// What the Vertical Pod Autoscaler's updater tells about the pods that somebody asks for: their requests between the bounds.
#pragma once
#include "models/api/controller.hpp"
#include "models/controllers/autoscaling/vpa_updater.hpp"

namespace akstwin {

/// One pod as the updater looked at it.
struct VpaPodView {
  const VerticalAutoscaler& autoscaler;
  PodId pod;
  const PodChange& change;
};

/// Records the decision when the pod is asked for; `outcome` is one word, `message` a sentence. Call before the pod changes.
void tell(ControllerContext& context, const VpaPodView& view, std::string_view outcome, std::string_view message);

}  // namespace akstwin
