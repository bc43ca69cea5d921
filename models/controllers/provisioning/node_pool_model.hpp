/// A NodePool with everything that could be launched for it: sizes × zones × priorities, cheapest first.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "models/controllers/provisioning/instance_types.hpp"
#include "models/controllers/provisioning/offerings.hpp"
#include "models/fit/snapshot.hpp"
#include "models/spec/provisioning_spec.hpp"

namespace akstwin {

/// One thing that could be launched.
struct LaunchChoice {
  std::uint32_t size = 0;                          ///< into NodePoolModel::sizes
  int zone = 0;
  bool spot = false;
  Money price;
};

/// What the provider offers to one NodePool. Built where the catalogue is known.
struct NodePoolOffer {
  KarpenterNodePoolSpec spec;
  Name key;                                        ///< "cluster/nodepool"
  Name location;
  std::vector<MachineSize> sizes;                  ///< admitted by the requirements
  std::vector<int> zones;                          ///< likewise; {0}: regional
  bool spot = false, on_demand = true;             ///< likewise
  std::int64_t max_pods = 110;
  std::int64_t os_disk_gb = 128;
};

class NodePoolModel {
 public:
  explicit NodePoolModel(NodePoolOffer offer);

  const NodePoolOffer& offer() const { return offer_; }
  const KarpenterNodePoolSpec& spec() const { return offer_.spec; }
  std::span<const LaunchChoice> choices() const { return choices_; }
  const MachineSize& size_of(std::size_t choice) const { return offer_.sizes[choices_[choice].size]; }
  const NodeEstimate& estimate_of(std::size_t choice) const { return estimates_[choices_[choice].size]; }
  OfferingKey offering(std::size_t choice) const;
  /// The labels of a node that is launched as this choice, its name apart.
  Labels labels(std::size_t choice) const;
  /// The node as it is imagined before it exists. Startup taints are left out: they go before pods come.
  NodeInput imagined(std::size_t choice, Name name) const;
  /// Choices that the pod's node selector and required node affinity accept, by choice. Kept by template.
  const std::vector<bool>& accepted(const PodSpec& pod);
  /// Whether the choices left offer the minimum of distinct values that the requirements ask for (minValues).
  bool flexible_enough(std::span<const std::uint32_t> choices) const;
  /// The choice with that size, zone and priority, or choices().size().
  std::size_t find(Name size, int zone, bool spot) const;

 private:
  NodePoolOffer offer_;
  std::vector<NodeEstimate> estimates_;            ///< by size
  std::vector<LaunchChoice> choices_;
  std::vector<NodeInput> imagined_;                ///< by choice
  std::map<const PodSpec*, std::vector<bool>> accepted_;   // looked up, never iterated
};

}  // namespace akstwin
