/// Where pods wait for the scheduler: ready to be tried, backing off, unschedulable until something changes, or gated.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/api/cluster_state.hpp"

namespace akstwin {

/// Filter plugins that refused a pod, one bit each (bit number: FilterPlugin).
using PluginSet = std::uint32_t;

/// Source: kubernetes v1.32 pkg/scheduler/backend/queue/scheduling_queue.go and apis/config/v1/defaults.go, read 2026-11; facts section E.
struct QueueTimes {
  Duration initial_backoff{1'000'000};             ///< podInitialBackoffSeconds 1, doubled with every attempt
  Duration max_backoff{10'000'000};                ///< podMaxBackoffSeconds 10
  Duration backoff_flush{1'000'000};               ///< completed back-offs are moved once a second
  Duration leftover_flush{30'000'000};             ///< and every half minute…
  Duration unschedulable_limit{300'000'000};       ///< …what lay among the unschedulable for more than 5 min
};

/// A pod that waits. Its timestamp is that of its arrival or of its last failed attempt: upstream's QueuedPodInfo.
struct QueuedPod {
  PodId pod;
  int priority = 0;
  SimTime timestamp;
  std::uint64_t serial = 0;                        ///< order of arrival, among pods of one instant
  int attempts = 0;                                ///< begun so far
  PluginSet rejected_by = 0;                       ///< in the last attempt
  Name message;                                    ///< of the last attempt
};

enum class QueuePlace : std::uint8_t { None, Active, Backoff, Unschedulable, Gated };
std::string_view to_string(QueuePlace place);

class SchedulingQueue {
 public:
  explicit SchedulingQueue(QueueTimes times = {}) : times_(times) {}
  /// A new pod: ready to be tried, or gated for good.
  void add(PodId pod, int priority, SimTime now, bool gated);
  /// Forgets a pod; without effect when it does not wait.
  void remove(PodId pod);
  void clear();
  /// Takes the pod whose turn it is: highest priority, then longest since its timestamp. False when none is ready.
  bool pop(QueuedPod& out);
  /// Puts a popped pod back after a failed attempt. Refused by no plugin (no nodes, a failed binding): it backs off and is tried again.
  void put_back(QueuedPod pod, SimTime now);
  /// Moves the unschedulable pods that `worth` says yes to: to be tried at once, or after what is left of their back-off.
  template <class Worth>
  void move_if(SimTime now, Worth&& worth) {
    for (std::size_t i = 0; i < unschedulable_.size();) {
      if (!worth(unschedulable_[i])) {
        ++i;
        continue;
      }
      const QueuedPod pod = unschedulable_[i];
      unschedulable_.erase(unschedulable_.begin() + static_cast<std::ptrdiff_t>(i));
      requeue(pod, now);
    }
  }
  /// Moves what is due by now: completed back-offs and leftovers, each on the grid of its flush.
  void flush(SimTime now);
  /// When flush() or pop() will next have something to do; kNever if only an event can help.
  SimTime next(SimTime now) const;
  bool has_unschedulable() const { return !unschedulable_.empty(); }
  QueuePlace place(PodId pod) const;
  /// The end of a pod's back-off after its last attempt.
  SimTime backoff_until(const QueuedPod& pod) const;
  /// When a pod that no event helps is tried again.
  SimTime leftover_at(const QueuedPod& pod) const;

 private:
  static bool later(const QueuedPod& a, const QueuedPod& b);
  void activate(const QueuedPod& pod);
  void requeue(const QueuedPod& pod, SimTime now);
  void set_place(PodId pod, QueuePlace place);

  QueueTimes times_;
  std::vector<QueuedPod> active_;                  // a heap
  std::vector<QueuedPod> backoff_, unschedulable_, gated_;
  struct Where { std::uint32_t generation = 0; QueuePlace place = QueuePlace::None; };
  std::vector<Where> where_;                       // by pod row
  std::uint64_t serial_ = 0;
};

}  // namespace akstwin
