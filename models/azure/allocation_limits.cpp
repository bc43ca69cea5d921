#include "models/azure/allocation_limits.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// Names of Azure's allocation errors: facts G ([recall]).
Name code_of(const AllocationWindowSpec& window) {
  if (!window.code.empty()) return window.code;
  return Name(window.zone == 0 ? "AllocationFailed" : "ZonalAllocationFailed");
}

}  // namespace

AllocationLimits::AllocationLimits(const Scenario& scenario, const PlatformTopology& platform, const RngRoot& root)
    : draws_(root, "azure/allocation") {
  const auto& regions = platform.topology.regions;
  for (const AllocationWindowSpec& window : scenario.allocation) {
    const auto region = std::ranges::find(regions, window.location);
    if (region != regions.end()) open_window(window, static_cast<std::uint32_t>(region - regions.begin()));
  }
}

void AllocationLimits::open_window(const AllocationWindowSpec& window, std::uint32_t region) {
  windows_.push_back({window, region, window.duration > Duration{0} ? window.at + window.duration : kNever, window.machines.value_or(-1)});
}

bool AllocationLimits::concerns(const Window& window, const MachineRequest& request, SimTime now) {
  const AllocationWindowSpec& spec = window.spec;
  if (window.region != request.region || now < spec.at || now >= window.until) return false;
  if (spec.zone != 0 && spec.zone != request.zone) return false;
  if (!spec.vm_size.empty() && spec.vm_size != request.spec->vm_size) return false;
  return request.spec->spot ? spec.spot : spec.regular;
}

Name AllocationLimits::refuses(const MachineRequest& request, SimTime now) const {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const Window& window = windows_[i];
    if (!concerns(window, request, now)) continue;
    if (window.left >= 0) {
      if (window.left == 0) return code_of(window.spec);
      continue;
    }
    // A draw a machine and minute: who asks again later may have more luck.
    const auto minute = static_cast<std::uint64_t>(now.since_start().us / 60'000'000);
    const double u = draws_.uniform(request.number * 1'000'003 + minute, static_cast<std::uint32_t>(i) * 8 + static_cast<std::uint32_t>(request.zone));
    if (u * 1'000'000 < static_cast<double>(window.spec.refused.value)) return code_of(window.spec);
  }
  return {};
}

void AllocationLimits::given(const MachineRequest& request, SimTime now) {
  for (Window& window : windows_)
    if (window.left > 0 && concerns(window, request, now)) --window.left;
}

}  // namespace akstwin
