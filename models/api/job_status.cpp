#include "models/api/job_status.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff of pkg/controller/job.
constexpr Duration kFirstBackoff{10'000'000}, kLongestBackoff{600'000'000};

void insert_sorted(std::vector<std::int64_t>& values, std::int64_t value) {
  const auto place = std::ranges::lower_bound(values, value);
  if (place == values.end() || *place != value) values.insert(place, value);
}

PodFailureRule::Action meaning(const JobSpec& spec, const EndedPod& pod) {
  for (const PodFailureRule& rule : spec.pod_failure_policy) {
    const bool listed = std::ranges::find(rule.exit_codes, pod.exit_code) != rule.exit_codes.end();
    const bool by_code = !rule.on_disruption && pod.exit_code != 0 && listed == rule.exit_code_in;
    if ((rule.on_disruption && pod.disrupted) || by_code) return rule.action;
  }
  return PodFailureRule::Action::Count;
}

std::int64_t count_index_failure(Job& job, std::int64_t index) {
  auto place = std::ranges::lower_bound(job.index_failures, index, {}, &std::pair<std::int64_t, std::int64_t>::first);
  if (place == job.index_failures.end() || place->first != index) place = job.index_failures.insert(place, {index, 0});
  return ++place->second;
}

}  // namespace

void count_ended_pod(Job& job, const JobSpec& spec, const EndedPod& pod) {
  if (job.result != JobResult::Running) return;
  if (pod.success) {
    if (spec.indexed && std::ranges::binary_search(job.done, pod.index)) return;
    if (spec.indexed) insert_sorted(job.done, pod.index);
    ++job.succeeded;
    job.failed_in_a_row = 0;
    return;
  }
  const PodFailureRule::Action action = meaning(spec, pod);
  if (action == PodFailureRule::Action::Ignore) return;
  ++job.failed;
  ++job.failed_in_a_row;
  job.last_failure = pod.at;
  if (action == PodFailureRule::Action::FailJob) job.policy_failed = true;
  if (!spec.indexed || !spec.backoff_limit_per_index) return;
  const std::int64_t failures = count_index_failure(job, pod.index);
  if (action == PodFailureRule::Action::FailIndex || failures > *spec.backoff_limit_per_index) insert_sorted(job.failed_indexes, pod.index);
}

SimTime backoff_until(const Job& job) {
  if (job.failed_in_a_row == 0) return SimTime{};
  Duration wait = kFirstBackoff;
  for (std::int64_t i = 1; i < job.failed_in_a_row && wait < kLongestBackoff; ++i) wait = wait * 2;
  return job.last_failure + std::min(wait, kLongestBackoff);
}

}  // namespace akstwin
