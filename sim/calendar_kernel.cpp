#include "sim/calendar_kernel.hpp"

#include "sim/event_kernel.hpp"
#include "sim/fluid_network.hpp"

namespace akstwin {
namespace {

class CalendarKernel final : public EventKernel {
 public:
  explicit CalendarKernel(Topology topology) : EventKernel(std::move(topology)), network_(EventKernel::topology()) {}

 private:
  void start_flow(std::uint32_t flow, const Transfer& transfer) override {
    network_.start(flow, route_between(topology(), transfer.from, transfer.to), transfer.size, now());
  }
  void abandon_flow(std::uint32_t flow) override { network_.abandon(flow, now()); }
  void change_rate(SiteId site) override { network_.set_access_rate(site, topology().sites[site.index].access_rate, now()); }

  const std::vector<FlowCompletion>& advance_flows(SimTime limit) override {
    completions_.clear();
    // Change by change, so that time never runs past a completion whose event may start another flow.
    for (SimTime next = network_.next_change(); completions_.empty() && next <= limit; next = network_.next_change())
      network_.advance(next, completions_);
    return completions_;
  }

  FluidNetwork network_;
  std::vector<FlowCompletion> completions_;
};

}  // namespace

std::unique_ptr<Kernel> make_calendar_kernel(Topology topology) { return std::make_unique<CalendarKernel>(std::move(topology)); }

}  // namespace akstwin
