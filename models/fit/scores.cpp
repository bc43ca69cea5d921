#include "models/fit/scores.hpp"

#include <algorithm>
#include <cmath>

// Source of all formulas: kubernetes v1.32 pkg/scheduler/framework/plugins, read 2026-11.
namespace akstwin {
namespace {

// Untolerated PreferNoSchedule taints of a taint list; only tolerations that could concern that effect count.
std::int64_t disliked_taints(const std::vector<Taint>& taints, const std::vector<Toleration>& tolerations) {
  return std::ranges::count_if(taints, [&](const Taint& taint) {
    return taint.effect == TaintEffect::PreferNoSchedule &&
           std::ranges::none_of(tolerations, [&](const Toleration& toleration) { return toleration.tolerates(taint); });
  });
}

// Scales to a maximum of 100 with integer division; reversed, the highest becomes the lowest (upstream's DefaultNormalizeScore).
void normalise(std::vector<std::int64_t>& scores, bool reverse) {
  const std::int64_t most = scores.empty() ? 0 : *std::ranges::max_element(scores);
  if (most == 0) {
    if (reverse) std::ranges::fill(scores, kMaxNodeScore);
    return;
  }
  for (std::int64_t& score : scores) {
    score = kMaxNodeScore * score / most;
    if (reverse) score = kMaxNodeScore - score;
  }
}

void taint_scores(const PreparedPod& pod, const Snapshot& snapshot, std::span<const NodeIndex> feasible, std::vector<std::int64_t>& out) {
  std::vector<std::int64_t> by_class;
  for (const std::vector<Taint>& taints : snapshot.taint_classes()) by_class.push_back(disliked_taints(taints, pod.spec->tolerations));
  for (std::size_t n = 0; n < feasible.size(); ++n) out[n] = by_class[snapshot.taint_class(feasible[n])];
  normalise(out, true);
}

std::int64_t least_requested(std::int64_t requested, std::int64_t capacity) {
  return requested > capacity ? 0 : (capacity - requested) * kMaxNodeScore / capacity;
}

// LeastAllocated: the mean free share of CPU and memory, resources the node does not have left out.
void least_allocated(const PreparedPod& pod, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                     std::vector<std::int64_t>& out) {
  const NodeColumns& columns = snapshot.columns();
  for (std::size_t n = 0; n < feasible.size(); ++n) {
    const NodeIndex node = feasible[n];
    std::int64_t sum = 0, resources = 0;
    if (columns.alloc_cpu[node] > 0) {
      sum += least_requested(columns.scored_cpu[node] + pod.scored.cpu.value, columns.alloc_cpu[node]);
      ++resources;
    }
    if (columns.alloc_memory[node] > 0) {
      sum += least_requested(columns.scored_memory[node] + pod.scored.memory.value, columns.alloc_memory[node]);
      ++resources;
    }
    out[n] = resources == 2 ? sum / 2 : sum;
  }
}

// BalancedAllocation: 100 minus half the difference between the used shares of CPU and memory. Doubles as upstream, truncated at the end.
void balanced_allocation(const PreparedPod& pod, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                         std::vector<std::int64_t>& out) {
  const NodeColumns& columns = snapshot.columns();
  const auto share = [](std::int64_t allocatable, std::int64_t free, std::int64_t request) {
    return std::min(1.0, static_cast<double>(allocatable - free + request) / static_cast<double>(allocatable));
  };
  for (std::size_t n = 0; n < feasible.size(); ++n) {
    const NodeIndex node = feasible[n];
    double deviation = 0.0;
    if (columns.alloc_cpu[node] > 0 && columns.alloc_memory[node] > 0)
      deviation = std::abs((share(columns.alloc_cpu[node], columns.free_cpu[node], pod.request.cpu.value) -
                            share(columns.alloc_memory[node], columns.free_memory[node], pod.request.memory.value)) / 2);
    out[n] = static_cast<std::int64_t>((1 - deviation) * static_cast<double>(kMaxNodeScore));
  }
}

// Upstream's normalizedImageName: a reference without tag means ":latest".
Name with_tag(Name image) {
  const std::string_view text = image.text();
  const std::size_t colon = text.rfind(':'), slash = text.rfind('/');
  const bool tagged = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return tagged ? image : Name(image.str() + ":latest");
}

// ImageLocality: bytes already there, each image weighted by the share of nodes that have it, against 23 MiB … 1000 MiB a container.
void image_locality(const PreparedPod& pod, const Snapshot& snapshot, std::span<const NodeIndex> feasible, std::vector<std::int64_t>& out) {
  constexpr std::int64_t kMib = 1 << 20, kLeast = 23 * kMib, kMostEach = 1000 * kMib;
  const std::vector<ContainerSpec>&inits = pod.spec->init_containers, &containers = pod.spec->containers;
  const std::int64_t most = kMostEach * static_cast<std::int64_t>(inits.size() + containers.size());
  if (most <= kLeast) return;
  const auto add = [&](const ContainerSpec& container) {
    const Snapshot::ImageState* state = snapshot.image(with_tag(container.image));
    if (state == nullptr) return;
    const double spread = static_cast<double>(state->nodes) / static_cast<double>(snapshot.node_count());
    const auto bytes = static_cast<std::int64_t>(static_cast<double>(state->size.value) * spread);
    for (std::size_t n = 0; n < feasible.size(); ++n)
      if (state->on(feasible[n])) out[n] += bytes;
  };
  std::ranges::for_each(inits, add);
  std::ranges::for_each(containers, add);
  for (std::int64_t& score : out) score = kMaxNodeScore * (std::clamp(score, kLeast, most) - kLeast) / (most - kLeast);
}

void preferred_nodes(const ScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                     std::vector<std::int64_t>& out) {
  for (std::size_t n = 0; n < feasible.size(); ++n) out[n] = preferred_weight(state.preferred, snapshot, feasible[n]);
  normalise(out, false);
}

}  // namespace

std::string_view to_string(ScorePlugin plugin) {
  static constexpr std::array<std::string_view, kScorePlugins> kNames{
      "TaintToleration", "NodeAffinity", "PodTopologySpread", "InterPodAffinity", "NodeResourcesFit", "NodeResourcesBalancedAllocation",
      "ImageLocality"};
  return kNames[static_cast<std::size_t>(plugin)];
}

void prepare_scores(const PreparedPod& pod, const Snapshot& snapshot, ScoreState& out) {
  resolve_preferred(*pod.spec, snapshot.labels(), out.preferred);
  prepare_spread_score(*pod.spec, pod.default_spread, snapshot, pod.inclusion(), out.spread);
  prepare_affinity_score(*pod.spec, snapshot, *pod.context, out.affinity);
}

void score_nodes(const PreparedPod& pod, const ScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                 ScoreTable& out) {
  using enum ScorePlugin;
  out.nodes.assign(feasible.begin(), feasible.end());
  out.ran.fill(true);
  const auto ran = [&](ScorePlugin plugin) -> bool& { return out.ran[static_cast<std::size_t>(plugin)]; };
  const auto column = [&](ScorePlugin plugin) -> std::vector<std::int64_t>& { return out.weighted[static_cast<std::size_t>(plugin)]; };
  ran(NodeAffinity) = !state.preferred.terms.empty();
  ran(PodTopologySpread) = !state.spread.constraints.empty();
  ran(InterPodAffinity) = state.affinity.sums.contributions > 0;
  for (std::vector<std::int64_t>& scores : out.weighted) scores.assign(feasible.size(), 0);
  taint_scores(pod, snapshot, feasible, column(TaintToleration));
  if (ran(NodeAffinity)) preferred_nodes(state, snapshot, feasible, column(NodeAffinity));
  if (ran(PodTopologySpread)) spread_scores(state.spread, snapshot, feasible, column(PodTopologySpread));
  if (ran(InterPodAffinity)) affinity_scores(state.affinity, snapshot, feasible, column(InterPodAffinity));
  least_allocated(pod, snapshot, feasible, column(NodeResourcesFit));
  balanced_allocation(pod, snapshot, feasible, column(NodeResourcesBalancedAllocation));
  image_locality(pod, snapshot, feasible, column(ImageLocality));
  out.total.assign(feasible.size(), 0);
  for (std::size_t plugin = 0; plugin < kScorePlugins; ++plugin) {
    if (!out.ran[plugin]) continue;
    std::int64_t* const scores = out.weighted[plugin].data();
    for (std::size_t n = 0; n < feasible.size(); ++n) out.total[n] += scores[n] *= kScoreWeights[plugin];
  }
  out.best = feasible.empty() ? 0 : *std::ranges::max_element(out.total);
}

void score_nodes(const PreparedPod& pod, const Snapshot& snapshot, std::span<const NodeIndex> feasible, ScoreTable& out) {
  ScoreState state;
  prepare_scores(pod, snapshot, state);
  score_nodes(pod, state, snapshot, feasible, out);
}

std::vector<NodeIndex> best_nodes(const ScoreTable& table) {
  std::vector<NodeIndex> best;
  for (std::size_t n = 0; n < table.nodes.size(); ++n)
    if (table.total[n] == table.best) best.push_back(table.nodes[n]);
  return best;
}

}  // namespace akstwin
