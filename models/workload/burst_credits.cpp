#include "models/workload/burst_credits.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kMilliSecondsPerCredit = 60'000;   // 1 credit is 1 vCPU for a minute (facts A1)
constexpr std::int64_t kFullSpeed = 1'000'000;

const VmSize* size_of(const NodePoolSpec& pool) { return find_vm_size(pool.vm_size.text()); }

}  // namespace

bool BurstCredits::needed(const ClusterSpec& cluster) {
  return std::ranges::any_of(cluster.pools, [](const NodePoolSpec& pool) {
    const VmSize* size = size_of(pool);
    return size != nullptr && burst_terms(*size).has_value();
  });
}

BurstCredits::BurstCredits(Parts parts) : parts_(parts) {
  tick_ = parts_.kernel.handlers().add<&BurstCredits::on_tick>("burst.credits", Phase::Plant, *this);
}

void BurstCredits::start() { parts_.kernel.after(kCreditTick, tick_, {}); }

double BurstCredits::credits(NodeId node) const {
  if (node.row >= banks_.size() || banks_[node.row].node != node) return 0;
  return static_cast<double>(banks_[node.row].milli_seconds) / static_cast<double>(kMilliSecondsPerCredit);
}

std::int64_t BurstCredits::used_milli(const Node& node) const {
  std::int64_t used = 0;
  for (const PodId id : node.pods) {
    const Pod& pod = parts_.state.pods[id];
    if (pod.started == kNever || pod.owner.row >= parts_.usage.by_workload.size()) continue;
    const WorkloadUsage& usage = parts_.usage.by_workload[pod.owner.row];
    used += pod.ready ? usage.cpu.value : usage.cpu_idle.value;
  }
  return used;
}

void BurstCredits::count(NodeId id, const Node& node, const VmSize& size, const BurstTerms& terms) {
  if (banks_.size() <= id.row) banks_.resize(id.row + 1);
  Bank& bank = banks_[id.row];
  if (bank.node != id) bank = {id, terms.initial_credits * kMilliSecondsPerCredit, false};   // a machine starts with its first credits
  const std::int64_t full = std::int64_t{size.vcpus} * 1'000, base = full * terms.base_permille / 1'000;
  const std::int64_t seconds = kCreditTick.us / 1'000'000;
  const std::int64_t used = std::min(used_milli(node), bank.slow ? base : full);
  bank.milli_seconds = std::clamp<std::int64_t>(bank.milli_seconds + (base - used) * seconds, 0, terms.credits_max * kMilliSecondsPerCredit);
  // Slow until a minute at full speed is in the bank again, so that it does not flutter.
  const bool slow = bank.slow ? bank.milli_seconds < (full - base) * seconds : bank.milli_seconds == 0;
  if (slow == bank.slow) return;
  bank.slow = slow;
  parts_.registrar.node_speed_changed(id, slow ? kFullSpeed * terms.base_permille / 1'000 : kFullSpeed);
}

void BurstCredits::on_tick(Subject) {
  parts_.state.nodes.for_each([&](NodeId id, const Node& node) {
    if (node.silent_since != kNever || !parts_.cloud.pools.contains(node.pool)) return;
    const VmSize* size = size_of(*parts_.cloud.pools[node.pool].spec);
    const auto terms = size == nullptr ? std::nullopt : burst_terms(*size);
    if (terms) count(id, node, *size, *terms);
  });
  record();
  parts_.kernel.after(kCreditTick, tick_, {});
}

/// The poorest node of each pool, in whole credits.
void BurstCredits::record() {
  std::vector<std::pair<PoolId, std::int64_t>> poorest;
  parts_.state.nodes.for_each([&](NodeId id, const Node& node) {
    if (id.row >= banks_.size() || banks_[id.row].node != id) return;
    const std::int64_t credits = banks_[id.row].milli_seconds / kMilliSecondsPerCredit;
    const auto known = std::ranges::find(poorest, node.pool, &std::pair<PoolId, std::int64_t>::first);
    if (known == poorest.end()) poorest.emplace_back(node.pool, credits);
    else known->second = std::min(known->second, credits);
  });
  for (const auto& [pool, credits] : poorest) {
    auto gauge = std::ranges::find(gauges_, pool, &PoolGauge::pool);
    if (gauge == gauges_.end()) {
      gauges_.push_back({pool, parts_.timeline.series(key(GaugeKind::BurstCredits, parts_.cluster, parts_.cloud.pools[pool].key))});
      gauge = gauges_.end() - 1;
    }
    parts_.timeline.set(gauge->series, parts_.kernel.now(), credits);
  }
}

}  // namespace akstwin
