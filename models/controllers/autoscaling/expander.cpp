#include "models/controllers/autoscaling/expander.hpp"

#include <algorithm>

namespace akstwin {
namespace {

/// Keeps the options with the smallest score, in order; ties are exact.
template <class Score>
std::vector<std::uint32_t> smallest(const std::vector<std::uint32_t>& from, const Score& score) {
  std::vector<std::uint32_t> kept;
  decltype(score(0)) least{};
  for (const std::uint32_t index : from) {
    const auto value = score(index);
    if (kept.empty() || value < least) {
      least = value;
      kept = {index};
    } else if (value == least) {
      kept.push_back(index);
    }
  }
  return kept;
}

/// Share of the added capacity that stays unused, CPU plus memory. Requests are those of ordinary containers.
double waste_of(const ExpansionOption& option, std::span<const AutoscaledPod> pods, const Resources& capacity) {
  std::int64_t cpu = 0, memory = 0;
  for (const std::uint32_t pod : option.pods) {
    for (const ContainerSpec& container : pods[pod].spec->containers) {
      cpu += container.requests.cpu.value;
      memory += container.requests.memory.value;
    }
  }
  const std::int64_t have_cpu = capacity.cpu.value * option.nodes, have_memory = capacity.memory.value * option.nodes;
  return static_cast<double>(have_cpu - cpu) / static_cast<double>(have_cpu) +
         static_cast<double>(have_memory - memory) / static_cast<double>(have_memory);
}

}  // namespace

ExpanderChain::ExpanderChain(const ClusterAutoscalerOptions& options) : filters_(options.expanders) {
  for (const auto& [value, patterns] : options.priorities) {
    Priority priority{value, {}};
    for (const std::string& pattern : patterns) priority.groups.emplace_back(pattern);
    priorities_.push_back(std::move(priority));
  }
}

std::vector<std::uint32_t> ExpanderChain::best(std::span<const ExpansionOption> options, std::span<const AutoscaledPod> pods,
                                               std::span<const AutoscaledGroup> groups) const {
  std::vector<std::uint32_t> left;
  for (std::uint32_t i = 0; i < options.size(); ++i) left.push_back(i);
  for (const Expander filter : filters_) {
    switch (filter) {
      case Expander::Random: return left;          // a draw ends every chain
      case Expander::MostPods:
        left = smallest(left, [&](std::uint32_t i) { return -static_cast<std::int64_t>(options[i].pods.size()); });
        break;
      case Expander::LeastNodes: left = smallest(left, [&](std::uint32_t i) { return options[i].nodes; }); break;
      case Expander::LeastWaste:
        left = smallest(left, [&](std::uint32_t i) { return waste_of(options[i], pods, groups[options[i].group].capacity); });
        break;
      case Expander::Priority: left = by_priority(options, std::move(left), groups); break;
    }
    if (left.size() == 1) break;
  }
  return left;
}

std::vector<std::uint32_t> ExpanderChain::by_priority(std::span<const ExpansionOption> options, std::vector<std::uint32_t> from,
                                                      std::span<const AutoscaledGroup> groups) const {
  if (priorities_.empty()) return from;            // no ConfigMap: nothing is filtered
  std::vector<std::uint32_t> kept;
  int highest = -1;
  for (const std::uint32_t index : from) {
    const std::string id = groups[options[index].group].id.str();
    for (const Priority& priority : priorities_) {
      const bool listed = std::ranges::any_of(priority.groups, [&](const std::regex& pattern) { return std::regex_search(id, pattern); });
      if (!listed || priority.value < highest) continue;
      if (priority.value > highest) kept.clear();
      highest = priority.value;
      kept.push_back(index);
    }
  }
  return kept.empty() ? from : kept;
}

}  // namespace akstwin
