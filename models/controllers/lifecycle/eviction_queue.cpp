#include "models/controllers/lifecycle/eviction_queue.hpp"

#include <algorithm>
#include <utility>

namespace akstwin {
namespace {

// A stopped limiter reports a rate of one a second, so that a change to exactly that rate is taken for no change: evictions stay stopped.
// Source: client-go util/flowcontrol/throttle.go, fakeNeverRateLimiter.
constexpr Duration kRateOfStopped{1'000'000};

}  // namespace

bool EvictionLimiter::try_accept(SimTime now) {
  if (stopped_ || now < next_) return false;
  next_ = now + interval_;
  return true;
}

void EvictionLimiter::swap(std::optional<Duration> interval, SimTime now) {
  if (interval && *interval == (stopped_ ? kRateOfStopped : interval_)) return;
  if (!interval) {
    stopped_ = true;
    return;
  }
  const bool waiting = !try_accept(now);
  stopped_ = false;
  interval_ = *interval;
  next_ = waiting ? now + interval_ : SimTime{-(INT64_MAX / 4)};
}

void EvictionQueue::up(std::size_t child) {
  while (child > 0) {
    const std::size_t parent = (child - 1) / 2;
    if (!(heap_[child].at < heap_[parent].at)) return;
    std::swap(heap_[child], heap_[parent]);
    child = parent;
  }
}

bool EvictionQueue::down(std::size_t parent, std::size_t size) {
  const std::size_t start = parent;
  for (;;) {
    const std::size_t left = 2 * parent + 1;
    if (left >= size) break;
    std::size_t least = left;
    if (left + 1 < size && heap_[left + 1].at < heap_[left].at) least = left + 1;
    if (!(heap_[least].at < heap_[parent].at)) break;
    std::swap(heap_[parent], heap_[least]);
    parent = least;
  }
  return parent > start;
}

void EvictionQueue::erase_at(std::size_t index) {
  const std::size_t last = heap_.size() - 1;
  if (index != last) {
    std::swap(heap_[index], heap_[last]);
    if (!down(index, last)) up(index);
  }
  heap_.pop_back();
}

bool EvictionQueue::add(std::uint32_t node, SimTime now) {
  if (!known_.insert(node).second) return false;
  heap_.push_back({now, node});
  up(heap_.size() - 1);
  return true;
}

void EvictionQueue::remove(std::uint32_t node) {
  if (known_.erase(node) == 0) return;
  const auto found = std::ranges::find(heap_, node, &Entry::node);
  if (found != heap_.end()) erase_at(static_cast<std::size_t>(found - heap_.begin()));
}

std::optional<std::uint32_t> EvictionQueue::take(SimTime now) {
  if (heap_.empty() || !limiter.try_accept(now)) return std::nullopt;
  const std::uint32_t node = heap_.front().node;
  erase_at(0);
  return node;
}

SimTime EvictionQueue::next(SimTime now) const { return heap_.empty() ? kNever : std::max(now, limiter.next_token()); }

}  // namespace akstwin
