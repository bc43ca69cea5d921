#include <algorithm>
#include <map>
#include <set>

#include "adapters/oracle/pod_codec.hpp"
#include "adapters/oracle/sched_case.hpp"
#include "adapters/oracle/suites.hpp"
#include "models/fit/preemption.hpp"

namespace akstwin::oracle {
namespace {

using Json = nlohmann::json;

std::vector<DisruptionBudget> budgets_from(const Json& recorded) {
  std::vector<DisruptionBudget> budgets;
  const auto found = recorded.find("pdbs");
  if (found == recorded.end()) return budgets;
  for (const Json& pdb : *found) {
    const Json& selector = pdb.at("selector");
    const bool plain = !selector.contains("matchLabels") && !selector.contains("matchExpressions");
    budgets.push_back({.name_space = Name(pdb.at("namespace").get<std::string>()),
                       .name = Name(pdb.at("name").get<std::string>()),
                       .selector = plain ? selector_from_labels(labels_from_json(selector)) : selector_from_json(selector),
                       .disruptions_allowed = pdb.at("disruptions_allowed"),
                       .disrupted_pods = {}});
  }
  return budgets;
}

using Candidates = std::map<std::string, std::pair<std::set<std::string>, std::int64_t>>;   // node → victims, violations

Candidates recorded_candidates(const Json& preemption) {
  Candidates candidates;
  if (!preemption.contains("candidates")) return candidates;
  for (const Json& candidate : preemption.at("candidates")) {
    std::set<std::string> victims;
    for (const Json& name : candidate.at("victims")) victims.insert(name.get<std::string>());
    candidates[candidate.at("node").get<std::string>()] = {std::move(victims), candidate.value("pdb_violations", std::int64_t{0})};
  }
  return candidates;
}

Candidates our_candidates(const std::vector<PreemptionCandidate>& found, const Snapshot& snapshot) {
  Candidates candidates;
  for (const PreemptionCandidate& candidate : found) {
    std::set<std::string> victims;
    for (const std::uint64_t tag : candidate.victims) victims.insert(snapshot.find_pod(candidate.node, tag)->name.str());
    candidates[snapshot.node(candidate.node).name.str()] = {std::move(victims), candidate.pdb_violations};
  }
  return candidates;
}

}  // namespace

std::string check_sched_preempt(const Json& recorded) {
  const SchedulerCase scheduler_case(recorded);
  const Snapshot& snapshot = scheduler_case.snapshot;
  const PreparedPod pod = prepare(scheduler_case.pending, snapshot, scheduler_case.context);
  std::vector<NodeVerdict> verdicts;
  run_filters(pod, snapshot, verdicts);
  if (std::string difference = compare_filters(recorded.at("result"), snapshot, verdicts); !difference.empty()) return difference;
  const Json& preemption = recorded.at("preemption");
  const bool eligible = may_preempt(*pod.spec, snapshot);
  if (eligible != preemption.at("eligible").get<bool>()) return std::string("eligible: got ") + (eligible ? "true" : "false");
  if (!eligible) return {};
  const std::vector<PreemptionCandidate> found = preemption_candidates(pod, snapshot, verdicts, budgets_from(recorded));
  const Candidates ours = our_candidates(found, snapshot), theirs = recorded_candidates(preemption);
  if (ours != theirs) return "candidates: expected " + Json(theirs).dump() + ", got " + Json(ours).dump();
  std::set<std::string> chosen, expected;
  for (const std::size_t index : select_candidates(found, snapshot)) chosen.insert(snapshot.node(found[index].node).name.str());
  if (preemption.contains("chosen") && !preemption.at("chosen").is_null())
    for (const Json& name : preemption.at("chosen")) expected.insert(name.get<std::string>());
  if (chosen != expected) return "chosen: expected " + Json(expected).dump() + ", got " + Json(chosen).dump();
  return {};
}

}  // namespace akstwin::oracle
