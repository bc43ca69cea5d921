/// KEDA's ScaledJob: how many Jobs a poll starts.
/// Source: kedacore/keda pkg/scaling/executor/scale_jobs.go, pkg/scaling/scaledjob/scale_metrics.go (2.21; strategy eager [recall]).
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// What one poll of a ScaledJob looks at.
struct ScaledJobInputs {
  std::int64_t running = 0;                        ///< Jobs that have not finished, pending ones included
  std::int64_t pending = 0;                        ///< of those, Jobs none of whose pods runs yet
  /// What the scalers read, in thousandths, parallel to spec.triggers; nothing = the scaler failed and is left out.
  std::span<const std::optional<std::int64_t>> values_milli;
};

struct ScaledJobDecision {
  bool active = false;
  std::int64_t queue_length = 0, max_scale = 0;    ///< of all scalers together, as multipleScalersCalculation says
  std::int64_t create = 0;                         ///< Jobs to start now
};

/// The decision of one poll; it has no memory.
ScaledJobDecision poll_scaled_job(const ScaledObjectSpec& spec, const ScaledJobInputs& inputs);

}  // namespace akstwin
