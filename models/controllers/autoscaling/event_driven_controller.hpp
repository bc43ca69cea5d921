/// KEDA's operator over a cluster: polls every ScaledObject and switches its target between zero and one.
#pragma once
#include <optional>
#include <vector>

#include "models/api/controller.hpp"
#include "models/controllers/autoscaling/event_driven.hpp"

namespace akstwin {

/// Runs on the finest polling grid; polls whose inputs stand still are left out (ScaledObjectDecision::next_interesting).
class EventDrivenController final : public Controller {
 public:
  std::string_view name() const override { return "keda-operator"; }
  ChangeMask interests() const override { return mask(ChangeKind::ScaledObjectUpdated) | mask(ChangeKind::WorkloadUpdated); }
  SimTime reconcile(ControllerContext& context) override;

 private:
  struct Entry {
    ScaledObjectCore core;
    SimTime created = kNever;                  // when it was applied
    SimTime next_poll;
    SimTime interesting;
    std::vector<std::int64_t> last_values;
    std::int64_t last_replicas = -1;
  };
  void poll(ControllerContext& context, ScaledObjectId id, Entry& entry);
  std::vector<Entry> entries_;                 // by ScaledObject row
};

}  // namespace akstwin
