#include "models/controllers/maintenance/auto_upgrade.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// Without a window AKS tries a failed upgrade again on its own: a day later, an assumption.
constexpr Duration kRetry{86'400'000'000};

/// "node image 2026-03-05": what a release is called in reports, and how one is told from the next.
Name dated(const char* what, std::int64_t unix_seconds) {
  return Name(unix_seconds == 0 ? std::string(what) : std::string(what) + " " + Epoch{unix_seconds}.iso(SimTime{}).substr(0, 10));
}

}  // namespace

Name AutoUpgrade::image_name(SimTime now) const { return dated("node image", newest(ReleaseKind::NodeImage, now)); }

AutoUpgrade::AutoUpgrade(const MaintenanceSpec& spec, int kubernetes_minor, std::vector<ReleaseSpec> releases, const Epoch& start)
    : spec_(spec), releases_(std::move(releases)), start_(start) {
  versions_.minor = kubernetes_minor;
  versions_.patch = newest_patch(kubernetes_minor, SimTime{});
  versions_.node_image = newest(ReleaseKind::NodeImage, SimTime{});
  versions_.security = newest(ReleaseKind::SecurityPatch, SimTime{});
}

int AutoUpgrade::newest_patch(int minor, SimTime now) const {
  int patch = 0;
  for (const ReleaseSpec& release : releases_)
    if (release.kind == ReleaseKind::Kubernetes && release.minor == minor && release.unix_seconds <= unix_at(now)) patch = std::max(patch, release.patch);
  return patch;
}

int AutoUpgrade::newest_minor(SimTime now) const {
  int minor = versions_.minor;
  for (const ReleaseSpec& release : releases_)
    if (release.kind == ReleaseKind::Kubernetes && release.unix_seconds <= unix_at(now)) minor = std::max(minor, release.minor);
  return minor;
}

std::int64_t AutoUpgrade::newest(ReleaseKind kind, SimTime now) const {
  std::int64_t at = 0;
  for (const ReleaseSpec& release : releases_)
    if (release.kind == kind && release.reimage && release.unix_seconds <= unix_at(now)) at = std::max(at, release.unix_seconds);
  return at;
}

bool AutoUpgrade::open(WindowKind kind, SimTime now) const {
  if (!has_window(spec_.windows, kind)) return true;
  const auto window = next_window(spec_.windows, kind, start_, now);
  return window && window->begin <= now;
}

std::optional<UpgradeRequest> AutoUpgrade::kubernetes(SimTime now) const {
  int target = versions_.minor;
  const char* channel = "patch channel";
  switch (spec_.channel) {
    case UpgradeChannel::None:
    case UpgradeChannel::NodeImage: return std::nullopt;
    case UpgradeChannel::Patch: break;
    case UpgradeChannel::Stable:
      target = std::max(target, newest_minor(now) - 1);
      channel = "stable channel";
      break;
    case UpgradeChannel::Rapid:
      target = newest_minor(now);
      channel = "rapid channel";
      break;
  }
  const int minor = std::min(target, versions_.minor + 1), patch = newest_patch(minor, now);
  if (patch == 0 || (minor == versions_.minor && patch <= versions_.patch)) return std::nullopt;
  UpgradeRequest request;
  request.scope = UpgradeScope::Cluster;
  request.version = Name("kubernetes 1." + std::to_string(minor) + "." + std::to_string(patch));
  request.cause = Name(channel);
  request.minor = minor;
  request.patch = patch;
  return request;
}

std::optional<UpgradeRequest> AutoUpgrade::node_image(SimTime now, WindowKind window) const {
  const bool by_channel = spec_.channel == UpgradeChannel::NodeImage && window == WindowKind::AutoUpgrade;
  const bool by_os = window == WindowKind::NodeOs;
  const bool image = (by_channel || (by_os && spec_.node_os == NodeOsChannel::NodeImage)) && newest(ReleaseKind::NodeImage, now) > versions_.node_image;
  const bool security = by_os && spec_.node_os == NodeOsChannel::SecurityPatch && newest(ReleaseKind::SecurityPatch, now) > versions_.security;
  if (!image && !security) return std::nullopt;
  UpgradeRequest request;
  request.scope = UpgradeScope::NodeImage;
  request.version = image ? image_name(now) : dated("security patch", newest(ReleaseKind::SecurityPatch, now));
  request.cause = Name(by_channel ? "node-image channel" : image ? "NodeImage channel" : "SecurityPatch channel");
  return request;
}

std::optional<UpgradeRequest> AutoUpgrade::due(SimTime now) const {
  if (now < not_before_) return std::nullopt;
  if (open(WindowKind::AutoUpgrade, now)) {
    if (auto request = kubernetes(now)) return request;
    if (auto request = node_image(now, WindowKind::AutoUpgrade)) return request;
  }
  return open(WindowKind::NodeOs, now) ? node_image(now, WindowKind::NodeOs) : std::nullopt;
}

SimTime AutoUpgrade::next(SimTime now) const {
  SimTime at = now < not_before_ ? not_before_ : kNever;
  for (const ReleaseSpec& release : releases_) {
    if (release.unix_seconds <= unix_at(now)) continue;
    at = std::min(at, SimTime{(release.unix_seconds - start_.unix_seconds) * 1'000'000});
    break;
  }
  for (const WindowKind kind : {WindowKind::AutoUpgrade, WindowKind::NodeOs}) {
    const auto window = next_window(spec_.windows, kind, start_, now);
    if (!window) continue;
    if (window->begin > now) at = std::min(at, window->begin);
    else if (const auto later = next_window(spec_.windows, kind, start_, window->end)) at = std::min(at, later->begin);
  }
  return at;
}

void AutoUpgrade::finished(const UpgradeRequest& request, bool succeeded, SimTime now) {
  if (!succeeded) {
    const WindowKind kind = request.scope == UpgradeScope::NodeImage && spec_.channel != UpgradeChannel::NodeImage ? WindowKind::NodeOs : WindowKind::AutoUpgrade;
    const auto window = next_window(spec_.windows, kind, start_, now);
    not_before_ = window && window->begin <= now ? window->end : now + kRetry;
    return;
  }
  if (request.pool.empty() || request.scope != UpgradeScope::Pool) {
    if (request.minor > 0) {
      versions_.minor = request.minor;
      versions_.patch = request.patch;
    }
    if (request.scope == UpgradeScope::ControlPlane || !request.pool.empty()) return;
    // New nodes come with the newest image, whatever they were made for.
    versions_.node_image = newest(ReleaseKind::NodeImage, now);
    versions_.security = newest(ReleaseKind::SecurityPatch, now);
  }
}

}  // namespace akstwin
