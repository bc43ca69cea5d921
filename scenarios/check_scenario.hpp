/// What needs more than one field to be judged: references, sums of addresses, limits, cycles.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "models/spec/scenario.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

/// A scenario under judgement, and where its values are written.
class Check {
 public:
  Check(const Scenario& scenario, ReadContext& context) : scenario_(scenario), context_(context) {}

  const Scenario& scenario() const { return scenario_; }
  /// Where the value at "spec." + path is written; the closest object around it when it was not stated.
  Position where(std::string_view path) const;
  bool states(std::string_view path) const;
  /// Whether a value at or below the path was refused when it was read; what would follow from it is noise.
  bool broken(std::string_view path) const;
  void error(std::string code, const Position& at, std::string message, std::string hint);
  void warning(std::string code, const Position& at, std::string message, std::string hint);
  /// "did you mean 'x'?", or "there are: x, y".
  static std::string suggestion(std::string_view wanted, const std::vector<std::string>& known);

 private:
  const Scenario& scenario_;
  ReadContext& context_;
};

/// "clusters.aks-prod": how paths name a cluster; likewise a pool and a network.
std::string path_of(const ClusterSpec& cluster);
std::string path_of(const ClusterSpec& cluster, const NodePoolSpec& pool);
std::string path_of(const VirtualNetworkSpec& network);

/// Nodes that a pool may have at most: maxCount, or count, and the surge of an upgrade on top.
std::int64_t nodes_with_surge(const NodePoolSpec& pool);
/// Nodes at the start.
std::int64_t nodes_at_start(const NodePoolSpec& pool);
/// The virtual network of a cluster, or null when it has none or the choice is ambiguous.
const VirtualNetworkSpec* network_of(const Scenario& scenario, const ClusterSpec& cluster);
/// The subnet of a pool, or null.
const SubnetSpec* subnet_of(const VirtualNetworkSpec& network, const NodePoolSpec& pool);

void check_networks(Check& check);
void check_addresses(Check& check);
void check_connectivity(Check& check);
void check_clusters(Check& check);
void check_quotas(Check& check);
void check_workloads(Check& check);
void check_placement(Check& check);
void check_autoscalers(Check& check);
void check_vertical_autoscalers(Check& check);
void check_provisioning(Check& check);
void check_maintenance(Check& check);
void check_load(Check& check);
void check_experiment(Check& check);

/// All of the above.
void check_scenario(const Scenario& scenario, ReadContext& context);

}  // namespace akstwin
