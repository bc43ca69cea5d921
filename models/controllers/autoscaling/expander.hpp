/// Which of the groups that could help shall grow.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 expander/.
#pragma once
#include <regex>
#include <vector>

#include "models/controllers/autoscaling/cluster_autoscaler_options.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler_types.hpp"

namespace akstwin {

/// A chain of filters; what is left is equally good. The caller draws among them.
class ExpanderChain {
 public:
  explicit ExpanderChain(const ClusterAutoscalerOptions& options);
  /// Indexes into `options` that remain, in order.
  std::vector<std::uint32_t> best(std::span<const ExpansionOption> options, std::span<const AutoscaledPod> pods,
                                  std::span<const AutoscaledGroup> groups) const;

 private:
  struct Priority {
    int value;
    std::vector<std::regex> groups;
  };
  std::vector<std::uint32_t> by_priority(std::span<const ExpansionOption> options, std::vector<std::uint32_t> from,
                                         std::span<const AutoscaledGroup> groups) const;

  std::vector<Expander> filters_;
  std::vector<Priority> priorities_;
};

}  // namespace akstwin
