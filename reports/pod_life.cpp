#include "reports/pod_life.hpp"

#include <algorithm>
#include <utility>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

// Milliseconds keep the distribution small and lose nothing that a report shows.
std::int64_t milliseconds(std::int64_t us) { return us <= 0 ? 0 : (us + 999) / 1'000; }

struct Counting {
  std::map<std::uint32_t, SimTime> waiting;  // By the pod's name id; only looked up and summed, never ordered by.
  std::map<std::pair<std::string, std::string>, PendingCause> causes;
  std::map<std::string, std::int64_t> deletions;
  EventTally tally;

  void cause(const char* source, const TimelineEvent& event) {
    PendingCause& cause = causes[{source, event.detail.str()}];
    if (cause.count++ == 0) {
      cause.source = source;
      cause.cause = event.detail.str();
      cause.first_at = event.at;
    }
  }
  PoolCounts& pool(Name name) { return tally.pools[name.str()]; }

  void pod_event(const TimelineEvent& event) {
    switch (static_cast<EventKind>(event.kind)) {
      case EventKind::PodCreated:
        waiting[event.subject.id()] = event.at;
        ++tally.pods_created;
        break;
      case EventKind::PodScheduled:
        waiting.erase(event.subject.id());
        tally.pending.add(milliseconds(event.value));
        break;
      case EventKind::PodUnschedulable:
        cause("scheduler", event);
        break;
      case EventKind::PodReady:
        tally.ready.add(milliseconds(event.value));
        break;
      case EventKind::PodDeleted:
        waiting.erase(event.subject.id());
        ++deletions[event.detail.str()];
        break;
      default:
        break;
    }
  }

  void pool_event(const TimelineEvent& event) {
    switch (static_cast<EventKind>(event.kind)) {
      case EventKind::ScaleUpDecided:
        ++pool(event.subject).scale_ups;
        break;
      case EventKind::ScaleDownDecided:
        ++pool(event.subject).scale_downs;
        break;
      case EventKind::PoolRefused:
        ++pool(event.subject).refused;
        cause("node pool", event);
        break;
      case EventKind::SpotNotice:
        ++pool(event.object).evicted;
        ++tally.spot_notices;
        break;
      case EventKind::HpaRescaled:
        ++tally.hpa_rescales;
        ++tally.rescales[event.subject.str()];
        break;
      default:
        break;
    }
  }
};

template <class Entry>
void most_frequent_first(std::vector<Entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.count > b.count; });
}

}  // namespace

EventTally tally_events(const Timeline& timeline) {
  Counting counting;
  for (const TimelineEvent& event : timeline.events()) {
    counting.pod_event(event);
    counting.pool_event(event);
  }
  EventTally& tally = counting.tally;
  tally.never_scheduled = static_cast<std::int64_t>(counting.waiting.size());
  for (const auto& [pod, since] : counting.waiting) tally.pending.add(milliseconds((timeline.end() - since).us));
  for (auto& [name, cause] : counting.causes) tally.causes.push_back(std::move(cause));
  for (const auto& [reason, count] : counting.deletions) tally.deletions.push_back({reason, count});
  most_frequent_first(tally.causes);
  most_frequent_first(tally.deletions);
  return std::move(counting.tally);
}

}  // namespace akstwin
