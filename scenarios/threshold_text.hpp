/// Thresholds in the k6 grammar: "p(99)<240", "mean<8500", "P(value<2700)>=0.95".
#pragma once
#include <optional>
#include <string_view>

#include "models/spec/experiment_spec.hpp"

namespace akstwin {

/// The threshold without metric and position; nothing when the text is none. The bound is a number, a duration (as seconds)
/// or a percentage (as a share).
std::optional<ThresholdSpec> parse_threshold(std::string_view text);

}  // namespace akstwin
