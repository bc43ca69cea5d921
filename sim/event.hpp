/// What the calendar holds: who is called, about what, and in which order at one instant.
#pragma once
#include <cstdint>

#include "sim/base/time.hpp"

namespace akstwin {

/// Order of events at the same instant: the world changes, then watchers hear of it, then controllers act, then it is recorded.
enum class Phase : std::uint8_t { Plant = 0, Watch = 1, Control = 2, Observe = 3 };

/// What an event is about: a row of the receiver's own table and the epoch in which the event was scheduled.
/// A handler whose subject has moved to another epoch returns at once; nothing is ever cancelled (ADR 7).
struct Subject {
  std::uint32_t row = 0;
  std::uint32_t epoch = 0;
  constexpr bool operator==(const Subject&) const = default;
};

/// Index of a registered handler; below 16,384.
struct HandlerId {
  std::uint16_t index = 0;
  constexpr bool operator==(const HandlerId&) const = default;
};

/// 24 bytes. Ordered by time, then `order` (phase in the top 2 bits, then the sequence of scheduling).
struct Event {
  SimTime at;
  std::uint64_t order = 0;     ///< phase 2 · sequence 48 · handler 14 bits
  Subject subject;
};
static_assert(sizeof(Event) == 24);

}  // namespace akstwin
