/// KEDA's operator over a cluster: polls every ScaledObject and switches its target between zero and one.
#pragma once
#include <optional>
#include <vector>

#include "models/api/controller.hpp"
#include "models/controllers/autoscaling/event_driven.hpp"

namespace akstwin {

/// Each ScaledObject is polled at its own interval from the moment it was applied.
class EventDrivenController final : public Controller {
 public:
  std::string_view name() const override { return "keda-operator"; }
  ChangeMask interests() const override { return mask(ChangeKind::WorkloadUpdated); }   // a ScaledObject may have been applied
  SimTime reconcile(ControllerContext& context) override;

 private:
  struct Entry {
    ScaledObjectCore core;
    bool applied = false;
    SimTime created, next_poll;
  };
  void poll_jobs(ControllerContext& context, ScaledObjectId id);
  void poll(ControllerContext& context, ScaledObjectId id, Entry& entry);
  std::vector<Entry> entries_;                 // by ScaledObject row
  std::vector<std::optional<std::int64_t>> values_;
};

}  // namespace akstwin
