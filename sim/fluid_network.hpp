/// Flows as fluid: bytes move at max-min rates that change only when a flow joins, ends or a link changes.
/// The network of CalendarKernel, and the oracle of SimGrid's.
#pragma once
#include <cstdint>
#include <vector>

#include "sim/flow_completion.hpp"
#include "sim/max_min.hpp"
#include "sim/sites.hpp"

namespace akstwin {

/// The links of a topology: first the access link of each site, then the backbones, numbered as in the topology.
/// The route from a site to itself is its access link once.
FlowRoute route_between(const Topology& topology, SiteId from, SiteId to);
/// The one-way latency of a route. At least one microsecond, because it is also the divisor of the flow's weight.
Duration route_latency(const Topology& topology, const FlowRoute& route);

/// The first whole microsecond at which something that happens `us` after `base` has happened. A hundredth of a microsecond is left
/// to the rounding of sums, so that a flow of exactly 1.5 s does not take 1.500001 s.
SimTime first_instant_after(SimTime base, double us);

class FluidNetwork {
 public:
  explicit FluidNetwork(const Topology& topology);
  /// Starts flow number `flow` at `now`; it shares bandwidth once its latency has passed. Numbers ascend.
  void start(std::uint32_t flow, const FlowRoute& route, Bytes size, SimTime now);
  void abandon(std::uint32_t flow, SimTime now);
  void set_access_rate(SiteId site, BytesPerSecond rate, SimTime now);

  /// When the next flow joins or completes, or kNever. Costs one sharing after a change, nothing otherwise.
  SimTime next_change();
  /// Moves bytes up to `to` and appends the flows that complete on the way.
  void advance(SimTime to, std::vector<FlowCompletion>& completions);
  std::size_t active() const { return flow_.size(); }

 private:
  void move_to(SimTime to);
  void move_bytes(double span_us);
  void share();
  void erase(std::size_t i);

  const Topology& topology_;
  std::vector<double> capacity_;         ///< bytes a microsecond, by link
  SimTime base_;                         ///< `left_` refers to base_ + offset_us_: small numbers, exact for years
  double offset_us_ = 0;
  double change_us_ = 0;                 ///< the next change, from base_; valid when rates_known_
  bool rates_known_ = false;
  // One row a flow, in ascending order of flow number.
  std::vector<std::uint32_t> flow_;
  std::vector<FlowRoute> route_;
  std::vector<double> weight_;           ///< 0 while the latency passes
  std::vector<SimTime> joins_;
  std::vector<double> left_;             ///< bytes to go
  std::vector<double> rate_;
  MaxMinSharing sharing_;
};

}  // namespace akstwin
