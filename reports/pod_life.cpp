#include "reports/pod_life.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

// Milliseconds keep the distribution small and lose nothing that a report shows.
std::int64_t whole_milliseconds(std::int64_t us) { return us <= 0 ? 0 : (us + 999) / 1'000; }

// "0/33 nodes are available: 26 Insufficient cpu, 3 node(s) had …. preemption: …" names how many nodes there were and how many of
// them said what, so that hardly two messages are the same. The reasons without the numbers, sorted, are the cause. What pools that
// are not meant for the pod say (their taint, its selector) is left out as soon as a pool that is meant for it has a reason, too.
bool of_another_pool(std::string_view reason) {
  return reason.starts_with("node(s) had untolerated taint") || reason == "node(s) didn't match Pod's node affinity/selector";
}

std::string cause_of(std::string_view message) {
  constexpr std::string_view kStart = " nodes are available: ";
  const auto start = message.find(kStart);
  if (start == std::string_view::npos) return std::string(message);
  message.remove_prefix(start + kStart.size());
  message = message.substr(0, message.find(". preemption:"));
  if (message.ends_with(".")) message.remove_suffix(1);
  std::set<std::string> reasons;
  while (!message.empty()) {
    const auto comma = message.find(", ");
    std::string_view reason = message.substr(0, comma);
    reason.remove_prefix(std::min(reason.find_first_not_of("0123456789 "), reason.size()));
    if (!reason.empty()) reasons.emplace(reason);
    message = comma == std::string_view::npos ? std::string_view{} : message.substr(comma + 2);
  }
  if (!std::ranges::all_of(reasons, of_another_pool)) std::erase_if(reasons, of_another_pool);
  std::string joined;
  for (const std::string& reason : reasons) joined += (joined.empty() ? "" : ", ") + reason;
  return joined;
}

struct Counting {
  std::map<std::uint32_t, SimTime> waiting;  // By the pod's name id; only looked up and summed, never ordered by.
  std::map<std::pair<std::string, std::string>, PendingCause> causes;
  std::set<std::pair<std::uint32_t, std::uint32_t>> told;   // {pod, cause}: each attempt repeats it with other numbers; only looked up
  std::map<std::uint32_t, std::uint32_t> by_message;        // by the message's name id: messages come again; only looked up
  std::map<std::string, std::uint32_t> numbers;
  std::vector<std::string> texts;                           // by number
  std::map<std::string, std::set<std::string>> refused;   // by code: the pools
  std::map<std::string, std::int64_t> deletions;
  EventTally tally;

  void cause(const char* source, const TimelineEvent& event, const std::string& text) {
    PendingCause& cause = causes[{source, text}];
    if (cause.count++ == 0) {
      cause.source = source;
      cause.cause = text;
      cause.first_at = event.at;
    }
  }
  std::uint32_t cause_number(Name message) {
    const auto [known, fresh] = by_message.try_emplace(message.id(), 0);
    if (!fresh) return known->second;
    std::string text = cause_of(message.text());
    const auto [number, unseen] = numbers.try_emplace(text, static_cast<std::uint32_t>(texts.size()));
    if (unseen) texts.push_back(std::move(text));
    return known->second = number->second;
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
        tally.pending.add(whole_milliseconds(event.value));
        break;
      case EventKind::PodUnschedulable:
        if (const std::uint32_t text = cause_number(event.detail); told.insert({event.subject.id(), text}).second) cause("scheduler", event, texts[text]);
        break;
      case EventKind::PodReady:
        tally.ready.add(whole_milliseconds(event.value));
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
        cause("node pool", event, cause_of(event.detail.text()));
        refused[event.detail.str()].insert(event.subject.str());
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
  for (const auto& [pod, since] : counting.waiting) tally.pending.add(whole_milliseconds((timeline.end() - since).us));
  for (auto& [name, cause] : counting.causes) {
    if (const auto pools = counting.refused.find(cause.cause); cause.source == "node pool" && pools != counting.refused.end())
      cause.pools.assign(pools->second.begin(), pools->second.end());
    tally.causes.push_back(std::move(cause));
  }
  for (const auto& [reason, count] : counting.deletions) tally.deletions.push_back({reason, count});
  most_frequent_first(tally.causes);
  most_frequent_first(tally.deletions);
  return std::move(counting.tally);
}

}  // namespace akstwin
