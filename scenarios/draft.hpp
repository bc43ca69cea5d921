/// A scenario while it is being read: the typed parts, and what still refers to files and to other parts.
#pragma once
#include <string>
#include <vector>

#include "models/spec/scenario.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

/// `generate:` of a workloads entry: a team's services of one make.
struct GenerateDraft {
  bool present = false;
  Name team;
  std::int64_t services = 1;
  std::int64_t min_replicas = 2, max_replicas = 10;
  Resources requests{{250}, {512LL << 20}, {}, 0}, limits;
  std::int64_t target_utilization = 70;
  ImageSpec image;
};

/// One entry of `workloads`.
struct WorkloadSourceDraft {
  std::vector<Name> clusters;
  std::vector<std::string> from;
  GenerateDraft generate;
  std::string path;                         ///< in the scenario, for positions
};

/// `delivery` with the Flux objects that it points at.
struct DeliveryDraft {
  DeliverySpec spec;
  std::vector<std::string> gitops_from;
  std::string repository;                   ///< folder that stands for the Git repository's root
};

/// Everything below `spec:`.
struct SpecDraft {
  Scenario scenario;
  std::vector<WorkloadSourceDraft> workloads;
  DeliveryDraft delivery;
};

/// The whole document.
struct ScenarioDraft {
  SpecDraft spec;
};

// One declaration of fields for each spec; see docs/reference/scenario.md, which is printed from them.
void describe(Fields& f, ScenarioDraft& out);
void describe(Fields& f, SpecDraft& out);
void describe(Fields& f, SubnetSpec& out);
void describe(Fields& f, VirtualNetworkSpec& out);
void describe(Fields& f, RegionQuotaSpec& out);
void describe(Fields& f, AllocationWindowSpec& out);
void describe(Fields& f, NetworkProfileSpec& out);
void describe(Fields& f, PodCidrExpansionSpec& out);
void describe(Fields& f, AutoScalerProfileSpec& out);
void describe(Fields& f, NodeTimesSpec& out);
void describe(Fields& f, NodePoolSpec& out);
void describe(Fields& f, DateSpan& out);
void describe(Fields& f, MaintenanceWindowSpec& out);
void describe(Fields& f, PowerScheduleSpec& out);
void describe(Fields& f, ReleaseSpec& out);
void describe(Fields& f, VmEventsSpec& out);
/// `upgradeSettings` of a pool, and `upgradeSettingsBlueGreen`.
void describe_upgrade_settings(Fields& f, NodePoolSpec& out);
void describe_blue_green(Fields& f, BlueGreenSpec& out, Duration& drain_timeout);
/// What keeps a cluster up to date and repaired.
void describe_maintenance(Fields& f, MaintenanceSpec& out);
void describe(Fields& f, TemplateChangeSpec& out);
void describe(Fields& f, NodeProvisioningSpec& out);
void describe(Fields& f, ServiceMeshSpec& out);
void describe(Fields& f, StandbySpec& out);
void describe(Fields& f, ClusterSpec& out);
void describe(Fields& f, WorkloadSourceDraft& out);
void describe(Fields& f, GenerateDraft& out);
void describe(Fields& f, TrafficBurst& out);
void describe(Fields& f, TrafficSpec& out);
void describe(Fields& f, CallSpec& out);
void describe(Fields& f, ServiceLoadSpec& out);
void describe(Fields& f, QueueSpec& out);
void describe(Fields& f, ImageSpec& out);
void describe(Fields& f, DeliveryDraft& out);
void describe(Fields& f, DataStoreSpec& out);
void describe(Fields& f, EdgeSpec& out);
void describe(Fields& f, RegistrySpec& out);
void describe(Fields& f, MonitoringSpec& out);
void describe(Fields& f, SpotMarketSpec& out);
void describe(Fields& f, SpotMarketOverride& out);
void describe(Fields& f, CommitmentSpec& out);
void describe(Fields& f, BudgetSpec& out);
void describe(Fields& f, CostSpec& out);
void describe(Fields& f, StepSpec& out);
void describe(Fields& f, RecoverySpec& out);
void describe(Fields& f, ReferenceFigureSpec& out);
void describe(Fields& f, VariantSpec& out);

/// What of a network profile takes addresses, and what limits how many nodes there may be.
void describe_addresses(Fields& f, NetworkProfileSpec& out);
/// `apiServerAccessProfile` of a cluster.
void describe_api_server_access(Fields& f, ClusterSpec& out);
/// cpu, memory and gpu of a request or limit.
void describe_resources(Fields& f, Resources& out);
/// The `thresholds` mapping.
void describe_thresholds(Fields& f, std::vector<ThresholdSpec>& out);
/// The `faults` block.
void describe_faults(Fields& f, std::vector<StepSpec>& out);

/// A scalar, list or mapping on one line, as an override would write it.
std::string flow_text(const YamlNode& node);

}  // namespace akstwin
