/// Node auto-drain: nodes for which Azure has announced certain scheduled events are cordoned and drained until the event comes.
/// Source: node-auto-drain.md (facts A6): Preempt and Redeploy; other kinds as the scenario says.
#pragma once
#include <vector>

#include "models/controllers/maintenance/node_drain.hpp"
#include "models/spec/maintenance_spec.hpp"

namespace akstwin {

class EventDrain {
 public:
  EventDrain(const VmEventsSpec& spec, std::uint32_t cluster) : spec_(spec), cluster_(cluster) {}
  /// Drains what has been announced, and opens nodes again whose event is over; returns when to look again.
  SimTime step(ControllerContext& context);

 private:
  struct Case {
    InstanceId machine;
    NodeId node;
    NodeDrain drain;
    bool under_way = true;
  };
  bool drains(std::uint8_t kind) const;

  const VmEventsSpec& spec_;
  std::uint32_t cluster_ = 0;
  std::vector<Case> cases_;
};

}  // namespace akstwin
