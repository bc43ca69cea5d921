/// Watches whether the platform serves again after the loss of the region that carried its traffic.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/workload/data_replication.hpp"
#include "models/workload/load_model.hpp"

namespace akstwin {

/// How often the platform is looked at while it is not recovered: the resolution of the RTO.
inline constexpr Duration kRecoveryCheck{5'000'000};

/// Checks every kRecoveryCheck from the outage until everything serves, then records WorkloadServing, RecoveryPhase and Recovered.
class RecoveryMonitor final : public OutageListener {
 public:
  RecoveryMonitor(Kernel& kernel, Timeline& timeline, const CloudState& cloud, LoadModel& load, const DataReplication& data,
                  std::vector<ClusterLoad> clusters, std::vector<Name> cluster_names);
  RecoveryMonitor(const RecoveryMonitor&) = delete;

  void outage_began(const OutageNotice& outage) override;
  void outage_ended(const OutageNotice&) override {}
  bool watching() const { return watching_; }

 private:
  void on_check(Subject subject);
  void note_workloads(std::uint32_t cluster);
  void recovered(std::uint32_t cluster);
  void phase(std::string_view name, SimTime ended);

  Kernel& kernel_;
  Timeline& timeline_;
  const CloudState& cloud_;
  LoadModel& load_;
  const DataReplication& data_;
  std::vector<ClusterLoad> clusters_;
  std::vector<Name> names_;
  HandlerId check_;
  bool watching_ = false;
  std::uint32_t epoch_ = 0;
  OutageNotice outage_;
  std::vector<bool> served_;           ///< by service: recorded already
  SimTime capacity_since_, data_since_;   ///< the first check after the last one that found it missing
};

}  // namespace akstwin
