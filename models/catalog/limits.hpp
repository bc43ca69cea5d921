/// Limits of AKS and Azure that a platform can run into: one table, each row with its source.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace akstwin {

struct AzureLimit {
  std::string_view id;       ///< "cluster-nodes"
  std::string_view what;     ///< "nodes of a cluster"
  std::int64_t value = 0;
  std::string_view source;   ///< page and date, or [recall]
  bool watched = false;      ///< compared with every run; otherwise checked when the scenario is read, or for reference
};

/// All limits, in the order of the reference page.
std::span<const AzureLimit> azure_limits();
/// The limit of that id, which must exist.
const AzureLimit& azure_limit(std::string_view id);

}  // namespace akstwin
