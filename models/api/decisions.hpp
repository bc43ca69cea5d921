/// Where a controller lays open one decision in full, for the few subjects that somebody asked about.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/name.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// What a question can be about.
enum class SubjectKind : std::uint8_t { Pod, Node, Pool, Autoscaler };

/// Rows of text under column headings: nodes and what refused them, metrics and their targets.
struct DecisionTable {
  std::string name;                  ///< "nodes", "metrics", "groups"
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

/// One decision about one subject, as its decider saw it.
struct Decision {
  SimTime at{};
  SubjectKind kind = SubjectKind::Pod;
  Name subject{};                    ///< as the Timeline names it: "aks-prod/orders/api-r1-00042"
  std::string decider{};             ///< "kube-scheduler", "cluster-autoscaler", "horizontal-pod-autoscaler"
  std::string outcome{};             ///< one word in upstream's spelling: "Unschedulable", "BlockedByPod", "ScaleDownStabilized"
  std::string message{};             ///< one sentence
  std::vector<std::pair<std::string, std::string>> facts{};   ///< in the order in which they are worth reading
  std::vector<DecisionTable> tables{};
};

/// Receives decisions. It only listens: whether one is there changes nothing of what is decided.
class Decisions {
 public:
  virtual ~Decisions() = default;
  /// Whether a decision about `subject` is asked for; a decider describes nothing else.
  virtual bool wants(SubjectKind kind, Name subject) const = 0;
  virtual void record(Decision decision) = 0;
};

}  // namespace akstwin
