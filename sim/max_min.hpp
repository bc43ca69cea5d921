/// Weighted max-min fair sharing: who gets how much of the pipes. Exact water filling, linear in rounds × incidences.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace akstwin {

/// The links that a flow crosses: at most access, backbone, access.
struct FlowRoute {
  std::array<std::uint32_t, 3> links{};
  std::uint32_t count = 0;
  std::span<const std::uint32_t> used() const { return {links.data(), count}; }
};

/// Writes to rate[i] what flow i gets: no link carries more than its capacity, and no flow can gain without a flow with a
/// smaller or equal rate ÷ weight losing. Weights and capacities are positive; a weight of 0 means "not yet": rate 0.
/// Flows are filled in rounds: the link with the least capacity left for each unit of weight settles its flows.
void max_min_rates(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight,
                   std::span<double> rate);

}  // namespace akstwin
