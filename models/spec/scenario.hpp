/// The typed experiment: everything that one scenario file and what it references says.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/spec/allocation_spec.hpp"
#include "models/spec/experiment_spec.hpp"
#include "models/spec/load_spec.hpp"
#include "models/spec/platform_spec.hpp"
#include "models/spec/quota_spec.hpp"
#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// What runs on one cluster.
struct ClusterWorkloads {
  Name cluster;
  ManifestSet manifests;
};

struct Scenario {
  std::string name, question, file, sha256;         ///< sha256 over the file and all that it references, in order of path
  Epoch start;                                      ///< wall-clock meaning of t = 0
  Duration horizon{2'592'000'000'000};              ///< 30 d
  std::uint64_t seed = 1;
  std::uint32_t replications = 1;

  std::vector<VirtualNetworkSpec> networks;
  std::vector<RegionQuotaSpec> quotas;              ///< regions without an entry are not limited
  std::vector<AllocationWindowSpec> allocation;     ///< when the region has no machines to give
  std::vector<ClusterSpec> clusters;
  std::vector<ReleaseSpec> releases;                ///< what upgrade channels find; empty: the calendar of models/catalog/releases.hpp
  std::vector<ClusterWorkloads> workloads;          ///< one entry a cluster, in the order of `clusters`
  std::vector<ServiceLoadSpec> services;
  std::vector<QueueSpec> queues;
  std::vector<ImageSpec> images;
  DeliverySpec delivery;
  std::vector<DataStoreSpec> data;
  EdgeSpec edge;
  RegistrySpec registry;
  MonitoringSpec monitoring;
  SpotMarketSpec spot_market;
  CostSpec cost;
  std::vector<StepSpec> steps;
  RecoverySpec recovery;
  std::vector<ThresholdSpec> thresholds;
  std::vector<ReferenceFigureSpec> reference;
  std::vector<VariantSpec> variants;

  const ClusterSpec* cluster(Name cluster_name) const {
    for (const auto& c : clusters)
      if (c.name == cluster_name) return &c;
    return nullptr;
  }
};

}  // namespace akstwin
