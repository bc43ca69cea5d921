/// Outgoing connections of a cluster during a run: while there are not ports enough, some find none, and requests fail with them.
#pragma once
#include <cstdint>

#include "models/api/cluster_state.hpp"
#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

class OutboundFlows {
 public:
  /// Nothing is ever short where the cluster's requests open no connections, or a firewall translates them, whose ports are not modelled.
  OutboundFlows(const Scenario& scenario, const ClusterSpec& cluster);

  /// Whether the cluster's requests open connections at all; without them the other calls cost nothing and change nothing.
  bool active() const { return network_ != nullptr; }
  /// What requests a second want now of the nodes that are ready. Counts what was short since the last call.
  void update(const ClusterState& state, double requests_per_second, SimTime now, Timeline& timeline);
  /// Share of the requests that are lost with their connections at present.
  double failing() const { return failing_; }
  /// Counts up to now and writes the total, if anything was ever short.
  void record(SimTime now, Timeline& timeline);

 private:
  void count(SimTime now);

  const VirtualNetworkSpec* network_ = nullptr;
  Name cluster_;
  double connections_ = 0;           ///< a second, wanted
  double short_ = 0;                 ///< share of them that finds no port
  double failing_ = 0;
  double portless_ = 0;              ///< connections, since the start
  bool ever_ = false;
  SimTime counted_;
};

}  // namespace akstwin
