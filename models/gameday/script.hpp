/// The game day: steps at a time or after a condition, their actions one after the other, as people and runbooks do them.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "models/api/notes.hpp"
#include "models/api/plant.hpp"
#include "models/api/ports.hpp"
#include "models/api/upgrades.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

/// What a script acts through.
struct ScriptPorts {
  std::span<ClusterApi* const> clusters;     ///< in the order of the scenario
  CloudApi& cloud;
  OutageControl& outages;
  DurationSource& durations;
  Notes& notes;
  UpgradeControl* upgrades = nullptr;        ///< null: no step upgrades, breaks or repairs anything
};

/// Runs all steps of a scenario. Level-triggered like a controller: step() does what is due and says when to come again.
class Script {
 public:
  Script(const Scenario& scenario, ScriptPorts ports);
  SimTime step(SimTime now);

 private:
  enum class Stage : std::uint8_t { Waiting, Delayed, Acting, Done };
  struct Run {
    const StepSpec* spec = nullptr;
    Stage stage = Stage::Waiting;
    std::size_t action = 0;                  // the next one
    bool started = false;                    // the action's own time is running
    bool submitted = false;                  // a long-running operation is under way
    SimTime due;
    SimTime triggered, action_began;
  };

  bool condition_holds(const StepSpec& step) const;
  SimTime advance(Run& run, std::size_t index, SimTime now);
  /// TooManyRequests: ARM wants it to be tried again later. Anything else is an end of it.
  Verdict perform(const ActionSpec& action, SimTime now);
  bool operation_runs(const ActionSpec& action) const;
  Verdict start_operation(const ActionSpec& action);
  PoolId pool_of(Name key) const;
  void fail_over_data(const ActionSpec& action);
  void roll_back(Name target);
  /// Upgrades, stops, starts and faults: what AKS itself is asked to do.
  Verdict maintain(const ActionSpec& action);
  /// Scaling, restarts, evictions, cordons, reconciliations: what people ask of a cluster's API server.
  Verdict change_cluster(const ActionSpec& action);
  void take_pods(const ActionSpec& action, ClusterApi& api, WorkloadId workload);
  void restart(ClusterApi& api, WorkloadId workload);
  void cordon(const ActionSpec& action, ClusterApi& api);
  void fetch_source_of(ClusterApi& cluster, std::string_view key);
  std::uint32_t cluster_index(Name name) const;
  void phase(std::string_view name, SimTime now);

  const Scenario& scenario_;
  ScriptPorts ports_;
  std::vector<Run> runs_;
  std::uint64_t edge_changes_ = 0;
  SimTime outage_began_ = kNever;
  Name outage_;
  std::int64_t restarts_ = 0;
};

/// "frontDoor.failover", "flux.resume" …: the action as scenarios write it.
std::string_view to_string(ActionKind kind);

}  // namespace akstwin
