/// Small readers shared by the autoscaler suites.
#pragma once
#include <cmath>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "models/controllers/autoscaling/replica_calculator.hpp"
#include "sim/base/time.hpp"

namespace akstwin::oracle {

using Json = nlohmann::json;

/// A member that may be absent or null.
template <class T>
T value_or(const Json& object, const char* key, T fallback) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? fallback : found->get<T>();
}

inline bool has_value(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null();
}

/// Seconds, perhaps with a fraction, as whole microseconds.
inline Duration duration_of(const Json& seconds) { return {std::llround(seconds.get<double>() * 1e6)}; }
inline SimTime time_of(const Json& seconds) { return SimTime{} + duration_of(seconds); }

inline PodGroup::Phase phase_of(const std::string& text) {
  using Phase = PodGroup::Phase;
  if (text == "Pending") return Phase::Pending;
  if (text == "Running") return Phase::Running;
  if (text == "Succeeded") return Phase::Succeeded;
  return text == "Failed" ? Phase::Failed : Phase::Unknown;
}

inline PodGroup::Ready ready_of(const Json& text) {
  using Ready = PodGroup::Ready;
  if (text.is_null()) return Ready::Absent;
  if (text == "True") return Ready::True;
  return text == "False" ? Ready::False : Ready::Unknown;
}

}  // namespace akstwin::oracle
