#include "models/workload/delivery.hpp"

#include <algorithm>

#include "models/observe/kinds.hpp"
#include "sim/distributions.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kHourUs = 3'600'000'000;
// A failed pipeline is repeated after a fix of one hour (DeliverySpec::failure_rate).
constexpr Duration kFix{3'600'000'000};
// Draws of a change are keyed by day × this + its number within the day; no platform merges a hundred thousand changes a day.
constexpr std::uint64_t kCommitsPerDay = 100'000;
// Reviews are log-normal around their median; one in twenty takes four times as long. Assumption (docs/models/delivery.md).
constexpr std::int64_t kApprovalP95Factor = 4;

}  // namespace

Delivery::Delivery(Parts parts) : parts_(std::move(parts)), spec_(parts_.scenario.delivery) {
  HandlerRegistry& handlers = parts_.kernel.handlers();
  day_ = handlers.add<&Delivery::on_day>("delivery.day", Phase::Plant, *this);
  committed_ = handlers.add<&Delivery::on_committed>("delivery.committed", Phase::Plant, *this);
  built_ = handlers.add<&Delivery::on_built>("delivery.built", Phase::Plant, *this);
  approved_ = handlers.add<&Delivery::on_approved>("delivery.approved", Phase::Plant, *this);
  days_ = RngStream(parts_.root, "workload/delivery/days");
  commits_ = RngStream(parts_.root, "workload/delivery/commits");
  outcomes_ = RngStream(parts_.root, "workload/delivery/outcomes");
  reviews_ = RngStream(parts_.root, "workload/delivery/reviews");
  const std::int64_t local = parts_.scenario.start.unix_seconds + std::int64_t{spec_.utc_offset_minutes} * 60;
  first_day_ = local / kDaySeconds;
  if (parts_.scenario.workloads.empty()) return;
  // Squads release their services: the workloads that the scenario states load for; without any, all Deployments outside kube-system.
  std::vector<Name> services;
  for (const ServiceLoadSpec& service : parts_.scenario.services) services.push_back(service.workload);
  for (const QueueSpec& queue : parts_.scenario.queues) services.push_back(queue.workload);
  for (const WorkloadSpec& workload : parts_.scenario.workloads.front().manifests.workloads) {
    const Name key(workload.name_space.str() + "/" + workload.name.str());
    // Databases are not released by everybody's commits: a StatefulSet is, when the scenario names it as a service.
    const bool named = std::ranges::find(services, key) != services.end();
    const bool released = workload.kind == WorkloadKind::Deployment ? services.empty() || named : workload.kind == WorkloadKind::StatefulSet && named;
    if (released && workload.name_space.text() != "kube-system") deployments_.push_back(key);
  }
}

SimTime Delivery::midnight(std::uint32_t day) const {
  const std::int64_t local = (first_day_ + day) * kDaySeconds;
  return {(local - std::int64_t{spec_.utc_offset_minutes} * 60 - parts_.scenario.start.unix_seconds) * 1'000'000};
}

void Delivery::start() {
  if (spec_.enabled && !deployments_.empty() && spec_.commits_per_weekday > 0) parts_.kernel.at(parts_.kernel.now(), day_, {0, 0});
}

/// Draws the commits of a local day.
void Delivery::on_day(Subject subject) {
  const std::uint32_t day = subject.row;
  parts_.kernel.at(midnight(day + 1), day_, {day + 1, 0});
  const std::int64_t weekday = (first_day_ + day + 4) % 7;   // 1970-01-01 was a Thursday; 0 is Sunday.
  if (weekday == 0 || weekday == 6) return;
  const std::int64_t count = poisson_quantile(days_.uniform(day), spec_.commits_per_weekday);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t number = day * kCommitsPerDay + static_cast<std::uint64_t>(i);
    const double hours = spec_.hour_from + commits_.uniform(number, 0) * (spec_.hour_to - spec_.hour_from);
    const SimTime at = midnight(day) + Duration{static_cast<std::int64_t>(hours * static_cast<double>(kHourUs))};
    if (at < parts_.kernel.now()) continue;   // The run began later that day.
    const Name workload = deployments_[commits_.below(deployments_.size(), number, 1)];
    changes_.push_back({.workload = workload, .committed = at, .number = number});
    parts_.kernel.at(at, committed_, {static_cast<std::uint32_t>(changes_.size() - 1), 0});
  }
}

Duration Delivery::pipeline() const {
  const Duration all = spec_.build + spec_.unit_tests + spec_.sast + spec_.scan + spec_.sign + spec_.publish;
  return std::max(all, Duration{1});
}

void Delivery::on_committed(Subject subject) {
  queue_.push_back(subject.row);
  begin_builds();
}

void Delivery::begin_builds() {
  for (; !queue_.empty() && busy_ < std::max<std::int64_t>(1, spec_.agents); ++busy_) {
    parts_.kernel.after(pipeline(), built_, {queue_.front(), 0});
    queue_.pop_front();
  }
}

void Delivery::on_built(Subject subject) {
  --busy_;
  Change& change = changes_[subject.row];
  const double failure = static_cast<double>(spec_.failure_rate.value) / 1e6;
  if (outcomes_.uniform(change.number, change.attempt) < failure) {
    ++change.attempt;
    tell_registry(change, 0);
    parts_.kernel.after(kFix, committed_, subject);
  } else {
    images_milli_ += spec_.builds_per_commit_milli;
    tell_registry(change, images_milli_ / 1'000);
    images_milli_ %= 1'000;
    const LogNormal review{spec_.approval, spec_.approval * kApprovalP95Factor};
    parts_.kernel.after(spec_.approval.us > 0 ? review.quantile(reviews_.uniform(change.number)) : Duration{0}, approved_, subject);
  }
  begin_builds();
}

/// A failed run has built one image in vain; a good one as many as it pushes.
void Delivery::tell_registry(const Change& change, std::int64_t images) {
  if (parts_.builds == nullptr) return;
  const std::int64_t built = std::max<std::int64_t>(1, images);
  parts_.builds->build_done({change.workload, images, built * spec_.build_vcpus * spec_.build.seconds()});
}

void Delivery::on_approved(Subject subject) {
  const Change& change = changes_[subject.row];
  ++merged_;
  const SimTime now = parts_.kernel.now();
  const Name name(parts_.scenario.workloads.front().cluster.str() + "/" + change.workload.str());
  parts_.timeline.event({now, code(EventKind::CommitMerged), name, {}, {}, (now - change.committed).us});
  parts_.repository.merged(change.workload, now);
}

}  // namespace akstwin
