/// What a cluster's node auto-provisioning is told: NodePools with the sizes of the catalogue that they admit, and what those cost.
#pragma once
#include "models/controllers/provisioning/node_provisioner.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

/// Options of the cluster's Karpenter. Prices are those of the bill, so that the cheapest choice is the cheapest line.
ProvisionerOptions provisioner_options(const Scenario& scenario, std::uint32_t cluster, FitContext context);

}  // namespace akstwin
