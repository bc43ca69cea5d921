/// The subscription's vCPU quotas: who holds how many, and which quota refuses more.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/azure/topology.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

/// Counts vCPUs by region, family and priority, over all clusters of the subscription. Where the scenario states no quota, nothing is counted.
class VcpuQuotas {
 public:
  VcpuQuotas(const Scenario& scenario, const PlatformTopology& platform);

  /// The quota that refuses `count` more machines of that size and priority in the region, as "eastus2/standardDDSv5Family"; empty: none does.
  /// ARM judges a request as a whole: it is granted in full or refused in full.
  Name refuses(std::uint32_t region, const NodePoolSpec& spec, std::int64_t count) const;
  /// One machine more.
  void take(std::uint32_t region, const NodePoolSpec& spec) { add(region, spec, 1); }
  /// One machine less: its deletion has finished.
  void give_back(std::uint32_t region, const NodePoolSpec& spec) { add(region, spec, -1); }
  /// vCPUs held under the quota of that name; 0 where there is none.
  std::int64_t used(Name quota) const;

 private:
  struct Limit {
    Name name;                       ///< "eastus2/cores"
    std::uint32_t region = 0;
    bool spot = false;
    std::string family;              ///< empty: all
    std::int64_t vcpus = 0, used = 0;
  };
  bool counts(const Limit& limit, std::uint32_t region, const NodePoolSpec& spec) const;
  void add(std::uint32_t region, const NodePoolSpec& spec, std::int64_t machines);

  std::vector<Limit> limits_;
};

}  // namespace akstwin
