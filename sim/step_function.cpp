#include "sim/step_function.hpp"

#include <algorithm>
#include <map>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

/// The first sample after `t`.
auto after(std::span<const Sample> samples, SimTime t) {
  return std::upper_bound(samples.begin(), samples.end(), t, [](SimTime time, const Sample& sample) { return time < sample.at; });
}

/// Calls visit(begin, end, value) for each piece of [from, to) on which the gauge is constant.
template <class Visit>
void for_each_piece(std::span<const Sample> samples, SimTime from, SimTime to, Visit visit) {
  SimTime begin = from;
  std::int64_t value = value_at(samples, from);
  for (auto next = after(samples, from); begin < to; ++next) {
    const bool last = next == samples.end() || next->at >= to;
    visit(begin, last ? to : next->at, value);
    if (last) return;
    begin = next->at;
    value = next->value;
  }
}

}  // namespace

std::int64_t value_at(std::span<const Sample> samples, SimTime t) {
  const auto next = after(samples, t);
  return next == samples.begin() ? 0 : std::prev(next)->value;
}

Int128 integral(std::span<const Sample> samples, SimTime from, SimTime to) {
  Int128 sum = 0;
  for_each_piece(samples, from, to, [&](SimTime begin, SimTime end, std::int64_t value) { sum += Int128{value} * (end - begin).us; });
  return sum;
}

double time_average(std::span<const Sample> samples, SimTime from, SimTime to) {
  if (to <= from) return 0;
  return static_cast<double>(integral(samples, from, to)) / static_cast<double>((to - from).us);
}

Extreme maximum(std::span<const Sample> samples, SimTime from, SimTime to) {
  Extreme found{from, value_at(samples, from)};
  for_each_piece(samples, from, to, [&](SimTime begin, SimTime, std::int64_t value) {
    if (value > found.value) found = {begin, value};
  });
  return found;
}

Extreme minimum(std::span<const Sample> samples, SimTime from, SimTime to) {
  Extreme found{from, value_at(samples, from)};
  for_each_piece(samples, from, to, [&](SimTime begin, SimTime, std::int64_t value) {
    if (value < found.value) found = {begin, value};
  });
  return found;
}

std::int64_t time_quantile(std::span<const Sample> samples, SimTime from, SimTime to, double q) {
  if (to <= from) return value_at(samples, from);
  std::map<std::int64_t, std::int64_t> time_at;
  for_each_piece(samples, from, to, [&](SimTime begin, SimTime end, std::int64_t value) { time_at[value] += (end - begin).us; });
  const double wanted = q * static_cast<double>((to - from).us);
  std::int64_t sum = 0;
  for (const auto& [value, time] : time_at) {
    sum += time;
    if (static_cast<double>(sum) >= wanted) return value;
  }
  return time_at.rbegin()->first;
}

Duration time_at_or_above(std::span<const Sample> samples, SimTime from, SimTime to, std::int64_t threshold) {
  Duration sum;
  for_each_piece(samples, from, to, [&](SimTime begin, SimTime end, std::int64_t value) {
    if (value >= threshold) sum += end - begin;
  });
  return sum;
}

std::vector<std::int64_t> resample(std::span<const Sample> samples, SimTime from, SimTime to, Duration step) {
  AKSTWIN_CHECK(step.us > 0, "a gauge is sampled at a positive step");
  std::vector<std::int64_t> values;
  auto next = samples.begin();
  std::int64_t value = 0;
  for (SimTime t = from; t < to; t += step) {
    for (; next != samples.end() && next->at <= t; ++next) value = next->value;
    values.push_back(value);
  }
  return values;
}

std::vector<Sample> sum_of(std::span<const std::span<const Sample>> parts) {
  struct Change {
    SimTime at;
    std::int64_t delta;
  };
  std::vector<Change> changes;
  for (const auto& part : parts) {
    std::int64_t last = 0;
    for (const Sample& sample : part) {
      changes.push_back({sample.at, sample.value - last});
      last = sample.value;
    }
  }
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.at < b.at; });
  std::vector<Sample> total;
  std::int64_t value = 0, stored = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    value += changes[i].delta;
    const bool last_of_instant = i + 1 == changes.size() || changes[i + 1].at != changes[i].at;
    if (!last_of_instant || value == stored) continue;
    total.push_back({changes[i].at, value});
    stored = value;
  }
  return total;
}

}  // namespace akstwin
