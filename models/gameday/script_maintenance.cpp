// The game day's actions on clusters and pools that AKS itself carries out: upgrades, stops, starts, faults.
#include "models/gameday/script.hpp"

namespace akstwin {
namespace {

/// What follows the slash: the pool of "cluster/pool"; empty: all.
Name pool_part(Name target) {
  const std::string_view text = target.text();
  const std::size_t slash = text.find('/');
  return slash == std::string_view::npos ? Name{} : Name(text.substr(slash + 1));
}

Name cluster_part(Name target) { return Name(target.text().substr(0, target.text().find('/'))); }

UpgradeScope scope_of(ActionKind kind) {
  if (kind == ActionKind::UpgradeControlPlane) return UpgradeScope::ControlPlane;
  if (kind == ActionKind::UpgradePool) return UpgradeScope::Pool;
  return kind == ActionKind::UpgradeNodeImage ? UpgradeScope::NodeImage : UpgradeScope::Cluster;
}

/// "1.33" or "1.33.2" into minor and patch; the reader has checked it.
void read_version(Name version, UpgradeRequest& request) {
  int* const parts[] = {&request.minor, &request.patch};
  std::size_t part = 0;
  for (const char c : version.text().substr(version.text().find('.') + 1)) {
    if (c == '.') ++part;
    else if (part < 2) *parts[part] = *parts[part] * 10 + (c - '0');
  }
}

}  // namespace

Verdict Script::maintain(const ActionSpec& action) {
  const std::uint32_t cluster = cluster_index(cluster_part(action.target));
  if (action.kind == ActionKind::StopCluster) return ports_.cloud.submit(StopCluster{cluster});
  if (action.kind == ActionKind::StartCluster) return ports_.cloud.submit(StartCluster{cluster});
  if (ports_.upgrades == nullptr) return Verdict::NotFound;
  if (action.kind == ActionKind::BreakNodes) {
    ports_.upgrades->break_nodes(pool_of(action.target), action.count);
    return Verdict::Accepted;
  }
  if (action.kind == ActionKind::AbortUpgrade) {
    ports_.upgrades->abort_upgrade(cluster);
    return Verdict::Accepted;
  }
  UpgradeRequest request;
  request.scope = scope_of(action.kind);
  request.pool = pool_part(action.target);
  request.cause = Name("game day");
  if (!action.version.empty()) read_version(action.version, request);
  ports_.upgrades->upgrade(cluster, request);
  return Verdict::Accepted;
}

}  // namespace akstwin
