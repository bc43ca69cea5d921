/// A real cluster watched for a while: the Timeline that the twin writes too, so that the same reports hold.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adapters/live/live_session.hpp"
#include "adapters/live/shadow_score.hpp"
#include "adapters/record/timeline_file.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

struct ObserveOptions {
  SessionOptions session;
  Duration length{600'000'000};
  std::optional<Scenario> scenario;      ///< names, prices, thresholds; without one they are read from the cluster
  std::string cluster;                   ///< of the scenario; or the name that the cluster gets
  bool shadow = false;                   ///< run the modelled controllers beside the real ones
  const volatile bool* stop = nullptr;
  std::function<void(const std::string&)> say = {};
};

struct Observation {
  Scenario scenario;                     ///< for the reports: start, length and what was seen filled in
  RecordedTimeline recorded;
  std::optional<ShadowScore> shadow;
  std::vector<std::string> faults;       ///< what could not be watched at the end
  bool interrupted = false;
};

Result<Observation> observe(const ObserveOptions& options);

}  // namespace akstwin
