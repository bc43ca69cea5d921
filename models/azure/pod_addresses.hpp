/// Pod subnets with dynamic allocation: each node keeps a pool of addresses for its pods and refills it in batches.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "models/api/plant.hpp"
#include "models/azure/ip_addresses.hpp"
#include "models/catalog/cni_addresses.hpp"

namespace akstwin {

/// A node looks at its pool this often. Source: cns/ipampool/monitor.go@cbd7560c (facts B).
inline constexpr Duration kAddressPoolPeriod{1'000'000};
/// The kubelet tries a pod's sandbox again after this long (backOffPeriod of pkg/kubelet/kubelet.go [recall]; its jitter is left out).
inline constexpr Duration kSandboxRetry{10'000'000};

/// All nodes of all clusters whose pods take addresses one by one.
class PodAddresses {
 public:
  PodAddresses(Kernel& kernel, Timeline& timeline, IpAddresses& addresses, const Scenario& scenario);
  PodAddresses(const PodAddresses&) = delete;

  /// Whether any pool of the scenario takes its pods' addresses dynamically.
  static bool needed(const Scenario& scenario);
  PodNetwork& network(std::uint32_t cluster) { return ports_[cluster]; }

  std::int64_t held(std::uint32_t cluster, NodeId node) const;   ///< addresses of the node, its pods' included
  std::int64_t used(std::uint32_t cluster, NodeId node) const;   ///< of those, pods' — also of pods that went less than kAddressReleaseDelay ago
  bool exhausted(std::uint32_t subnet) const { return subnets_[subnet].exhausted; }
  /// Every subnet's sum is what its nodes hold and what is on its way back; nothing negative, nothing beyond a node's limit.
  bool consistent() const;

 private:
  struct Waiter {
    HandlerId retry;
    Subject subject;
    SimTime since;
  };
  struct NodePool {                    ///< of one node; the row is used again
    bool alive = false;
    std::uint32_t epoch = 0, cluster = 0, subnet = 0;
    NodeId node;
    std::int64_t held = 0, used = 0;
    bool check_pending = false, hungry = false;
    std::vector<Waiter> waiters;
  };
  struct Subnet {
    bool exhausted = false, starved = false;
    std::int64_t nodes = 0, returning = 0;   ///< returning: of nodes that are gone
  };
  /// One cluster's view.
  class Port final : public PodNetwork {
   public:
    Port(PodAddresses& all, std::uint32_t cluster) : all_(all), cluster_(cluster) {}
    void node_joined(NodeId node, PoolId pool) override { all_.node_joined(cluster_, node, pool); }
    void node_gone(NodeId node) override { all_.node_gone(cluster_, node); }
    bool attach(NodeId node, HandlerId retry, Subject subject) override { return all_.attach(cluster_, node, retry, subject); }
    void detach(NodeId node) override { all_.detach(cluster_, node); }

   private:
    PodAddresses& all_;
    std::uint32_t cluster_;
  };
  void node_joined(std::uint32_t cluster, NodeId node, PoolId pool);
  void node_gone(std::uint32_t cluster, NodeId node);
  bool attach(std::uint32_t cluster, NodeId node, HandlerId retry, Subject subject);
  void detach(std::uint32_t cluster, NodeId node);
  void on_check(Subject subject);
  void on_pod_address_back(Subject subject);
  void on_node_addresses_back(Subject subject);
  /// One round of the node's monitor.
  void check(std::uint32_t row);
  void check_later(std::uint32_t row);
  void change(NodePool& pool, std::int64_t by);
  void set_exhausted(std::uint32_t subnet, bool on);
  /// The subnet has more free addresses than before.
  void refilled(std::uint32_t subnet);
  void wake_waiters(NodePool& pool);
  /// Row of the node, or UINT32_MAX where its pool is no dynamic one.
  std::uint32_t row_of(std::uint32_t cluster, NodeId node) const;

  Kernel& kernel_;
  Timeline& timeline_;
  IpAddresses& addresses_;
  HandlerId check_, pod_back_, node_back_;
  std::deque<Port> ports_;
  std::vector<NodePool> pools_;
  std::vector<std::uint32_t> free_rows_;
  std::vector<std::vector<std::uint32_t>> row_by_node_;   ///< by cluster and node row
  std::vector<Subnet> subnets_;
};

}  // namespace akstwin
