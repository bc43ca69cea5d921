/// The calendar: all future events in order of {time, phase, sequence of posting}.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/event.hpp"

namespace akstwin {

/// The phase, sequence and handler packed into Event::order. Sequences differ, so comparing (at, order) is total.
constexpr std::uint64_t pack_order(Phase phase, std::uint64_t sequence, HandlerId handler) {
  return static_cast<std::uint64_t>(phase) << 62 | sequence << 14 | handler.index;
}
constexpr HandlerId handler_of(const Event& event) { return {static_cast<std::uint16_t>(event.order & 0x3FFFU)}; }
constexpr Phase phase_of(const Event& event) { return static_cast<Phase>(event.order >> 62); }

/// A 4-ary heap of 24-byte events: no allocation an event, no closure, and siblings share cache lines.
/// At 100,000 random times a push and a pop take about 0.2 µs together (bench/calendar_bench.cpp).
class Calendar {
 public:
  /// Adds an event; later posts of one instant and phase come later.
  void post(SimTime at, Phase phase, HandlerId handler, Subject subject);
  /// The time of the earliest event, or kNever.
  SimTime next() const { return heap_.empty() ? kNever : heap_.front().at; }
  /// Removes and returns the earliest event. The calendar is not empty.
  Event pop();

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  void reserve(std::size_t events) { heap_.reserve(events); }

 private:
  std::vector<Event> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace akstwin
