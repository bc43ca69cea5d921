#include "sim/max_min.hpp"

#include <algorithm>
#include <limits>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

}  // namespace

/// Finds the busy links and the flows on each; how many flows are to be settled.
std::size_t MaxMinSharing::collect(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight, std::span<double> rate) {
  slot_.resize(capacity.size(), kNone);
  busy_.clear();
  std::size_t unsettled = 0;
  for (std::size_t i = 0; i < route.size(); ++i) {
    rate[i] = 0;
    if (weight[i] <= 0) continue;
    AKSTWIN_CHECK(route[i].count > 0, "a flow crosses a link");
    ++unsettled;
    for (const std::uint32_t link : route[i].used()) {
      if (slot_[link] == kNone) {
        slot_[link] = static_cast<std::uint32_t>(busy_.size());
        busy_.push_back({.link = link, .left = capacity[link]});
      }
      Busy& b = busy_[slot_[link]];
      b.weight += weight[i];
      ++b.waiting;
    }
  }
  std::uint32_t place = 0;
  for (Busy& b : busy_) {
    b.first = b.end = place;
    place += b.waiting;
  }
  flows_.resize(place);
  for (std::uint32_t i = 0; i < route.size(); ++i) {
    if (weight[i] <= 0) continue;
    for (const std::uint32_t link : route[i].used()) flows_[busy_[slot_[link]].end++] = i;
  }
  return unsettled;
}

/// Tells the heap how a link stands.
void MaxMinSharing::offer(std::uint32_t slot) {
  Busy& b = busy_[slot];
  heap_.push_back({b.left / b.weight, b.link, slot, ++b.version});
}

/// The link with the least left for each unit of weight; of several, the first by number.
const MaxMinSharing::Busy& MaxMinSharing::tightest(double& level) {
  for (;;) {
    AKSTWIN_CHECK(!heap_.empty(), "every unsettled flow waits on a link");
    std::pop_heap(heap_.begin(), heap_.end());
    const Candidate best = heap_.back();
    heap_.pop_back();
    const Busy& b = busy_[best.slot];
    if (b.version != best.version || b.waiting == 0) continue;
    level = std::max(level, best.level);   // rounding must not starve the last flows of a link
    return b;
  }
}

void MaxMinSharing::share(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight, std::span<double> rate) {
  AKSTWIN_CHECK(route.size() == weight.size() && route.size() == rate.size(), "one route, weight and rate a flow");
  std::size_t unsettled = collect(capacity, route, weight, rate);
  heap_.clear();
  for (std::uint32_t slot = 0; slot < busy_.size(); ++slot) offer(slot);
  std::make_heap(heap_.begin(), heap_.end());
  double level = 0;   // rate for each unit of weight; rises from round to round
  while (unsettled > 0) {
    const Busy& full = tightest(level);
    touched_.clear();
    for (std::uint32_t i = full.first; i < full.end; ++i) {
      const std::uint32_t flow = flows_[i];
      if (rate[flow] > 0) continue;
      rate[flow] = level * weight[flow];
      --unsettled;
      for (const std::uint32_t link : route[flow].used()) {
        Busy& b = busy_[slot_[link]];
        b.left = std::max(0.0, b.left - rate[flow]);
        b.weight -= weight[flow];
        --b.waiting;
        if (!b.touched) touched_.push_back(slot_[link]);
        b.touched = true;
      }
    }
    for (const std::uint32_t slot : touched_) {
      busy_[slot].touched = false;
      if (busy_[slot].waiting == 0) continue;
      offer(slot);
      std::push_heap(heap_.begin(), heap_.end());
    }
  }
  for (const Busy& b : busy_) slot_[b.link] = kNone;
}

void max_min_rates(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight,
                   std::span<double> rate) {
  MaxMinSharing().share(capacity, route, weight, rate);
}

}  // namespace akstwin
