#include "models/azure/registry.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"
#include "sim/base/check.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {
namespace {

constexpr Duration kDay{86'400'000'000};
// The kubelet's back-off after a failed pull: 10 s, doubled, at most 300 s (facts E, upstream code).
constexpr Duration kBackOff{10'000'000};
constexpr Duration kBackOffMost{300'000'000};

Duration back_off(std::uint32_t failures) {
  Duration wait = kBackOff;
  for (std::uint32_t i = 1; i < failures && wait < kBackOffMost; ++i) wait = wait * 2;
  return std::min(wait, kBackOffMost);
}

/// Rounded up to the microsecond.
Duration time_at(Bytes size, BytesPerSecond rate) {
  return {static_cast<std::int64_t>((Int128{size.value} * 1'000'000 + rate.value - 1) / rate.value)};
}

}  // namespace

Registry::Registry(Kernel& kernel, Timeline& timeline, const Scenario& scenario, const PlatformTopology& platform)
    : kernel_(kernel), timeline_(timeline), scenario_(scenario), platform_(platform) {
  HandlerRegistry& handlers = kernel.handlers();
  arrived_ = handlers.add<&Registry::on_arrived>("registry.arrived", Phase::Plant, *this);
  failed_ = handlers.add<&Registry::on_failed>("registry.failed", Phase::Plant, *this);
  retry_ = handlers.add<&Registry::on_retry>("registry.retry", Phase::Plant, *this);
  unpacked_ = handlers.add<&Registry::on_unpacked>("registry.unpacked", Phase::Plant, *this);
  day_ = handlers.add<&Registry::on_day>("registry.day", Phase::Plant, *this);
}

void Registry::start() {
  const RegistrySpec& spec = scenario_.registry;
  if (!spec.present) return;
  stored_ = spec.stored_initially;
  std::vector<Name> regions{spec.location};
  regions.insert(regions.end(), spec.replicas.begin(), spec.replicas.end());
  for (const Name region : regions) region_bytes_.push_back(timeline_.series(key(GaugeKind::RegistryBytes, region)));
  replicated_ = timeline_.series(key(GaugeKind::GeoReplicatedBytesTotal));
  vcpu_seconds_ = timeline_.series(key(GaugeKind::BuildVcpuSecondsTotal));
  record();
  if (spec.retention < kDay) return;
  // Steady state: what is there now was pushed evenly over the retention time, so that as much goes every day as came on the
  // day that has just grown too old. The ring has one slot more, for today.
  const auto days = static_cast<std::size_t>(spec.retention / kDay);
  daily_.assign(days + 1, {stored_.value / static_cast<std::int64_t>(days)});
  daily_.front() = {};
  daily_.back() += Bytes{stored_.value % static_cast<std::int64_t>(days)};
  kernel_.after(kDay, day_, {});
}

void Registry::on_day(Subject) {
  today_ = (today_ + 1) % daily_.size();
  stored_ -= daily_[today_];   // The ring comes round: this slot holds what has grown too old.
  daily_[today_] = {};
  record();
  kernel_.after(kDay, day_, {});
}

void Registry::record() {
  for (const SeriesId region : region_bytes_) timeline_.set(region, kernel_.now(), stored_.value);
}

void Registry::build_done(const BuildDone& build) {
  if (!scenario_.registry.present) return;
  timeline_.add(vcpu_seconds_, kernel_.now(), build.vcpu_seconds);
  const Bytes pushed = scenario_.registry.stored_per_build * build.images;
  if (pushed.value == 0) return;
  stored_ += pushed;
  if (!daily_.empty()) daily_[today_] += pushed;
  record();
  // Copied to each replica; replication is eventual, and taken to be at once.
  if (!scenario_.registry.replicas.empty()) timeline_.add(replicated_, kernel_.now(), pushed.value);
}

// ---- Pulls ----

const ImageSpec& Registry::image_spec(Name image) const {
  const auto known = specs_.find(image);
  if (known != specs_.end()) return *known->second;
  const ImageSpec* found = &unstated_;
  for (const ImageSpec& spec : scenario_.images) {
    if (spec.workload == image) {
      found = &spec;
      break;
    }
    if (spec.workload.text() == "*" && found == &unstated_) found = &spec;
  }
  specs_.emplace(image, found);
  return *found;
}

/// The replica of the node's own region, else the home region, else the first that is up: what the registry's Traffic Manager does.
SiteId Registry::nearest(std::uint32_t region) const {
  const auto answers = [&](SiteId site) { return site != kNoSite && kernel_.site_up(site); };
  const SiteId local = platform_.registry_by_region[region];
  if (answers(local)) return local;
  if (scenario_.registry.present) {
    const SiteId home = platform_.registry_by_region[platform_.region_index(scenario_.registry.location)];
    if (answers(home)) return home;
  }
  SiteId any = local;
  for (const SiteId site : platform_.registry_by_region) {
    if (answers(site)) return site;
    if (any == kNoSite) any = site;
  }
  return any;
}

bool Registry::cached_or_pull(const PullRequest& request) {
  Machine& machine = machines_[request.node_key];
  bool older = false;
  for (const Cached& cached : machine.images) {
    if (cached.image != request.image) continue;
    if (cached.release >= request.release) return true;   // Releases only rise: a machine that has a newer one has this one's layers.
    older = true;
  }
  for (const std::uint32_t row : machine.pulls) {
    Pull& pull = pulls_[row];
    if (pull.image != request.image || pull.release != request.release) continue;
    pull.waiters.push_back({request.done, request.subject});
    // Only outages fail a flow; who asks after one need not sit out the back-off of those before it.
    if (pull.backing_off && kernel_.site_up(request.node)) {
      ++pull.epoch;
      begin_flow(row);
    }
    return false;
  }
  Pull pull;
  pull.node_key = request.node_key;
  pull.image = request.image;
  pull.node = request.node;
  pull.release = request.release;
  pull.region = request.region;
  pull.size = older ? image_spec(request.image).changed_per_release : image_spec(request.image).size;
  pull.began = kernel_.now();
  pull.waiters.push_back({request.done, request.subject});
  const std::uint32_t row = add_pull(std::move(pull));
  machine.pulls.push_back(row);
  begin_flow(row);
  return false;
}

std::uint32_t Registry::add_pull(Pull pull) {
  pull.live = true;
  if (free_pulls_.empty()) {
    pulls_.push_back(std::move(pull));
    return static_cast<std::uint32_t>(pulls_.size() - 1);
  }
  const std::uint32_t row = free_pulls_.back();
  free_pulls_.pop_back();
  pull.epoch = pulls_[row].epoch + 1;
  pulls_[row] = std::move(pull);
  return row;
}

void Registry::begin_flow(std::uint32_t row) {
  Pull& pull = pulls_[row];
  pull.backing_off = false;
  kernel_.transfer({.from = nearest(pull.region), .to = pull.node, .size = pull.size, .done = arrived_, .failed = failed_,
                    .subject = {row, pull.epoch}});
}

void Registry::on_arrived(Subject subject) {
  if (!current(subject)) return;
  Pull& pull = pulls_[subject.row];
  Machine& machine = machines_[pull.node_key];
  const BytesPerSecond rate = platform_.disk_rate[pull.node.index];
  AKSTWIN_CHECK(rate.value > 0, "images are pulled to NIC slots of pools only");
  machine.disk_free = std::max(machine.disk_free, kernel_.now()) + time_at(pull.size, rate);
  kernel_.at(machine.disk_free, unpacked_, subject);
}

void Registry::on_failed(Subject subject) {
  if (!current(subject)) return;
  Pull& pull = pulls_[subject.row];
  ++pull.failures;
  pull.backing_off = true;
  kernel_.after(back_off(pull.failures), retry_, subject);
}

void Registry::on_retry(Subject subject) {
  if (current(subject)) begin_flow(subject.row);
}

void Registry::on_unpacked(Subject subject) {
  if (!current(subject)) return;
  const Pull& pull = pulls_[subject.row];
  Machine& machine = machines_[pull.node_key];
  const auto cached =
      std::find_if(machine.images.begin(), machine.images.end(), [&](const Cached& known) { return known.image == pull.image; });
  if (cached == machine.images.end()) machine.images.push_back({pull.image, pull.release});
  else cached->release = std::max(cached->release, pull.release);
  for (const Waiter& waiter : pull.waiters) kernel_.at(kernel_.now(), waiter.done, waiter.subject);
  const Name cluster = scenario_.clusters[platform_.site_cluster[pull.node.index]].name;
  timeline_.event({kernel_.now(), code(EventKind::ImagePulled), pull.node_key, Name(cluster.str() + "/" + pull.image.str()), {},
                   (kernel_.now() - pull.began).us});
  std::erase(machine.pulls, subject.row);
  close(subject.row);
}

void Registry::close(std::uint32_t row) {
  pulls_[row].live = false;
  pulls_[row].waiters.clear();
  free_pulls_.push_back(row);
}

void Registry::forget(Name node_key) {
  const auto machine = machines_.find(node_key);
  if (machine == machines_.end()) return;
  for (const std::uint32_t row : machine->second.pulls) close(row);
  machines_.erase(machine);
}

}  // namespace akstwin
