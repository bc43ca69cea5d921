#include "models/controllers/scheduling/scheduling_queue.hpp"

#include <algorithm>

namespace akstwin {
namespace {

/// The first point of a grid from time zero that is not before `at`.
SimTime on_grid(SimTime at, Duration grid) {
  const Duration into = at.since_start() % grid;
  return into == Duration{0} ? at : at + (grid - into);
}

}  // namespace

std::string_view to_string(QueuePlace place) {
  switch (place) {
    case QueuePlace::Active: return "active";
    case QueuePlace::Backoff: return "back-off";
    case QueuePlace::Unschedulable: return "unschedulable";
    case QueuePlace::Gated: return "gated";
    case QueuePlace::None: break;
  }
  return "none";
}

bool SchedulingQueue::later(const QueuedPod& a, const QueuedPod& b) {
  if (a.priority != b.priority) return a.priority < b.priority;
  if (a.timestamp != b.timestamp) return a.timestamp > b.timestamp;
  return a.serial > b.serial;
}

void SchedulingQueue::set_place(PodId pod, QueuePlace place) {
  if (where_.size() <= pod.row) where_.resize(pod.row + 1);
  where_[pod.row] = {pod.generation, place};
}

QueuePlace SchedulingQueue::place(PodId pod) const {
  if (pod.row >= where_.size() || where_[pod.row].generation != pod.generation) return QueuePlace::None;
  return where_[pod.row].place;
}

void SchedulingQueue::activate(const QueuedPod& pod) {
  active_.push_back(pod);
  std::ranges::push_heap(active_, later);
  set_place(pod.pod, QueuePlace::Active);
}

void SchedulingQueue::add(PodId pod, int priority, SimTime now, bool gated) {
  const QueuedPod queued{.pod = pod, .priority = priority, .timestamp = now, .serial = serial_++, .attempts = 0, .rejected_by = 0, .message = {}};
  if (!gated) return activate(queued);
  gated_.push_back(queued);
  set_place(pod, QueuePlace::Gated);
}

void SchedulingQueue::remove(PodId pod) {
  const QueuePlace was = place(pod);
  if (was == QueuePlace::None) return;
  set_place(pod, QueuePlace::None);
  std::vector<QueuedPod>& from = was == QueuePlace::Active ? active_ : was == QueuePlace::Backoff ? backoff_
                                 : was == QueuePlace::Unschedulable ? unschedulable_ : gated_;
  std::erase_if(from, [&](const QueuedPod& queued) { return queued.pod == pod; });
  if (was == QueuePlace::Active) std::ranges::make_heap(active_, later);
}

void SchedulingQueue::clear() {
  active_.clear();
  backoff_.clear();
  unschedulable_.clear();
  gated_.clear();
  where_.clear();
}

bool SchedulingQueue::pop(QueuedPod& out) {
  if (active_.empty()) return false;
  std::ranges::pop_heap(active_, later);
  out = active_.back();
  active_.pop_back();
  set_place(out.pod, QueuePlace::None);
  ++out.attempts;
  return true;
}

void SchedulingQueue::put_back(QueuedPod pod, SimTime now) {
  pod.timestamp = now;
  const bool refused = pod.rejected_by != 0;
  (refused ? unschedulable_ : backoff_).push_back(pod);
  set_place(pod.pod, refused ? QueuePlace::Unschedulable : QueuePlace::Backoff);
}

SimTime SchedulingQueue::backoff_until(const QueuedPod& pod) const {
  Duration wait = times_.initial_backoff;
  for (int i = 1; i < pod.attempts && wait < times_.max_backoff; ++i) wait = wait * 2;
  return pod.timestamp + std::min(wait, times_.max_backoff);
}

SimTime SchedulingQueue::leftover_at(const QueuedPod& pod) const {
  return on_grid(pod.timestamp + times_.unschedulable_limit + Duration{1}, times_.leftover_flush);
}

void SchedulingQueue::requeue(const QueuedPod& pod, SimTime now) {
  if (backoff_until(pod) <= now) return activate(pod);
  backoff_.push_back(pod);
  set_place(pod.pod, QueuePlace::Backoff);
}

void SchedulingQueue::flush(SimTime now) {
  if (!unschedulable_.empty()) move_if(now, [&](const QueuedPod& pod) { return leftover_at(pod) <= now; });
  std::erase_if(backoff_, [&](const QueuedPod& pod) {
    const bool due = on_grid(backoff_until(pod), times_.backoff_flush) <= now;
    if (due) activate(pod);
    return due;
  });
}

SimTime SchedulingQueue::next(SimTime now) const {
  if (!active_.empty()) return now;
  SimTime next = kNever;
  for (const QueuedPod& pod : backoff_) next = std::min(next, on_grid(backoff_until(pod), times_.backoff_flush));
  for (const QueuedPod& pod : unschedulable_) next = std::min(next, leftover_at(pod));
  return next;
}

}  // namespace akstwin
