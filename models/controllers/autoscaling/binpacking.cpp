#include "models/controllers/autoscaling/binpacking.hpp"

#include <algorithm>

namespace akstwin {
namespace {

/// Requests of the ordinary containers relative to an empty node, CPU plus memory.
double size_of(const PodSpec& pod, const Resources& allocatable) {
  std::int64_t cpu = 0, memory = 0;
  for (const ContainerSpec& container : pod.containers) {
    cpu += container.requests.cpu.value;
    memory += container.requests.memory.value;
  }
  double size = 0;
  if (allocatable.cpu.value > 0) size += static_cast<double>(cpu) / static_cast<double>(allocatable.cpu.value);
  if (allocatable.memory.value > 0) size += static_cast<double>(memory) / static_cast<double>(allocatable.memory.value);
  return size;
}

/// One run of the estimator.
class Packing {
 public:
  Packing(ClusterSimulation& simulation, const NodeTemplates& templates, const BinpackingRequest& request)
      : simulation_(simulation), templates_(templates), request_(request) {}

  BinpackingResult run() {
    const std::size_t mark = simulation_.mark();
    for (const EquivalentPods* const pods : in_order()) {
      const std::size_t placed = place_on_added(*pods);
      place_on_new(std::span(*pods).subspan(placed));
    }
    simulation_.revert(mark);
    return std::move(result_);
  }

 private:
  std::vector<const EquivalentPods*> in_order() const {
    const Resources& allocatable = templates_.of(request_.group).node.allocatable;
    std::vector<std::pair<double, const EquivalentPods*>> sized;
    for (const EquivalentPods* const pods : request_.groups)
      sized.emplace_back(size_of(*request_.pods[pods->front()].spec, allocatable), pods);
    std::ranges::stable_sort(sized, [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<const EquivalentPods*> ordered;
    for (const auto& entry : sized) ordered.push_back(entry.second);
    return ordered;
  }

  /// Places pods on nodes added so far until the first that fits none of them; returns how many were placed.
  std::size_t place_on_added(const EquivalentPods& pods) {
    for (std::size_t i = 0; i < pods.size(); ++i) {
      if (added_ == 0) return i;
      const NodeIndex node = simulation_.fits_any(*spec(pods[i]), is_new_);
      if (node == kNoNode) return i;
      place(pods[i], node);
    }
    return pods.size();
  }

  void place_on_new(std::span<const std::uint32_t> pods) {
    for (const std::uint32_t pod : pods) {
      if (last_ != kNoNode && simulation_.fits_on(*spec(pod), last_)) {
        place(pod, last_);
        continue;
      }
      // A pod that an empty node refused fits no further one either.
      if (last_ != kNoNode && used_[last_] == 0) return;
      if (request_.node_limit < 0 || (request_.node_limit > 0 && added_ >= request_.node_limit)) return;
      add_node();
      if (!simulation_.fits_on(*spec(pod), last_)) return;
      place(pod, last_);
    }
  }

  void add_node() {
    last_ = simulation_.add_node(templates_.imagined(request_.group, added_), templates_.of(request_.group).pods);
    ++added_;
    if (is_new_.size() <= last_) {
      is_new_.resize(last_ + 1, 0);
      used_.resize(last_ + 1, 0);
    }
    is_new_[last_] = 1;
  }

  void place(std::uint32_t pod, NodeIndex node) {
    simulation_.add_pod(node, placed(request_.pods[pod]));
    if (used_[node] == 0) ++result_.nodes;
    used_[node] = 1;
    result_.pods.push_back(pod);
  }

  const PodSpec* spec(std::uint32_t pod) const { return request_.pods[pod].spec; }

  ClusterSimulation& simulation_;
  const NodeTemplates& templates_;
  const BinpackingRequest& request_;
  BinpackingResult result_;
  std::vector<std::uint8_t> is_new_, used_;        // by node index
  NodeIndex last_ = kNoNode;
  std::int64_t added_ = 0;
};

}  // namespace

BinpackingResult estimate(ClusterSimulation& simulation, const NodeTemplates& templates, const BinpackingRequest& request) {
  return Packing(simulation, templates, request).run();
}

std::int64_t smaller_limit(std::int64_t a, std::int64_t b) {
  if (a < 0 || b < 0) return -1;
  return (a == 0 || a > b) && b > 0 ? b : a;
}

}  // namespace akstwin
