#include "models/controllers/lifecycle/taint_eviction.hpp"

#include <algorithm>
#include <utility>

namespace akstwin {

Duration toleration_time(std::span<const Toleration> tolerations, std::span<const Taint> taints) {
  Duration least = kForever;
  for (const Taint& taint : taints) {
    const auto found = std::ranges::find_if(tolerations, [&](const Toleration& toleration) { return toleration.tolerates(taint); });
    if (found == tolerations.end()) return Duration{0};
    if (found->seconds) least = std::min(least, Duration{std::max<std::int64_t>(0, *found->seconds) * 1'000'000});
  }
  return least;
}

void TaintEviction::node_changed(SimTime now, std::span<const Taint> taints, std::span<const PodOnNode> pods, std::vector<std::uint64_t>& doomed) {
  for (const PodOnNode& pod : pods) {
    if (taints.empty()) timers_.erase(pod.pod);
    else pod_placed(now, taints, pod, doomed);
  }
}

void TaintEviction::pod_placed(SimTime now, std::span<const Taint> taints, const PodOnNode& pod, std::vector<std::uint64_t>& doomed) {
  if (taints.empty()) return;
  const Duration stay = toleration_time(pod.tolerations, taints);
  if (stay == kForever) {
    timers_.erase(pod.pod);
    return;
  }
  // A timer that runs already is kept, even if the taints of today would allow less (or more): only one of this very instant is replaced.
  const auto running = timers_.find(pod.pod);
  if (stay.us > 0 && running != timers_.end() && running->second.began < now) return;
  timers_.erase(pod.pod);
  if (stay.us == 0) doomed.push_back(pod.pod);
  else timers_.emplace(pod.pod, Timer{now, now + stay});
}

void TaintEviction::fire(SimTime now, std::vector<std::uint64_t>& doomed) {
  std::vector<std::pair<SimTime, std::uint64_t>> due;
  for (const auto& [pod, timer] : timers_)
    if (timer.due <= now) due.emplace_back(timer.due, pod);
  std::ranges::sort(due);
  for (const auto& [at, pod] : due) {
    timers_.erase(pod);
    doomed.push_back(pod);
  }
}

SimTime TaintEviction::next() const {
  SimTime next = kNever;
  for (const auto& [pod, timer] : timers_) next = std::min(next, timer.due);
  return next;
}

}  // namespace akstwin
