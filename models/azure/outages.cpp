#include "models/azure/outages.hpp"

#include <string>

#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"

namespace akstwin {

Outages::Outages(Kernel& kernel, Timeline& timeline, const PlatformTopology& platform, CloudState& cloud, ScaleSets& scale_sets,
                 std::vector<NodeRegistrar*> registrars)
    : kernel_(kernel), timeline_(timeline), platform_(platform), cloud_(cloud), scale_sets_(scale_sets), registrars_(std::move(registrars)) {
  end_ = kernel.handlers().add<&Outages::on_end>("outages.end", Phase::Plant, *this);
}

void Outages::lose_region(Name region, Duration duration) { begin(region, 0, duration); }

void Outages::lose_zone(Name region, int zone, Duration duration) {
  AKSTWIN_CHECK(zone >= 1, "zones count from 1");
  begin(region, zone, duration);
}

void Outages::begin(Name region, int zone, Duration duration) {
  const OutageNotice notice{.region = region, .region_index = platform_.region_index(region), .zone = zone, .began = kernel_.now()};
  const bool fresh = !covered_by_another(notice);
  const auto row = static_cast<std::uint32_t>(outages_.size());
  outages_.push_back({notice, false});
  kernel_.after(duration, end_, {row, 0});
  if (!fresh) return;
  record(notice, true);
  if (zone == 0) set_region(notice, false);
  else scale_sets_.zone_changed(notice.region_index, zone, false);
  for (OutageListener* listener : listeners_) listener->outage_began(notice);
}

void Outages::on_end(Subject subject) {
  outages_[subject.row].over = true;
  const OutageNotice notice = outages_[subject.row].notice;
  if (covered_by_another(notice)) return;
  record(notice, false);
  if (notice.zone == 0) set_region(notice, true);
  else scale_sets_.zone_changed(notice.region_index, notice.zone, true);
  for (OutageListener* listener : listeners_) listener->outage_ended(notice);
}

bool Outages::covered_by_another(const OutageNotice& notice) const {
  for (const Outage& outage : outages_)
    if (!outage.over && outage.notice.region_index == notice.region_index && outage.notice.zone == notice.zone) return true;
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
    if (!outage.over && outage.notice.region_index == notice.region_index && outage.notice.zone != 0)
      scale_sets_.zone_changed(notice.region_index, outage.notice.zone, false);
}

void Outages::record(const OutageNotice& notice, bool began) {
  const Name what = notice.zone == 0 ? notice.region : Name(notice.region.str() + "-" + std::to_string(notice.zone));
  const Name scope(notice.zone == 0 ? "region" : "zone");
  timeline_.event({kernel_.now(), code(began ? EventKind::OutageBegan : EventKind::OutageEnded), what, {}, scope, 0});
}

}  // namespace akstwin
