/// API Priority and Fairness: the FlowSchema that each request falls under, and priority levels that let nothing through.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "adapters/serve/access.hpp"

namespace akstwin {

struct FlowJudgement {
  std::string schema_uid, level_uid;     ///< of the headers X-Kubernetes-Pf-*; empty when no schema matches
  bool refused = false;                  ///< the level has no seat: 429
};

/// Requests are answered one at a time, so that a level with seats always has one free. A limited level with nominalConcurrencyShares 0 has none ("jail"): what falls
/// under it is refused, at once even where its limitResponse says Queue.
/// Source: Kubernetes 1.32 documentation "API Priority and Fairness"; staging/src/k8s.io/apiserver/pkg/util/flowcontrol/match.go.
class FlowControl {
 public:
  explicit FlowControl(ObjectStore& store) : store_(store) {}
  FlowJudgement judge(const AccessUser& user, const AccessWish& wish);
  /// Says in the status of each FlowSchema whether its priority level is there. Called when somebody reads them.
  void settle();

 private:
  struct Schema { std::int64_t precedence; std::string name, uid, level; Json rules; };
  struct Level { std::string uid; bool jail = false; };
  void refresh();

  ObjectStore& store_;
  std::uint64_t schemas_seen_ = 0, levels_seen_ = 0;   // ends of the logs when the lists below were made
  std::vector<Schema> schemas_;                        // the first that matches decides
  std::map<std::string, Level, std::less<>> levels_;
};

/// The FlowSchemas and PriorityLevelConfigurations that every cluster begins with; `created`: RFC 3339.
/// Source: names, levels, precedences and sizes as recorded from Kubernetes 1.32 (2026-11-21); subjects and rules from apiserver's bootstrap/default.go 1.20, those of
/// probes, endpoint-controller and system-node-high, which came later, recalled.
std::vector<Json> default_flow_objects(const std::string& created);

}  // namespace akstwin
