#include "sim/max_min.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

/// A link with flows on it, during the filling.
struct Busy {
  std::uint32_t link;
  double left;                           ///< capacity that is not yet given away
  double weight = 0;                     ///< of the flows that are not yet settled
  std::uint32_t waiting = 0;             ///< how many flows these are
  std::vector<std::uint32_t> flows;
};

/// The busy links in order of link number, with the flows on each in order of flow.
std::vector<Busy> busy_links(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight) {
  std::vector<std::uint32_t> numbers;
  for (std::size_t i = 0; i < route.size(); ++i)
    if (weight[i] > 0) numbers.insert(numbers.end(), route[i].used().begin(), route[i].used().end());
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::vector<Busy> busy;
  busy.reserve(numbers.size());
  for (const std::uint32_t link : numbers) busy.push_back({.link = link, .left = capacity[link], .flows = {}});
  return busy;
}

Busy& find(std::vector<Busy>& busy, std::uint32_t link) {
  return *std::lower_bound(busy.begin(), busy.end(), link, [](const Busy& b, std::uint32_t wanted) { return b.link < wanted; });
}

}  // namespace

void max_min_rates(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight,
                   std::span<double> rate) {
  AKSTWIN_CHECK(route.size() == weight.size() && route.size() == rate.size(), "one route, weight and rate a flow");
  std::vector<Busy> busy = busy_links(capacity, route, weight);
  std::size_t unsettled = 0;
  for (std::uint32_t i = 0; i < route.size(); ++i) {
    rate[i] = 0;
    if (weight[i] <= 0) continue;
    AKSTWIN_CHECK(route[i].count > 0, "a flow crosses a link");
    ++unsettled;
    for (const std::uint32_t link : route[i].used()) {
      Busy& b = find(busy, link);
      b.weight += weight[i];
      ++b.waiting;
      b.flows.push_back(i);
    }
  }
  double level = 0;   // rate for each unit of weight; rises from round to round
  while (unsettled > 0) {
    const Busy* tightest = nullptr;
    double lowest = std::numeric_limits<double>::infinity();
    for (const Busy& b : busy) {
      if (b.waiting == 0 || b.left / b.weight >= lowest) continue;
      lowest = b.left / b.weight;
      tightest = &b;
    }
    AKSTWIN_CHECK(tightest != nullptr, "every unsettled flow waits on a link");
    level = std::max(level, lowest);   // rounding must not starve the last flows of a link
    for (const std::uint32_t flow : tightest->flows) {
      if (rate[flow] > 0) continue;
      rate[flow] = level * weight[flow];
      --unsettled;
      for (const std::uint32_t link : route[flow].used()) {
        Busy& b = find(busy, link);
        b.left = std::max(0.0, b.left - rate[flow]);
        b.weight -= weight[flow];
        --b.waiting;
      }
    }
  }
}

}  // namespace akstwin
