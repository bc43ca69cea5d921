#include "models/world/node_provisioning.hpp"

#include "models/catalog/machine_sizes.hpp"

namespace akstwin {
namespace {

NodePoolOffer offer_of(const Scenario& scenario, const ClusterSpec& cluster, const KarpenterNodePoolSpec& spec) {
  const NodePoolSpec pool = machine_pool(cluster, spec);
  NodePoolOffer offer;
  offer.spec = spec;
  offer.key = Name(cluster.name.str() + "/" + spec.name.str());
  offer.location = cluster.location;
  offer.zones = zones_admitted(spec, cluster.location);
  offer.spot = spot_admitted(spec);
  offer.on_demand = on_demand_admitted(spec);
  offer.max_pods = max_pods(pool, cluster.network.mode);
  offer.os_disk_gb = pool.os_disk_gib;   // the provider takes the number for decimal gigabytes
  for (const VmSize* size : sizes_admitted(spec, cluster.location)) {
    MachineSize machine;
    machine.name = size->name;
    machine.family = Name(parts_of(*size).series);
    machine.vcpus = size->vcpus;
    machine.gpus = size->gpus;
    machine.memory = size->memory;
    machine.labels = size_labels(*size);
    machine.on_demand = machine_price(scenario.cost, cluster.location, *size, false).value_or(Money{});
    if (spot_capable(*size)) machine.spot = machine_price(scenario.cost, cluster.location, *size, true);
    offer.sizes.push_back(std::move(machine));
  }
  return offer;
}

}  // namespace

ProvisionerOptions provisioner_options(const Scenario& scenario, std::uint32_t index, FitContext context) {
  const ClusterSpec& cluster = scenario.clusters[index];
  ProvisionerOptions options;
  options.cluster = cluster.name;
  options.cluster_index = index;
  options.start = scenario.start;
  options.spot_to_spot = cluster.provisioning.spot_to_spot;
  options.node_image_interval = cluster.provisioning.node_image_interval;
  options.template_changes = cluster.provisioning.template_changes;
  options.context = std::move(context);
  for (const KarpenterNodePoolSpec& spec : cluster.provisioning.node_pools) options.pools.push_back(offer_of(scenario, cluster, spec));
  return options;
}

}  // namespace akstwin
