// Source of all rules: kubernetes v1.32 pkg/scheduler/backend/queue/scheduling_queue.go.
#include <catch2/catch.hpp>

#include "models/controllers/scheduling/scheduling_queue.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

constexpr PluginSet kSomething = 4;

SimTime at(Duration since_start) { return SimTime{} + since_start; }
PodId pod(std::uint32_t row) { return {row, 1}; }

/// Takes the next pod, which must be `expected`, and fails it at `now`.
QueuedPod fail_next(SchedulingQueue& queue, PodId expected, SimTime now, PluginSet rejected_by = kSomething) {
  QueuedPod taken;
  REQUIRE(queue.pop(taken));
  CHECK(taken.pod == expected);
  taken.rejected_by = rejected_by;
  queue.put_back(taken, now);
  return taken;
}

void something_changed(SchedulingQueue& queue, SimTime now) {
  queue.move_if(now, [](const QueuedPod&) { return true; });
}

}  // namespace

TEST_CASE("The more important pod is tried first, then the one that has waited longer, then the one that came first") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(2_s), false);
  queue.add(pod(2), 0, at(1_s), false);
  queue.add(pod(3), 100, at(3_s), false);
  queue.add(pod(4), 0, at(1_s), false);
  std::vector<std::uint32_t> order;
  QueuedPod taken;
  while (queue.pop(taken)) order.push_back(taken.pod.row);
  CHECK(order == std::vector<std::uint32_t>{3, 2, 4, 1});
}

TEST_CASE("A pod that failed waits for a change, and goes behind pods of its priority that came meanwhile") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  fail_next(queue, pod(1), at(10_s));
  CHECK(queue.place(pod(1)) == QueuePlace::Unschedulable);
  QueuedPod taken;
  CHECK_FALSE(queue.pop(taken));
  queue.add(pod(2), 0, at(5_s), false);
  something_changed(queue, at(20_s));   // its back-off of 1 s is over: at once
  CHECK(queue.place(pod(1)) == QueuePlace::Active);
  REQUIRE(queue.pop(taken));
  CHECK(taken.pod == pod(2));
}

TEST_CASE("The back-off doubles from one second to ten, counted from the last attempt") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  SimTime now = at(0_s);
  for (const Duration backoff : {1_s, 2_s, 4_s, 8_s, 10_s, 10_s}) {
    const QueuedPod failed = fail_next(queue, pod(1), now);
    QueuedPod waiting = failed;
    waiting.timestamp = now;
    CHECK(queue.backoff_until(waiting) == now + backoff);
    something_changed(queue, now);
    CHECK(queue.place(pod(1)) == QueuePlace::Backoff);
    now = now + backoff;
    queue.flush(now);
    CHECK(queue.place(pod(1)) == QueuePlace::Active);
  }
}

TEST_CASE("Completed back-offs are moved once a second, not when they end") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  fail_next(queue, pod(1), at(250_ms));
  something_changed(queue, at(300_ms));
  // 0.25 s + 1 s = 1.25 s; the flush at 2 s is the first after that.
  CHECK(queue.next(at(300_ms)) == at(2_s));
  queue.flush(at(1500_ms));
  CHECK(queue.place(pod(1)) == QueuePlace::Backoff);
  queue.flush(at(2_s));
  CHECK(queue.place(pod(1)) == QueuePlace::Active);
}

TEST_CASE("A pod that nothing helps is tried again by the first half-minute flush after more than five minutes") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  fail_next(queue, pod(1), at(10_s));
  // 10 s + 300 s = 310 s; flushes are at 300, 330, …
  CHECK(queue.next(at(10_s)) == at(330_s));
  queue.flush(at(310_s));
  CHECK(queue.place(pod(1)) == QueuePlace::Unschedulable);
  queue.flush(at(330_s));
  CHECK(queue.place(pod(1)) == QueuePlace::Active);
}

TEST_CASE("Exactly five minutes are not more than five minutes") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  fail_next(queue, pod(1), at(0_s));
  CHECK(queue.next(at(0_s)) == at(330_s));
}

TEST_CASE("A pod that no plugin refused backs off without waiting for a change") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  fail_next(queue, pod(1), at(0_s), 0);
  CHECK(queue.place(pod(1)) == QueuePlace::Backoff);
  CHECK(queue.next(at(0_s)) == at(1_s));
}

TEST_CASE("Only the pods that a change could help are moved") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  queue.add(pod(2), 0, at(0_s), false);
  fail_next(queue, pod(1), at(1_s), 2);
  fail_next(queue, pod(2), at(1_s), 8);
  queue.move_if(at(60_s), [](const QueuedPod& waiting) { return waiting.rejected_by == 8; });
  CHECK(queue.place(pod(1)) == QueuePlace::Unschedulable);
  CHECK(queue.place(pod(2)) == QueuePlace::Active);
}

TEST_CASE("A gated pod is never tried, whatever happens") {
  SchedulingQueue queue;
  queue.add(pod(1), 1000, at(0_s), true);
  something_changed(queue, at(60_s));
  queue.flush(at(3600_s));
  QueuedPod taken;
  CHECK_FALSE(queue.pop(taken));
  CHECK(queue.place(pod(1)) == QueuePlace::Gated);
  CHECK(queue.next(at(3600_s)) == kNever);
}

TEST_CASE("A pod that goes away leaves every part of the queue, and its row can be used again") {
  SchedulingQueue queue;
  queue.add(pod(1), 0, at(0_s), false);
  queue.add(pod(2), 5, at(0_s), false);
  queue.remove(pod(1));
  CHECK(queue.place(pod(1)) == QueuePlace::None);
  const PodId again{1, 2};
  queue.add(again, 9, at(1_s), false);
  queue.remove(pod(1));   // the old one: without effect
  QueuedPod taken;
  REQUIRE(queue.pop(taken));
  CHECK(taken.pod == again);
}
