/// What a subscription may hold in one region, in vCPUs.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/base/name.hpp"

namespace akstwin {

/// A family's quota: "standardDDSv5Family", as `az vm list-usage` names it.
struct FamilyQuotaSpec {
  Name family;
  std::int64_t vcpus = 0;
  Position declared_at;
};

/// Quotas of one region, shared by all clusters there. What is absent is not limited.
struct RegionQuotaSpec {
  Name location;
  std::optional<std::int64_t> total_vcpus;          ///< "cores": regular machines of all families together
  std::optional<std::int64_t> low_priority_vcpus;   ///< "lowPriorityCores": spot machines, which count against no other quota
  std::vector<FamilyQuotaSpec> families;
  Position declared_at;
};

}  // namespace akstwin
