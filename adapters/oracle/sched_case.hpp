/// A recorded scheduler case as a snapshot: nodes, bound pods, the pending pod and the cluster's facts.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "models/fit/filters.hpp"

namespace akstwin::oracle {

/// Owns what the snapshot points into, therefore neither copied nor moved.
struct SchedulerCase {
  explicit SchedulerCase(const nlohmann::json& recorded);
  SchedulerCase(const SchedulerCase&) = delete;
  SchedulerCase& operator=(const SchedulerCase&) = delete;

  std::deque<PodSpec> specs;           ///< stable addresses
  LabelSelector owner_selector;
  FitContext context;
  Snapshot snapshot;
  PendingPod pending;
};

/// Compares result.failed and result.feasible with our verdicts; empty when equal.
std::string compare_filters(const nlohmann::json& result, const Snapshot& snapshot, const std::vector<NodeVerdict>& verdicts);

}  // namespace akstwin::oracle
