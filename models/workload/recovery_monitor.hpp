/// Watches whether the platform serves again after the loss of the region that carried its traffic.
#pragma once
#include <cstdint>
#include <vector>

#include "models/workload/data_replication.hpp"
#include "models/workload/load_model.hpp"

namespace akstwin {

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
  bool has_capacity(std::uint32_t cluster) const;
  void note_workloads(std::uint32_t cluster);
  void recovered(std::uint32_t cluster);
  void phase(const char* name, SimTime ended);

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
  SimTime without_capacity_, without_data_;   ///< the last check that found it missing
};

}  // namespace akstwin
