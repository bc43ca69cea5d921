#include "models/azure/front_door.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

// Traffic Manager (facts H, AZD traffic-manager-monitoring): three failures are tolerated, a probe times out after 10 s, and
// clients keep the old answer for the DNS time to live, 30 s in the documentation's example.
constexpr std::int64_t kTolerated = 3;
constexpr Duration kTrafficManagerTimeout{10'000'000};
constexpr Duration kTimeToLive{30'000'000};

}  // namespace

// ---- Probes ----

ProbeWindow::ProbeWindow(SimTime first, Duration interval, std::int64_t sample_size, std::int64_t successes_needed, bool up)
    : first_(first), interval_(interval), needed_(successes_needed), window_(static_cast<std::size_t>(sample_size), up), up_(up) {
  AKSTWIN_CHECK(interval.us > 0 && sample_size >= successes_needed && successes_needed > 0, "the reader checks the probe settings");
}

std::int64_t ProbeWindow::probes_until(SimTime now) const { return now < first_ ? 0 : (now - first_) / interval_ + 1; }

void ProbeWindow::change(SimTime now, bool up) {
  const std::int64_t made = probes_until(now);
  const std::int64_t fresh = std::min(made - known_, static_cast<std::int64_t>(window_.size()));
  window_.erase(window_.begin(), window_.begin() + fresh);
  window_.insert(window_.end(), static_cast<std::size_t>(fresh), up_);
  known_ = made;
  up_ = up;
}

bool ProbeWindow::verdict(std::int64_t probes) const {
  const std::int64_t fresh = std::min(probes - known_, static_cast<std::int64_t>(window_.size()));
  const std::int64_t old = std::count(window_.begin() + fresh, window_.end(), true);
  return old + (up_ ? fresh : 0) >= needed_;
}

bool ProbeWindow::healthy(SimTime now) const { return verdict(probes_until(now)); }

SimTime ProbeWindow::next_turn(SimTime now) const {
  const std::int64_t made = probes_until(now);
  const bool today = verdict(made);
  for (std::int64_t next = made + 1; next <= made + static_cast<std::int64_t>(window_.size()); ++next)
    if (verdict(next) != today) return first_ + interval_ * (next - 1);
  return kNever;
}

// ---- Front Door ----

FrontDoor::FrontDoor(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, const PlatformTopology& platform,
                     CloudState& cloud)
    : kernel_(kernel), timeline_(timeline), scenario_(scenario), platform_(platform), cloud_(cloud), root_(root) {
  HandlerRegistry& handlers = kernel.handlers();
  turn_ = handlers.add<&FrontDoor::on_turn>("front_door.health_turned", Phase::Plant, *this);
  routed_ = handlers.add<&FrontDoor::on_routed>("front_door.routed", Phase::Plant, *this);
  move_ = handlers.add<&FrontDoor::on_move>("front_door.moved", Phase::Plant, *this);
  const EdgeSpec& edge = scenario.edge;
  interval_ = edge.probe_interval;
  sample_size_ = edge.sample_size;
  successes_ = edge.successful_samples;
  if (edge.kind == EdgeSpec::Kind::TrafficManager) {
    sample_size_ = kTolerated + 1;
    successes_ = 1;
    probe_timeout_ = kTrafficManagerTimeout;
    client_delay_ = kTimeToLive;
  }
  // Without an edge, clients reach the first cluster that does not stand by for another.
  for (std::uint32_t c = static_cast<std::uint32_t>(scenario.clusters.size()); c-- > 0;)
    if (scenario.clusters[c].standby.pattern == StandbyPattern::None) cloud.active_origin = c;
  if (edge.kind == EdgeSpec::Kind::None) return;
  for (const Name name : edge.origins)
    for (std::uint32_t c = 0; c < scenario.clusters.size(); ++c) {
      if (scenario.clusters[c].name != name) continue;
      priority_.push_back(static_cast<std::uint32_t>(origins_.size()));
      Origin origin{.cluster = c, .name = name, .probes = {first_probe(name), interval_, sample_size_, successes_, true}};
      origins_.push_back(std::move(origin));
    }
  if (!origins_.empty()) cloud.active_origin = origins_.front().cluster;
}

/// Probes of an origin are spread over the interval: where they fall is drawn once a run.
SimTime FrontDoor::first_probe(Name origin) const {
  const RngStream stream(root_, "azure/edge/probe/" + origin.str());
  return {static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(interval_.us), 0))};
}

void FrontDoor::start() {
  started_ = true;
  for (Origin& origin : origins_) {
    origin.healthy = origin.region_up && origin.answers;
    origin.probes = {first_probe(origin.name), interval_, sample_size_, successes_, origin.healthy};
  }
}

bool FrontDoor::is_origin(std::uint32_t cluster) const {
  return std::any_of(origins_.begin(), origins_.end(), [&](const Origin& origin) { return origin.cluster == cluster; });
}

bool FrontDoor::healthy(std::uint32_t cluster) const {
  return std::any_of(origins_.begin(), origins_.end(), [&](const Origin& origin) { return origin.cluster == cluster && origin.healthy; });
}

void FrontDoor::outage_began(const OutageNotice& outage) {
  if (outage.zone != 0) return;   // What is left of the region answers, or not: the load model says so.
  if (platform_.cluster_region[cloud_.active_origin] == outage.region_index && !origins_.empty()) {
    outage_ = outage.region;
    outage_began_ = outage.began;
  }
  for (std::uint32_t i = 0; i < origins_.size(); ++i) {
    if (platform_.cluster_region[origins_[i].cluster] != outage.region_index) continue;
    origins_[i].region_up = false;
    update(i);
  }
}

void FrontDoor::outage_ended(const OutageNotice& outage) {
  if (outage.zone != 0) return;
  if (outage_ == outage.region) outage_ = {};
  for (std::uint32_t i = 0; i < origins_.size(); ++i) {
    if (platform_.cluster_region[origins_[i].cluster] != outage.region_index) continue;
    origins_[i].region_up = true;
    update(i);
  }
}

void FrontDoor::origin_answers(std::uint32_t cluster, bool answers) {
  for (std::uint32_t i = 0; i < origins_.size(); ++i) {
    if (origins_[i].cluster != cluster || origins_[i].answers == answers) continue;
    origins_[i].answers = answers;
    update(i);
  }
}

/// Takes note of what probes will find from now on.
void FrontDoor::update(std::uint32_t index) {
  Origin& origin = origins_[index];
  const bool up = origin.region_up && origin.answers;
  if (up == (origin.down_since == kNever)) return;
  origin.down_since = up ? kNever : kernel_.now();
  if (!started_) return;
  origin.probes.change(kernel_.now(), up);
  ++origin.epoch;   // Turns foreseen before are void.
  post_turn(index);
}

void FrontDoor::post_turn(std::uint32_t index) {
  Origin& origin = origins_[index];
  const SimTime now = kernel_.now();
  const bool verdict = origin.probes.healthy(now);
  SimTime turn = now;   // A turn at this very instant may have been voided by the change.
  origin.turns_to = verdict;
  if (verdict == origin.healthy) {
    turn = origin.probes.next_turn(now);
    if (turn == kNever) return;
    origin.turns_to = !verdict;
  }
  kernel_.at(origin.turns_to ? turn : turn + probe_timeout_, turn_, {index, origin.epoch});
}

void FrontDoor::on_turn(Subject subject) {
  Origin& origin = origins_[subject.row];
  if (origin.epoch != subject.epoch || origin.healthy == origin.turns_to) return;
  origin.healthy = origin.turns_to;
  const bool lost = !origin.healthy;
  const std::int64_t since = lost && origin.down_since != kNever ? (kernel_.now() - origin.down_since).us : 0;
  timeline_.event({kernel_.now(), code(lost ? EventKind::EdgeOriginUnhealthy : EventKind::EdgeOriginHealthy), origin.name, {}, {}, since});
  if (lost && origin.cluster == cloud_.active_origin) phase(Name("detected"));
  post_turn(subject.row);
  if (scenario_.edge.automatic_failover) choose();
}

// ---- Routing ----

/// The first healthy origin by priority. When none is healthy, traffic stays: the edge then asks all of them, in vain (facts H).
void FrontDoor::choose() {
  for (const std::uint32_t index : priority_) {
    if (!origins_[index].healthy) continue;
    if (client_delay_.us == 0) return move_to(origins_[index].cluster);
    kernel_.after(client_delay_, move_, {index, ++move_epoch_});
    return;
  }
}

void FrontDoor::on_move(Subject subject) {
  if (subject.epoch == move_epoch_) move_to(origins_[subject.row].cluster);
}

void FrontDoor::route(std::uint32_t cluster, Duration takes) {
  AKSTWIN_CHECK(is_origin(cluster), "only an origin is routed to");
  kernel_.after(takes + client_delay_, routed_, {cluster, 0});
}

void FrontDoor::on_routed(Subject subject) {
  const auto first = std::find_if(priority_.begin(), priority_.end(), [&](std::uint32_t i) { return origins_[i].cluster == subject.row; });
  std::rotate(priority_.begin(), first, first + 1);
  ++move_epoch_;
  move_to(subject.row);
}

void FrontDoor::move_to(std::uint32_t cluster) {
  const std::uint32_t from = cloud_.active_origin;
  if (from == cluster) return;
  cloud_.active_origin = cluster;
  timeline_.event({kernel_.now(), code(EventKind::TrafficMoved), scenario_.clusters[from].name, scenario_.clusters[cluster].name, {}, 0});
  for (EdgeListener* listener : listeners_) listener->traffic_moved(from, cluster);
  phase(Name("traffic moved"));
  outage_ = {};
}

void FrontDoor::phase(Name what) {
  if (outage_.empty()) return;
  timeline_.event({kernel_.now(), code(EventKind::RecoveryPhase), outage_, what, {}, (kernel_.now() - outage_began_).us});
}

}  // namespace akstwin
