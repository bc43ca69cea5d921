#include "adapters/live/live_recorder.hpp"

#include <algorithm>

#include "models/observe/headroom.hpp"
#include "models/observe/kinds.hpp"

namespace akstwin {
void LiveRecorder::sample(SimTime now) {
  Timeline& timeline = cache_.timeline();
  const Headroom room = headroom(cache_.state());
  timeline.set(timeline.series(key(GaugeKind::HeadroomPods, cluster_.name)), now, room.pods);
  timeline.set(timeline.series(key(GaugeKind::FragmentedCpu, cluster_.name)), now, room.fragmented.value);
  // Addresses of node subnets, where the scenario says which pool is in which: one a node, and one a pod without an overlay.
  std::map<std::string, std::int64_t> used;
  for (const NodePoolSpec& pool : cluster_.pools) {
    if (pool.subnet.empty() || cluster_.virtual_network.empty()) continue;
    const std::string subnet = cluster_.virtual_network.str() + "/" + pool.subnet.str();
    cache_.state().nodes.for_each([&](NodeId, const Node& node) {
      if (cache_.cloud().pools[node.pool].spec->name != pool.name) return;
      used[subnet] += 1 + (cluster_.network.mode == NetworkPluginMode::NodeSubnet ? static_cast<std::int64_t>(node.pods.size()) : 0);
    });
  }
  for (const auto& [subnet, count] : used) timeline.set(timeline.series(key(GaugeKind::SubnetUsed, Name(subnet), Name("nodes"))), now, count);
  for (const VirtualNetworkSpec& network : scenario_.networks)
    for (const SubnetSpec& subnet : network.subnets) {
      const std::string name = network.name.str() + "/" + subnet.name.str();
      if (used.contains(name)) timeline.set(timeline.series(key(GaugeKind::SubnetUsable, Name(name))), now, subnet.prefix.usable());
    }
}

bool LiveRecorder::serves(const Workload& workload) const {
  return workload.ready * 1'000'000 >= workload.replicas * scenario_.recovery.ready_share.value;
}

void LiveRecorder::begin(const std::string& zone, SimTime now) {
  outage_ = zone;
  began_ = now;
  recovered_ = false;
  serving_.clear();
  cache_.timeline().event({now, code(EventKind::OutageBegan), Name(zone), {}, Name("zone"), 0});
  cache_.state().workloads.for_each([&](WorkloadId id, const Workload& workload) {
    if (workload.applied && workload.replicas > 0) serving_[id.row] = serves(workload);
  });
}

void LiveRecorder::look(SimTime now) {
  std::map<std::string, Zone> zones;
  cache_.state().nodes.for_each([&](NodeId, const Node& node) {
    const Name* label = node.labels.find(Name("topology.kubernetes.io/zone"));
    if (label == nullptr || node.zone == 0) return;
    Zone& zone = zones[label->str()];
    ++zone.nodes;
    zone.ready += node.ready ? 1 : 0;
  });
  Timeline& timeline = cache_.timeline();
  for (const auto& [name, zone] : zones) {
    const bool up = zone.ready > 0;
    const auto [entry, fresh] = zone_up_.try_emplace(name, up);
    if (!fresh && entry->second && !up && outage_.empty()) begin(name, now);
    if (!entry->second && up && outage_ == name) {
      timeline.event({now, code(EventKind::OutageEnded), Name(name), {}, Name("zone"), 0});
      outage_.clear();
    }
    entry->second = up;
  }
  if (recovered_) return;
  bool all = true;
  for (auto& [row, serving] : serving_) {
    const WorkloadId id = cache_.state().workloads.at(row);
    if (!id) continue;
    const Workload& workload = cache_.state().workloads[id];
    const bool now_serving = !workload.applied || serves(workload);
    const Name name(cluster_.name.str() + "/" + workload.key.str());
    if (now_serving && !serving) timeline.event({now, code(EventKind::WorkloadServing), name, {}, {}, (now - began_).us});
    serving = now_serving;
    all = all && now_serving;
  }
  // A cluster that never stopped serving has nothing to recover from; give the loss a moment to be seen in its pods.
  if (!all || now - began_ < Duration{60'000'000}) return;
  recovered_ = true;
  timeline.event({now, code(EventKind::Recovered), Name(outage_.empty() ? cluster_.name.str() : outage_), cluster_.name, {}, (now - began_).us});
}

}  // namespace akstwin
