/// Whatever happened, simulated or observed, in columns. Reports read this and the Scenario, nothing else.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "sim/base/name.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// One thing that happened. What `kind` means, and what the two names and the value stand for, is the catalogue's business
/// (models/observe/kinds.hpp); the kernel's layer only stores it.
struct TimelineEvent {
  SimTime at{};
  std::uint16_t kind = 0;
  Name subject{}, object{};      ///< for example the pod and its node
  Name detail{};               ///< a reason in upstream's words, or empty
  std::int64_t value = 0;
};

struct SeriesId { std::uint32_t index = 0; };

/// Names a gauge: its kind and up to three labels, in the order that the catalogue gives.
struct SeriesKey {
  std::uint16_t kind = 0;
  Name a{}, b{}, c{};
  bool operator==(const SeriesKey&) const = default;
};

struct Sample { SimTime at{}; std::int64_t value = 0; };

/// A step function over time: the value holds from its sample until the next. Samples ascend strictly in time.
struct Series {
  SeriesKey key{};
  std::vector<Sample> samples{};
  std::int64_t current() const { return samples.empty() ? 0 : samples.back().value; }
};

class Timeline {
 public:
  void event(const TimelineEvent& event) { events_.push_back(event); }
  /// The series of that key, made on first use. Creation order does not matter to readers: they look up or sort by key.
  SeriesId series(const SeriesKey& key);
  /// Sets the gauge from `at` on. `at` never goes back; setting twice at one instant keeps the last; equal values are not stored.
  void set(SeriesId series, SimTime at, std::int64_t value);
  void add(SeriesId series, SimTime at, std::int64_t delta) { set(series, at, current(series) + delta); }
  std::int64_t current(SeriesId series) const { return series_[series.index].current(); }

  /// The end of observation: gauges hold until here. Set once, by the run.
  void finish(SimTime end) { end_ = end; }
  SimTime end() const { return end_; }

  std::span<const TimelineEvent> events() const { return events_; }
  const std::vector<Series>& all_series() const { return series_; }
  /// The series of that key, or null.
  const Series* find(const SeriesKey& key) const;
  /// All series of a kind, sorted by the text of their labels.
  std::vector<const Series*> of_kind(std::uint16_t kind) const;

  /// A 64-bit hash of all events and series by text, independent of interning and creation order.
  std::uint64_t hash() const;

 private:
  std::vector<TimelineEvent> events_;
  std::vector<Series> series_;
  std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> index_;  // by id: lookup only
  SimTime end_{};
};

}  // namespace akstwin
