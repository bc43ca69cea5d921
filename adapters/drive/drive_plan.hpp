/// From actions to requests: what a run would send to this cluster as it is now, with what would take each back.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "adapters/azure/azure_cloud_api.hpp"
#include "adapters/drive/drive_action.hpp"
#include "adapters/drive/guard.hpp"
#include "adapters/kube/kube_cluster_api.hpp"

namespace akstwin {

/// One request of a plan, or a wait.
struct PlannedChange {
  std::string step, action, target;
  Duration after{0};                     ///< since the change before it
  bool azure = false;
  KubeRequest kube;
  ArmRequest arm;
  HttpRequest undo;                      ///< empty target: nothing to take back
  std::string undo_what;
  std::string note;                      ///< what somebody should know: an autoscaler will scale it back
  std::optional<StateCondition> awaits;  ///< a wait until this holds …
  Duration patience{0};                  ///< … for at most so long

  const std::string& what() const { return azure ? arm.what : kube.what; }
  bool only_waits() const { return kube.http.target.empty() && arm.path.empty(); }
};

struct DrivePlan {
  std::string scenario, context, cluster;
  std::vector<PlannedChange> changes;
  std::vector<std::string> refused;      ///< in words; a plan with one is not carried out
  std::vector<std::string> left_out;     ///< actions that concern other clusters
  std::int64_t pods = 0, nodes = 0;      ///< that it would touch
  /// Changes that are more than waits.
  std::int64_t requests() const;
  /// Over all requests and what takes them back: moves when the cluster did.
  std::string hash() const;
  /// Of every request in it and of what takes each back: what the guard lets through once it is confirmed.
  std::set<std::string> fingerprints() const;
};

struct PlanParts {
  const Scenario& scenario;
  std::string context, cluster;          ///< the cluster of the scenario that the context stands for
  KubeClusterApi& kube;
  AzureCloudApi* cloud = nullptr;        ///< null: no Azure behind it
  const DriveAllowList& allow;
  DriveGuard& guard;
};

/// Reads the cluster, changes nothing. Each change is shown to the guard.
DrivePlan make_plan(const PlanParts& parts, const std::vector<DriveAction>& actions);

}  // namespace akstwin
