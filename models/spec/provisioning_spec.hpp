/// Node auto-provisioning as its objects state it: karpenter.sh/v1 NodePool and karpenter.azure.com AKSNodeClass.
/// Defaults: kubernetes-sigs/karpenter@22664681 pkg/apis/v1/nodepool.go, Azure/karpenter-provider-azure@352646f5 pkg/apis/v1beta1/aksnodeclass.go.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/spec/pod_spec.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

/// One entry of spec.template.spec.requirements. Gte and Lte are kept as Gt and Lt.
struct NodeClaimRequirement {
  SelectorRequirement rule;
  std::optional<std::int64_t> min_values;           ///< fewest distinct values that the sizes left must offer for the key
  bool operator==(const NodeClaimRequirement&) const = default;
};

enum class ConsolidationPolicy : std::uint8_t { WhenEmptyOrUnderutilized, WhenEmpty };
enum class DisruptionReason : std::uint8_t { Underutilized, Empty, Drifted };

/// One entry of spec.disruption.budgets: how many nodes of the pool may be on their way out at once.
struct NodeDisruptionBudgetSpec {
  std::int64_t nodes = 10;                          ///< a count, or a percentage that rounds up
  bool percent = true;
  std::vector<DisruptionReason> reasons;            ///< empty: every reason
  std::string schedule;                             ///< five-field cron in UTC; empty: always active
  Duration duration{0};                             ///< how long after each hit of the schedule
};

/// spec.limits; 0: no limit on that resource.
struct NodePoolLimits {
  Resources resources;
  std::int64_t nodes = 0;
};

/// karpenter.sh/v1 NodePool.
struct KarpenterNodePoolSpec {
  Name name;
  Name node_class;                                  ///< nodeClassRef.name
  std::int64_t weight = 0;                          ///< higher is tried first
  NodePoolLimits limits;
  Labels labels;                                    ///< template.metadata.labels
  std::vector<Taint> taints, startup_taints;
  std::vector<NodeClaimRequirement> requirements;
  ConsolidationPolicy policy = ConsolidationPolicy::WhenEmptyOrUnderutilized;
  std::optional<Duration> consolidate_after{Duration{0}};          ///< absent: Never
  std::vector<NodeDisruptionBudgetSpec> budgets{NodeDisruptionBudgetSpec{}};
  std::optional<Duration> expire_after{Duration{2'592'000'000'000}};   ///< 720 h; absent: Never
  std::optional<Duration> termination_grace;        ///< terminationGracePeriod; absent: drains wait for ever
  Position declared_at;
};

/// karpenter.azure.com AKSNodeClass, the part that decides what a node holds.
struct AksNodeClassSpec {
  Name name;
  std::int64_t os_disk_gib = 128;                   ///< osDiskSizeGB, default 128
  std::int64_t max_pods = 0;                        ///< maxPods; 0: by network mode (overlay 250, node subnet 30)
  Name subnet;                                      ///< last part of vnetSubnetID; empty: the cluster's
  Position declared_at;
};

/// A change of a NodePool's template during the run: nodes made before it have drifted.
struct TemplateChangeSpec {
  SimTime at;
  Name node_pool;
  Position declared_at;
};

}  // namespace akstwin
