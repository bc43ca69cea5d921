#include "models/azure/outages.hpp"

#include <algorithm>
#include <string>

#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"

namespace akstwin {

Outages::Outages(Kernel& kernel, Timeline& timeline, const PlatformTopology& platform, CloudState& cloud, ScaleSets& scale_sets,
                 std::vector<NodeRegistrar*> registrars, const Scenario& scenario)
    : kernel_(kernel), timeline_(timeline), platform_(platform), cloud_(cloud), scale_sets_(scale_sets), registrars_(std::move(registrars)) {
  end_ = kernel.handlers().add<&Outages::on_end>("outages.end", Phase::Plant, *this);
  for (const ClusterSpec& cluster : scenario.clusters) cluster_names_.push_back(cluster.name);
}

void Outages::lose_region(Name region, Duration duration) { begin({region, 0, 0, {}, {}}, duration); }

void Outages::lose_zone(Name region, int zone, Duration duration) {
  AKSTWIN_CHECK(zone >= 1, "zones count from 1");
  begin({region, 0, zone, {}, {}}, duration);
}

void Outages::lose_part_of_zone(Name region, int zone, std::int64_t share_ppm, Duration duration) {
  AKSTWIN_CHECK(zone >= 1, "zones count from 1");
  begin({region, 0, zone, {}, {}, share_ppm}, duration);
}

void Outages::lose_control_plane(std::uint32_t cluster, Duration duration) {
  begin({platform_.topology.regions[platform_.cluster_region[cluster]], 0, 0, {}, cluster_names_[cluster]}, duration);
}

void Outages::begin(OutageNotice notice, Duration duration) {
  notice.region_index = platform_.region_index(notice.region);
  notice.began = kernel_.now();
  const bool fresh = !covered_by_another(notice);
  const auto row = static_cast<std::uint32_t>(outages_.size());
  outages_.push_back({notice, false});
  if (duration > Duration{0}) kernel_.after(duration, end_, {row, 0});   // zero: to the end
  if (!fresh) return;
  record(notice, true);
  apply(row, true);
  if (!notice.cluster.empty()) return;   // no machine is lost, no traffic moves
  for (OutageListener* listener : listeners_) listener->outage_began(notice);
}

void Outages::apply(std::uint32_t row, bool began) {
  const OutageNotice& notice = outages_[row].notice;
  if (!notice.cluster.empty()) {
    if (!cloud_.region_up[notice.region_index]) return;   // it is down with its region, and comes back with it
    const std::uint32_t cluster = cluster_index(notice.cluster);
    if (kernel_.site_up(platform_.control_plane[cluster]) == began) kernel_.set_site(platform_.control_plane[cluster], !began);
    registrars_[cluster]->control_plane_changed(!began);
  } else if (notice.zone == 0) {
    set_region(notice, !began);
  } else if (notice.share_ppm < 1'000'000) {
    if (began) scale_sets_.lose_part(notice.region_index, notice.zone, notice.share_ppm, row + 1);
    else scale_sets_.restore_part(row + 1);
  } else {
    scale_sets_.zone_changed(notice.region_index, notice.zone, !began);
  }
}

std::uint32_t Outages::cluster_index(Name cluster) const {
  const auto found = std::ranges::find(cluster_names_, cluster);
  AKSTWIN_CHECK(found != cluster_names_.end(), "only clusters of the scenario lose their control plane");
  return static_cast<std::uint32_t>(found - cluster_names_.begin());
}

void Outages::on_end(Subject subject) {
  outages_[subject.row].over = true;
  const OutageNotice notice = outages_[subject.row].notice;
  if (covered_by_another(notice)) return;
  record(notice, false);
  apply(subject.row, false);
  if (!notice.cluster.empty()) return;
  for (OutageListener* listener : listeners_) listener->outage_ended(notice);
}

// Partial outages never cover one another: each has its own machines.
bool Outages::covered_by_another(const OutageNotice& notice) const {
  if (notice.share_ppm < 1'000'000) return false;
  for (const Outage& outage : outages_) {
    const OutageNotice& other = outage.notice;
    if (!outage.over && other.share_ppm == 1'000'000 && other.region_index == notice.region_index && other.zone == notice.zone &&
        other.cluster == notice.cluster)
      return true;
  }
  return false;
}

void Outages::set_region(const OutageNotice& notice, bool up) {
  // Only the platform's own sites: what else the world puts on the map (the people who run it) is not lost with a region.
  const std::vector<Site>& sites = platform_.topology.sites;
  for (std::uint32_t site = 0; site < platform_.site_cluster.size(); ++site)
    if (sites[site].region == notice.region_index && kernel_.site_up({site}) != up) kernel_.set_site({site}, up);
  cloud_.region_up[notice.region_index] = up;
  scale_sets_.region_changed(notice.region_index, up);
  for (std::uint32_t cluster = 0; cluster < registrars_.size(); ++cluster)
    if (platform_.cluster_region[cluster] == notice.region_index) registrars_[cluster]->region_changed(up);
  if (!up) return;
  // Zones that are still lost stay so when the rest of the region is back.
  for (const Outage& outage : outages_)
    if (!outage.over && outage.notice.region_index == notice.region_index && outage.notice.zone != 0 && outage.notice.share_ppm == 1'000'000)
      scale_sets_.zone_changed(notice.region_index, outage.notice.zone, false);
  // So do control planes, and what is left of the machines that a partial outage hit comes back with the region.
  for (std::uint32_t row = 0; row < outages_.size(); ++row)
    if (!outages_[row].over && outages_[row].notice.region_index == notice.region_index && !outages_[row].notice.cluster.empty()) apply(row, true);
}

void Outages::record(const OutageNotice& notice, bool began) {
  if (!notice.cluster.empty()) {
    timeline_.event({kernel_.now(), code(began ? EventKind::OutageBegan : EventKind::OutageEnded), notice.cluster, {}, Name("control plane"), 0});
    return;
  }
  const Name what = notice.zone == 0 ? notice.region : Name(notice.region.str() + "-" + std::to_string(notice.zone));
  const Name scope(notice.zone == 0 ? "region" : notice.share_ppm < 1'000'000 ? "part of zone" : "zone");
  timeline_.event({kernel_.now(), code(began ? EventKind::OutageBegan : EventKind::OutageEnded), what, {}, scope, 0});
}

}  // namespace akstwin
