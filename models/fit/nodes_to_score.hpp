/// How many feasible nodes the scheduler looks for before it scores.
#pragma once
#include <cstdint>

namespace akstwin {

/// Feasible nodes to find among `nodes`. `percentage` 0 is the adaptive default: 50 − nodes/125, at least 5 %; never fewer than 100 nodes.
/// Source: kubernetes v1.32 pkg/scheduler/schedule_one.go numFeasibleNodesToFind, read 2026-11. 99→99, 100→100, 1000→420, 5000→500.
std::int64_t nodes_to_score(std::int64_t nodes, int percentage = 0);

}  // namespace akstwin
