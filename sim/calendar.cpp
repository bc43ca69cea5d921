#include "sim/calendar.hpp"

#include "sim/base/check.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kArity = 4;

/// Time and order as one number: a comparison without a branch. Times in the calendar are never negative.
UnsignedInt128 key(const Event& event) { return UnsignedInt128{static_cast<std::uint64_t>(event.at.us)} << 64 | event.order; }

bool before(const Event& a, const Event& b) { return key(a) < key(b); }

/// Moves `event` from the hole up to its place among its ancestors.
void sift_up(Event* heap, std::size_t hole, const Event& event) {
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / kArity;
    if (!before(event, heap[parent])) break;
    heap[hole] = heap[parent];
    hole = parent;
  }
  heap[hole] = event;
}

/// The earliest of the children first … first + 3, all of which exist.
std::size_t earliest_of_four(const Event* heap, std::size_t first) {
  const std::size_t left = before(heap[first + 1], heap[first]) ? first + 1 : first;
  const std::size_t right = before(heap[first + 3], heap[first + 2]) ? first + 3 : first + 2;
  return before(heap[right], heap[left]) ? right : left;
}

}  // namespace

void Calendar::post(SimTime at, Phase phase, HandlerId handler, Subject subject) {
  AKSTWIN_CHECK(at.us >= 0 && sequence_ < (std::uint64_t{1} << 48), "an event has a time from zero on and a 48-bit sequence");
  const Event event{at, pack_order(phase, sequence_++, handler), subject};
  heap_.push_back(event);
  sift_up(heap_.data(), heap_.size() - 1, event);
}

Event Calendar::pop() {
  AKSTWIN_CHECK(!heap_.empty(), "an event is taken from a calendar that has one");
  const Event first = heap_.front();
  const Event last = heap_.back();
  heap_.pop_back();
  const std::size_t size = heap_.size();
  if (size == 0) return first;
  // The hole sinks to a leaf without looking at `last`, which nearly always belongs at the bottom, then `last` rises.
  Event* heap = heap_.data();
  std::size_t hole = 0, child = 1;
  for (; child + kArity <= size; child = hole * kArity + 1) {
    const std::size_t best = earliest_of_four(heap, child);
    heap[hole] = heap[best];
    hole = best;
  }
  if (child < size) {
    std::size_t best = child;
    for (std::size_t other = child + 1; other < size; ++other)
      if (before(heap[other], heap[best])) best = other;
    heap[hole] = heap[best];
    hole = best;
  }
  sift_up(heap, hole, last);
  return first;
}

}  // namespace akstwin
