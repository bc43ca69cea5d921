/// The table of oracle suites: a new kind of recorded case adds a check function here and a line in suites.cpp.
#pragma once
#include <span>
#include <string_view>

#include "adapters/oracle/runner.hpp"

namespace akstwin::oracle {

/// Kubernetes 1.32 kube-scheduler: feasible nodes, refusals, scores.
std::string check_sched_filter_score(const nlohmann::json& recorded);
/// Kubernetes 1.32 DefaultPreemption: candidates, victims, chosen node.
std::string check_sched_preempt(const nlohmann::json& recorded);
/// Kubernetes 1.32 node lifecycle and taint eviction controllers: from a node's silence to the deletion of its pods.
std::string check_node_lifecycle_evict(const nlohmann::json& recorded);

}  // namespace akstwin::oracle

namespace akstwin {

std::span<const OracleSuite> oracle_suites();
/// The suite of that name, or null.
const OracleSuite* find_suite(std::string_view name);

}  // namespace akstwin
