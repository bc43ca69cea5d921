/// What the HPA tells about one of its syncs when somebody asks.
#pragma once
#include "models/api/decisions.hpp"
#include "models/controllers/autoscaling/horizontal_pod_autoscaler.hpp"

namespace akstwin {

/// One sync: the object, what it looked at, and what came of it.
struct HpaView {
  Name subject;                      ///< "cluster/namespace/name"
  const HorizontalPodAutoscalerSpec& spec;
  const HpaInputs& inputs;
  const HpaResult& result;
  SimTime now;
};

void tell(Decisions& decisions, const HpaView& view);

}  // namespace akstwin
