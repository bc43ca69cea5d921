#include "sim/fluid_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr double kRoundingSlack = 0.01;   // microseconds

/// Bytes left that are as good as none: what moves in a thousandth of a microsecond.
constexpr double kNothingLeft = 1e-3;

double per_us(BytesPerSecond rate) { return static_cast<double>(rate.value) / 1e6; }

}  // namespace

FlowRoute route_between(const Topology& topology, SiteId from, SiteId to) {
  FlowRoute route;
  route.links[route.count++] = from.index;
  if (from == to) return route;
  const std::uint32_t a = topology.sites[from.index].region, b = topology.sites[to.index].region;
  if (a != b) {
    const auto joins = [&](const Backbone& pipe) { return (pipe.from == a && pipe.to == b) || (pipe.from == b && pipe.to == a); };
    const auto found = std::find_if(topology.backbones.begin(), topology.backbones.end(), joins);
    AKSTWIN_CHECK(found != topology.backbones.end(), "two regions exchange flows only over a backbone");
    route.links[route.count++] = static_cast<std::uint32_t>(topology.sites.size() + static_cast<std::size_t>(found - topology.backbones.begin()));
  }
  route.links[route.count++] = to.index;
  return route;
}

Duration route_latency(const Topology& topology, const FlowRoute& route) {
  Duration sum;
  for (const std::uint32_t link : route.used()) {
    const std::size_t sites = topology.sites.size();
    sum += link < sites ? topology.sites[link].access_latency : topology.backbones[link - sites].latency;
  }
  return std::max(sum, Duration{1});
}

SimTime first_instant_after(SimTime base, double us) {
  return base + Duration{static_cast<std::int64_t>(std::ceil(us - kRoundingSlack))};
}

FluidNetwork::FluidNetwork(const Topology& topology) : topology_(topology) {
  for (const Site& site : topology.sites) capacity_.push_back(per_us(site.access_rate));
  for (const Backbone& pipe : topology.backbones) capacity_.push_back(per_us(pipe.rate));
}

void FluidNetwork::start(std::uint32_t flow, const FlowRoute& route, Bytes size, SimTime now) {
  AKSTWIN_CHECK(flow_.empty() || flow_.back() < flow, "flows are numbered in order of their start");
  move_to(now);
  flow_.push_back(flow);
  route_.push_back(route);
  weight_.push_back(0);
  joins_.push_back(now + route_latency(topology_, route));
  left_.push_back(static_cast<double>(size.value));
  rate_.push_back(0);
  rates_known_ = false;
}

void FluidNetwork::abandon(std::uint32_t flow, SimTime now) {
  move_to(now);
  const auto found = std::lower_bound(flow_.begin(), flow_.end(), flow);
  AKSTWIN_CHECK(found != flow_.end() && *found == flow, "only a flow under way is abandoned");
  erase(static_cast<std::size_t>(found - flow_.begin()));
}

void FluidNetwork::set_access_rate(SiteId site, BytesPerSecond rate, SimTime now) {
  move_to(now);
  capacity_[site.index] = per_us(rate);
  rates_known_ = false;
}

void FluidNetwork::erase(std::size_t i) {
  const auto remove = [i](auto& column) { column.erase(column.begin() + static_cast<std::ptrdiff_t>(i)); };
  remove(flow_);
  remove(route_);
  remove(weight_);
  remove(joins_);
  remove(left_);
  remove(rate_);
  rates_known_ = false;
}

void FluidNetwork::move_bytes(double span_us) {
  if (span_us <= 0) return;
  share();
  for (std::size_t i = 0; i < flow_.size(); ++i) left_[i] -= rate_[i] * span_us;
  offset_us_ += span_us;
}

void FluidNetwork::move_to(SimTime to) {
  const double distance = static_cast<double>((to - base_).us);
  move_bytes(distance - offset_us_);
  change_us_ -= distance;
  offset_us_ = std::max(0.0, offset_us_ - distance);   // a change may lie a hundredth past `to`
  base_ = to;
}

void FluidNetwork::share() {
  if (rates_known_) return;
  rates_known_ = true;
  const auto until = [this](SimTime t) { return static_cast<double>((t - base_).us); };
  // A flow joins when its latency has passed, with a weight of 1/RTT as SimGrid's CM02 has it.
  for (std::size_t i = 0; i < flow_.size(); ++i)
    if (weight_[i] <= 0 && until(joins_[i]) <= offset_us_) weight_[i] = 1 / static_cast<double>(route_latency(topology_, route_[i]).us);
  sharing_.share(capacity_, route_, weight_, rate_);
  change_us_ = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < flow_.size(); ++i)
    change_us_ = std::min(change_us_, weight_[i] > 0 ? offset_us_ + std::max(left_[i], 0.0) / rate_[i] : until(joins_[i]));
}

SimTime FluidNetwork::next_change() {
  if (flow_.empty()) return kNever;
  share();
  return change_us_ < static_cast<double>(kNever.us) ? first_instant_after(base_, change_us_) : kNever;
}

void FluidNetwork::advance(SimTime to, std::vector<FlowCompletion>& completions) {
  while (next_change() <= to && !flow_.empty()) {
    const double change = change_us_;
    move_bytes(change - offset_us_);
    rates_known_ = false;   // someone joins or leaves
    for (std::size_t i = flow_.size(); i-- > 0;) {
      if (weight_[i] <= 0 || left_[i] > kNothingLeft * rate_[i]) continue;
      completions.push_back({first_instant_after(base_, change), flow_[i]});
      erase(i);
    }
  }
  move_to(to);
}

}  // namespace akstwin
