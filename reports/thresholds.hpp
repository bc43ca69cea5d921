/// Thresholds in the k6 grammar, evaluated on what the replications measured.
#pragma once
#include <vector>

#include "reports/outcome.hpp"

namespace akstwin {

/// One threshold on the values of its metric, all replications merged. A name that is no metric may be a figure; then it has one value
/// a replication. Without values the verdict is Inconclusive. P(value<x)>=p passes when Wilson's 95 % interval lies on the right side,
/// fails when it lies on the wrong side, and is Inconclusive when the bound p is inside: more replications are needed.
ThresholdResult evaluate(const ThresholdSpec& threshold, const std::vector<Answers>& replications);

}  // namespace akstwin
