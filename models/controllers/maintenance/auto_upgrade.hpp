/// Which upgrades the channels of a cluster want, and when its maintenance windows let them begin.
#pragma once
#include <optional>
#include <vector>

#include "models/api/upgrades.hpp"
#include "models/spec/maintenance_windows.hpp"

namespace akstwin {

/// What a cluster runs. Times are those of the release.
struct ClusterVersions {
  int minor = 0, patch = 0;
  std::int64_t node_image = 0, security = 0;
};

/// Follows a calendar of releases. Source: auto-upgrade-cluster.md and auto-upgrade-node-os-image.md (2026-06): patch is the newest patch of the
/// minor version, stable the newest patch of the last but one minor version, rapid of the last; one minor version at a time.
class AutoUpgrade {
 public:
  /// `releases` by time. A cluster starts with the newest patch of its minor version and the newest node image.
  AutoUpgrade(const MaintenanceSpec& spec, int kubernetes_minor, std::vector<ReleaseSpec> releases, const Epoch& start);

  /// The upgrade that may begin now, if any. Kubernetes goes before node images.
  std::optional<UpgradeRequest> due(SimTime now) const;
  /// When due() may have another answer.
  SimTime next(SimTime now) const;
  /// An upgrade is over. What failed is tried again in the next window, or a day later where there is none.
  void finished(const UpgradeRequest& request, bool succeeded, SimTime now);
  const ClusterVersions& versions() const { return versions_; }
  /// The newest patch of a minor version at that time; 0 when there is none.
  int newest_patch(int minor, SimTime now) const;
  /// "node image 2026-03-05": the newest one at that time.
  Name image_name(SimTime now) const;

 private:
  std::int64_t unix_at(SimTime now) const { return start_.unix_seconds + now.since_start().seconds(); }
  /// The newest release of a kind that reimages nodes; 0: none yet.
  std::int64_t newest(ReleaseKind kind, SimTime now) const;
  int newest_minor(SimTime now) const;
  std::optional<UpgradeRequest> kubernetes(SimTime now) const;
  std::optional<UpgradeRequest> node_image(SimTime now, WindowKind window) const;
  bool open(WindowKind kind, SimTime now) const;

  const MaintenanceSpec& spec_;
  std::vector<ReleaseSpec> releases_;
  Epoch start_;
  ClusterVersions versions_;
  SimTime not_before_;
};

}  // namespace akstwin
