/// What happens to machines by itself: Azure's scheduled events, and faults. Random streams by machine and hour, with rates of the scenario.
#pragma once
#include <cstdint>
#include <vector>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

/// Announces an event to its machine, and brings it when the notice is over (Azure scheduled events, facts A6).
class ScheduledEvents {
 public:
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    RngRoot root;
    const Scenario& scenario;
    CloudState& cloud;
    ScaleSets& scale_sets;
    std::vector<NodeRegistrar*> registrars;
  };
  explicit ScheduledEvents(Parts parts);
  ScheduledEvents(const ScheduledEvents&) = delete;

  /// Whether anything can happen in the scenario.
  static bool needed(const Scenario& scenario);
  /// Begins to draw, hour by hour, in the clusters that state rates.
  void start();
  /// A fault of a machine, healed as the scenario's shares say: `draw` in (0, 1).
  void break_machine(InstanceId machine, double draw);
  /// A number in (0, 1) that belongs to a machine and the number of its fault.
  double fault_draw(InstanceId machine, std::uint32_t number) const;

 private:
  struct Planned {
    InstanceId machine;
    VmEventKind kind = VmEventKind::Freeze;
  };
  void on_hour(Subject subject);
  void on_announced(Subject subject);
  void on_due(Subject subject);
  void on_fault(Subject subject);
  void draw_events(InstanceId machine, const VmEventsSpec& spec);
  void draw_fault(InstanceId machine, const NodeFaultsSpec& spec);
  std::uint64_t number_of(InstanceId machine) const;
  std::uint32_t plan(InstanceId machine, VmEventKind kind);

  Parts parts_;
  RngStream event_draws_, fault_draws_, heal_draws_;
  HandlerId hour_, announced_, due_, fault_;
  std::vector<Planned> planned_;      // by the row of its events
};

}  // namespace akstwin
