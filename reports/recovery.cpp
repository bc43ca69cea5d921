/// Outages: how long the service was gone, what was lost, and what each step of the way took.
#include <algorithm>
#include <map>

#include "reports/analysis.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

// An event belongs to the outage that it names, else to the latest one begun.
OutageAnswer* outage_of(std::vector<OutageAnswer>& outages, const TimelineEvent& event) {
  for (auto outage = outages.rbegin(); outage != outages.rend(); ++outage)
    if (outage->name == event.subject.text()) return &*outage;
  return outages.empty() ? nullptr : &outages.back();
}

void read_event(std::vector<OutageAnswer>& outages, const TimelineEvent& event) {
  const auto kind = static_cast<EventKind>(event.kind);
  if (kind == EventKind::OutageBegan) {
    OutageAnswer outage;
    outage.name = event.subject.str();
    outage.scope = event.detail.str();
    outage.began = event.at;
    outages.push_back(std::move(outage));
    return;
  }
  OutageAnswer* const outage = outage_of(outages, event);
  if (outage == nullptr) return;
  const Duration value{event.value};
  switch (kind) {
    case EventKind::OutageEnded:
      outage->ended = event.at;
      break;
    case EventKind::RecoveryPhase:
      outage->phases.push_back({event.object.str(), value});
      break;
    case EventKind::Recovered:
      if (outage->rto) break;  // The first time counts.
      outage->rto = value;
      outage->recovered_on = event.object.str();
      break;
    case EventKind::DataFailedOver:
      outage->rpo = std::max(outage->rpo.value_or(Duration{0}), value);
      break;
    case EventKind::WorkloadServing:
      outage->workloads.push_back({event.subject.str(), value});
      break;
    case EventKind::ActionDone: {
      const Duration done = event.at - outage->began;
      outage->actions.push_back({event.subject.str(), event.object.str(), done - value, value});
      break;
    }
    default:
      break;
  }
}

// Requests as the edge sees them; without an edge, as the services do.
struct Requests {
  std::vector<Sample> all, failed;
  std::int64_t between(const std::vector<Sample>& samples, SimTime from, SimTime to) const {
    return value_at(samples, to) - value_at(samples, from);
  }
};

Requests requests_of(const Timeline& timeline) {
  const auto edge = timeline.of_kind(code(GaugeKind::EdgeRequestsTotal));
  if (!edge.empty()) return {sum_series(edge), sum_series(timeline.of_kind(code(GaugeKind::EdgeErrorsTotal)))};
  return {sum_series(timeline.of_kind(code(GaugeKind::RequestsTotal))), sum_series(timeline.of_kind(code(GaugeKind::ErrorsTotal)))};
}

}  // namespace

RecoveryAnswer analyse_recovery(const Scenario&, const Timeline& timeline) {
  RecoveryAnswer out;
  for (const TimelineEvent& event : timeline.events()) read_event(out.outages, event);
  const Requests requests = requests_of(timeline);
  out.requests = requests.all.empty() ? 0 : requests.all.back().value;
  out.errors = requests.failed.empty() ? 0 : requests.failed.back().value;
  if (out.requests > 0) out.availability = 1.0 - static_cast<double>(out.errors) / static_cast<double>(out.requests);
  for (OutageAnswer& outage : out.outages) {
    const SimTime over = outage.counts() ? timeline.end() : outage.ended.value_or(timeline.end());
    const SimTime until = outage.rto ? outage.began + *outage.rto : over;
    outage.requests = requests.between(requests.all, outage.began, until);
    outage.requests_lost = requests.between(requests.failed, outage.began, until);
    std::stable_sort(outage.phases.begin(), outage.phases.end(), [](const auto& a, const auto& b) { return a.ended < b.ended; });
    std::stable_sort(outage.actions.begin(), outage.actions.end(), [](const auto& a, const auto& b) { return a.started < b.started; });
    std::stable_sort(outage.workloads.begin(), outage.workloads.end(), [](const auto& a, const auto& b) { return a.serving > b.serving; });
  }
  return out;
}

}  // namespace akstwin
