/// Answers about addresses, ports and Azure's limits: parts of Answers (reports/answers.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/time.hpp"
#include "sim/summary.hpp"

namespace akstwin {

struct SubnetOwnerUse {
  std::string owner;
  std::int64_t peak = 0, p50 = 0, p95 = 0, p99 = 0, end = 0;   ///< percentiles of the time
};

/// What a way of giving addresses to pods would need in this subnet.
struct SubnetAlternative {
  std::string mode;            ///< "Overlay", "Node Subnet"
  bool chosen = false;         ///< what the scenario uses
  std::int64_t addresses = 0;  ///< at autoscaler maximum and maximum surge
  int prefix = 0;              ///< smallest subnet that holds them; 0: none up to a /8
  bool fits = false;           ///< in the subnet as it is
};

/// What the subnet needs when something happens that the run need not have seen.
struct SubnetSituation {
  std::string situation;       ///< "upgrade at the peak"
  std::int64_t nodes = 0, addresses = 0;
  bool fits = false;
};

/// What the run would have needed in each mode: the largest sum over time, with the nodes that it had.
struct SubnetDemand {
  std::string mode;            ///< as SubnetAlternative::mode
  bool chosen = false, blocks = false;   ///< blocks: /28 blocks are made of the addresses
  std::int64_t addresses = 0;
};

struct SubnetAnswer {
  std::string subnet, prefix;  ///< "vnet-prod-eus2/nodes", "10.40.0.0/22"
  std::string delegation;
  std::int64_t usable = 0;
  std::vector<SubnetOwnerUse> owners;
  std::int64_t peak = 0, p50 = 0, p95 = 0, p99 = 0, end = 0;
  SimTime peak_at;
  double free_ratio_min = 1;  ///< 1 − peak ÷ usable
  std::int64_t nodes_at_maximum = 0, surge_at_maximum = 0, need_at_maximum = 0;
  int safe_prefix = 0;                          ///< smallest that holds need_at_maximum
  bool safe = true;                             ///< need_at_maximum fits
  std::optional<SimTime> exhausted_at;          ///< when the last address was first taken or refused
  std::string cause;                            ///< of the exhaustion, in words
  std::vector<SubnetAlternative> alternatives;  ///< for subnets with nodes
  std::vector<SubnetSituation> situations;      ///< for subnets with nodes or pods
  std::vector<SubnetDemand> demands;            ///< for subnets with nodes
  std::string verdict;                          ///< the sentence
};

struct PodCidrAnswer {
  std::string cluster, pod_cidr;
  std::int64_t blocks_total = 0, blocks_peak = 0, blocks_at_maximum = 0;
  int safe_prefix = 0;
  bool safe = true;
  std::optional<SimTime> exhausted_at;
  std::string verdict;
};

/// Azure Resource Manager's theoretical check of a subnet or pod CIDR, beside what the run met: the one can refuse what the other would
/// never need, and admit what the other is refused.
struct AdmissionAnswer {
  std::string where, operation;                 ///< "vnet/nodes"; "create", "scale to the maximum", "upgrade at the maximum"
  std::int64_t need = 0, has = 0;
  bool admitted = true;
  std::string code;                             ///< "InsufficientSubnetSize"; empty: admitted
  std::optional<SimTime> refused_at;            ///< the first node that the run was refused there
  std::int64_t refusals = 0;
};

/// How often a prefix would have been too small, over all replications.
struct SubnetRisk {
  std::string subnet, mode;
  bool chosen = false;
  int prefix = 0;
  std::int64_t usable = 0, demand_p50 = 0, demand_max = 0;
  std::size_t exhausted = 0, replications = 0;
  Interval probability;                         ///< Wilson's 95 % interval
};

struct SubnetsAnswer {
  std::vector<SubnetAnswer> subnets;
  std::vector<PodCidrAnswer> pod_cidrs;
  std::vector<AdmissionAnswer> admissions;
};

/// Ports for outgoing connections of one cluster.
struct OutboundAnswer {
  std::string cluster, type;                    ///< "load balancer" or "NAT gateway"
  std::int64_t addresses = 0;                   ///< public
  std::int64_t ports_a_node = 0;                ///< at the peak of nodes; 0: nodes share
  std::int64_t nodes_peak = 0, nodes_at_maximum = 0;
  std::int64_t nodes_supported = 0;             ///< what stated ports suffice for; 0: no such limit
  std::optional<SimTime> allocation_failed_at;  ///< more nodes than ports were stated for
  std::optional<SimTime> ports_halved_at;       ///< the default table first gave a node fewer ports than at the start
  std::int64_t in_use_peak = 0, in_use_limit = 0;   ///< at one destination, of a node or of all nodes that share; and the limit then
  SimTime in_use_peak_at;
  std::optional<SimTime> exhausted_at;
  std::int64_t portless = 0;                    ///< connections that found no port
  std::string verdict;
};

/// How close the run came to one of Azure's limits.
struct LimitUse {
  std::string id, what, subject;                ///< "pool-nodes"; "nodes of a pool"; "aks/user"
  std::int64_t limit = 0, peak = 0;
  SimTime peak_at;
  std::int64_t at_maximum = 0;                  ///< what the scenario allows, surge included; 0: not known
  std::optional<SimTime> warned_at, reached_at;   ///< 80 % of the limit; the limit
  std::string source;
};

}  // namespace akstwin
