/// The queue in which the nodes of one zone wait for their NoExecute taint, and the rate at which it lets them through.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "sim/base/time.hpp"

namespace akstwin {

/// client-go's token bucket with a burst of one: a token every `interval`, none kept in stock beyond the first.
/// Source: kubernetes v1.32 client-go util/flowcontrol/throttle.go.
class EvictionLimiter {
 public:
  explicit EvictionLimiter(Duration interval) : interval_(interval) {}
  /// Takes the token when there is one.
  bool try_accept(SimTime now);
  /// When the next token is there; kNever when evictions are stopped.
  SimTime next_token() const { return stopped_ ? kNever : next_; }
  /// Changes the rate; nothing stops the evictions. A bucket that was empty, or stopped, starts empty.
  void swap(std::optional<Duration> interval, SimTime now);

 private:
  Duration interval_;
  SimTime next_{-(INT64_MAX / 4)};
  bool stopped_ = false;
};

/// Nodes by the time they were put in; each is served once until it is removed explicitly.
/// Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (container/heap order among equal times included).
class EvictionQueue {
 public:
  explicit EvictionQueue(Duration interval) : limiter(interval) {}
  /// False when the node is in the queue, or was served and not removed since.
  bool add(std::uint32_t node, SimTime now);
  void remove(std::uint32_t node);
  /// The next node that the rate lets through at `now`; call until it answers nothing.
  std::optional<std::uint32_t> take(SimTime now);
  /// When take() can answer next.
  SimTime next(SimTime now) const;

  EvictionLimiter limiter;

 private:
  struct Entry {
    SimTime at;
    std::uint32_t node = 0;
  };
  void up(std::size_t child);
  bool down(std::size_t parent, std::size_t size);
  void erase_at(std::size_t index);

  std::vector<Entry> heap_;
  std::set<std::uint32_t> known_;
};

}  // namespace akstwin
