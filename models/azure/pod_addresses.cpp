#include "models/azure/pod_addresses.hpp"

#include <algorithm>
#include <utility>

#include "models/observe/address_findings.hpp"
#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr std::uint32_t kNoRow = UINT32_MAX;

}  // namespace

PodAddresses::PodAddresses(Kernel& kernel, Timeline& timeline, IpAddresses& addresses, const Scenario& scenario)
    : kernel_(kernel), timeline_(timeline), addresses_(addresses) {
  check_ = kernel.handlers().add<&PodAddresses::on_check>("pod_addresses.check", Phase::Plant, *this);
  pod_back_ = kernel.handlers().add<&PodAddresses::on_pod_address_back>("pod_addresses.pod_back", Phase::Plant, *this);
  node_back_ = kernel.handlers().add<&PodAddresses::on_node_addresses_back>("pod_addresses.node_back", Phase::Plant, *this);
  for (std::uint32_t cluster = 0; cluster < scenario.clusters.size(); ++cluster) ports_.emplace_back(*this, cluster);
  row_by_node_.resize(scenario.clusters.size());
  subnets_.resize(addresses.subnets());
}

bool PodAddresses::needed(const Scenario& scenario) {
  return std::ranges::any_of(scenario.clusters, [](const ClusterSpec& cluster) {
    return std::ranges::any_of(cluster.pools, [&](const NodePoolSpec& pool) { return address_mode(cluster.network, pool) == AddressMode::PodSubnetDynamic; });
  });
}

std::uint32_t PodAddresses::row_of(std::uint32_t cluster, NodeId node) const {
  const std::vector<std::uint32_t>& rows = row_by_node_[cluster];
  const std::uint32_t row = node.row < rows.size() ? rows[node.row] : kNoRow;
  return row != kNoRow && pools_[row].node == node ? row : kNoRow;
}

std::int64_t PodAddresses::held(std::uint32_t cluster, NodeId node) const {
  const std::uint32_t row = row_of(cluster, node);
  return row == kNoRow ? 0 : pools_[row].held;
}

std::int64_t PodAddresses::used(std::uint32_t cluster, NodeId node) const {
  const std::uint32_t row = row_of(cluster, node);
  return row == kNoRow ? 0 : pools_[row].used;
}

void PodAddresses::node_joined(std::uint32_t cluster, NodeId node, PoolId pool) {
  const auto subnet = addresses_.dynamic_subnet_of(pool.row);
  if (!subnet) return;
  std::uint32_t row = static_cast<std::uint32_t>(pools_.size());
  if (free_rows_.empty()) {
    pools_.emplace_back();
  } else {
    row = free_rows_.back();
    free_rows_.pop_back();
  }
  const std::uint32_t epoch = pools_[row].epoch + 1;
  NodePool& mine = pools_[row] = NodePool{};
  mine.alive = true;
  mine.epoch = epoch;
  mine.cluster = cluster;
  mine.subnet = *subnet;
  mine.node = node;
  std::vector<std::uint32_t>& rows = row_by_node_[cluster];
  if (rows.size() <= node.row) rows.resize(node.row + 1, kNoRow);
  rows[node.row] = row;
  ++subnets_[*subnet].nodes;
  check(row);   // The first batch comes with the node.
}

void PodAddresses::node_gone(std::uint32_t cluster, NodeId node) {
  const std::uint32_t row = row_of(cluster, node);
  if (row == kNoRow) return;
  NodePool& mine = pools_[row];
  row_by_node_[cluster][node.row] = kNoRow;
  Subnet& subnet = subnets_[mine.subnet];
  --subnet.nodes;
  subnet.returning += mine.held;
  kernel_.after(kAddressReleaseDelay, node_back_, {mine.subnet, static_cast<std::uint32_t>(mine.held)});
  const std::uint32_t epoch = mine.epoch + 1;
  mine = NodePool{};
  mine.epoch = epoch;
  free_rows_.push_back(row);
}

void PodAddresses::on_node_addresses_back(Subject subject) {
  const std::int64_t count = subject.epoch;
  subnets_[subject.row].returning -= count;
  addresses_.hold_for_pods(subject.row, -count);
  refilled(subject.row);
}

bool PodAddresses::attach(std::uint32_t cluster, NodeId node, HandlerId retry, Subject subject) {
  const std::uint32_t row = row_of(cluster, node);
  if (row == kNoRow) return true;
  NodePool& mine = pools_[row];
  if (mine.used < mine.held) {
    ++mine.used;
    check_later(row);
    return true;
  }
  mine.waiters.push_back({retry, subject, kernel_.now()});
  Subnet& subnet = subnets_[mine.subnet];
  if (subnet.exhausted && !std::exchange(subnet.starved, true))
    timeline_.event({kernel_.now(), code(EventKind::Finding), addresses_.name(mine.subnet), {}, Name(kPodsWithoutAddress), 1});
  check_later(row);
  return false;
}

void PodAddresses::detach(std::uint32_t cluster, NodeId node) {
  const std::uint32_t row = row_of(cluster, node);
  if (row != kNoRow) kernel_.after(kAddressReleaseDelay, pod_back_, {row, pools_[row].epoch});
}

void PodAddresses::on_pod_address_back(Subject subject) {
  NodePool& mine = pools_[subject.row];
  if (mine.epoch != subject.epoch) return;   // The node went meanwhile, and all its addresses with it.
  --mine.used;
  AKSTWIN_CHECK(mine.used >= 0, "no pod gives back an address twice");
  wake_waiters(mine);
  check_later(subject.row);
}

void PodAddresses::check_later(std::uint32_t row) {
  NodePool& mine = pools_[row];
  const BatchBounds& bounds = subnets_[mine.subnet].exhausted ? kExhaustedBounds : kBatchBounds;
  if (mine.check_pending || mine.hungry || batch_change(mine.held, mine.used, bounds) == 0) return;
  mine.check_pending = true;
  kernel_.after(kAddressPoolPeriod, check_, {row, mine.epoch});
}

void PodAddresses::on_check(Subject subject) {
  NodePool& mine = pools_[subject.row];
  if (mine.epoch != subject.epoch) return;
  mine.check_pending = false;
  check(subject.row);
}

void PodAddresses::check(std::uint32_t row) {
  NodePool& mine = pools_[row];
  mine.hungry = false;
  const std::uint32_t subnet = mine.subnet;
  const std::int64_t by = batch_change(mine.held, mine.used, subnets_[subnet].exhausted ? kExhaustedBounds : kBatchBounds);
  if (by == 0) return;
  if (by > addresses_.free(subnet)) {
    if (!subnets_[subnet].exhausted) return set_exhausted(subnet, true);
    mine.hungry = true;   // Until refilled().
    return;
  }
  change(mine, by);
  if (by < 0) refilled(subnet);
  else wake_waiters(mine);
  check_later(row);
}

void PodAddresses::change(NodePool& mine, std::int64_t by) {
  mine.held += by;
  AKSTWIN_CHECK(mine.held >= mine.used, "a node never returns an address that a pod has");
  addresses_.hold_for_pods(mine.subnet, by);
}

void PodAddresses::set_exhausted(std::uint32_t subnet, bool on) {
  subnets_[subnet].exhausted = on;
  subnets_[subnet].starved = false;
  if (on)
    timeline_.event({kernel_.now(), code(EventKind::Finding), addresses_.name(subnet), {}, Name(kBatchesExhausted), subnets_[subnet].nodes});
  for (std::uint32_t row = 0; row < pools_.size(); ++row) {
    if (!pools_[row].alive || pools_[row].subnet != subnet) continue;
    pools_[row].hungry = false;
    check_later(row);
  }
}

void PodAddresses::refilled(std::uint32_t subnet) {
  const Subnet& mine = subnets_[subnet];
  if (!mine.exhausted) return;
  // Back to batches once every node could have two, which an odd number of addresses may round up to. Where Azure draws this line is not
  // published; the distance keeps it from flapping.
  if (addresses_.free(subnet) >= 2 * kBatchBounds.batch * std::max<std::int64_t>(mine.nodes, 1)) return set_exhausted(subnet, false);
  for (std::uint32_t row = 0; row < pools_.size(); ++row) {
    if (!pools_[row].alive || pools_[row].subnet != subnet || !pools_[row].hungry) continue;
    pools_[row].hungry = false;
    check_later(row);
  }
}

void PodAddresses::wake_waiters(NodePool& mine) {
  for (const Waiter& waiter : std::exchange(mine.waiters, {})) {
    const std::int64_t tries = ((kernel_.now() - waiter.since).us + kSandboxRetry.us - 1) / kSandboxRetry.us;
    kernel_.at(waiter.since + kSandboxRetry * std::max<std::int64_t>(tries, 1), waiter.retry, waiter.subject);
  }
}

bool PodAddresses::consistent() const {
  std::vector<std::int64_t> held(subnets_.size(), 0), nodes(subnets_.size(), 0);
  for (const NodePool& pool : pools_) {
    if (pool.used < 0 || pool.held < pool.used || pool.held > kMostPodAddresses || (!pool.alive && pool.held != 0)) return false;
    if (!pool.alive) continue;
    held[pool.subnet] += pool.held;
    ++nodes[pool.subnet];
  }
  for (std::uint32_t i = 0; i < subnets_.size(); ++i)
    if (subnets_[i].returning < 0 || subnets_[i].nodes != nodes[i] || addresses_.held_for_pods(i) != held[i] + subnets_[i].returning) return false;
  return true;
}

}  // namespace akstwin
