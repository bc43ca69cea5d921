/// What the verbs of `drive` have in common: scenario, allow-list, session and ports, put together.
#pragma once
#include <memory>
#include <vector>

#include "adapters/cli/drive_verbs.hpp"
#include "adapters/drive/drive_plan.hpp"
#include "adapters/live/live_session.hpp"

namespace akstwin {

/// Members in the order of who needs whom.
struct DriveSession {
  Scenario scenario;
  DriveAllowList allow;
  std::string cluster;
  std::unique_ptr<LiveSession> session;
  Timeline timeline;
  std::unique_ptr<KubeClusterApi> kube;
  std::unique_ptr<AzureCloudApi> cloud;
  std::unique_ptr<DriveGuard> guard;

  PlanParts plan_parts() { return {scenario, session->context.name, cluster, *kube, cloud.get(), allow, *guard}; }
};

/// Reads and connects; a complaint is printed, its exit code is the error.
tl::expected<std::unique_ptr<DriveSession>, ExitCode> open_drive(const DriveCall& arguments, bool writes, Console& console);
/// The actions that are asked for.
tl::expected<std::vector<DriveAction>, ExitCode> drive_actions(const DriveCall& arguments, const DriveSession& session, Console& console);
/// The cluster of the scenario that a context stands for: the named one, the one of that name, or the only one.
Result<std::string> cluster_for(const Scenario& scenario, const std::string& named, const std::string& context);

}  // namespace akstwin
