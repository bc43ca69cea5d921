#include <set>

#include "adapters/oracle/sched_case.hpp"
#include "adapters/oracle/suites.hpp"
#include "models/fit/scores.hpp"

namespace akstwin::oracle {
namespace {

using Json = nlohmann::json;

Json scores_of(const ScoreTable& table, std::size_t n) {
  Json plugins = Json::object();
  for (std::size_t plugin = 0; plugin < kScorePlugins; ++plugin)
    if (table.ran[plugin]) plugins[std::string(to_string(static_cast<ScorePlugin>(plugin)))] = table.weighted[plugin][n];
  return {{"total", table.total[n]}, {"plugins", plugins}};
}

std::string compare_scores(const Json& result, const Snapshot& snapshot, const ScoreTable& table) {
  static const Json kNone = Json::object();
  const Json& scores = result.contains("scores") ? result.at("scores") : kNone;
  if (scores.size() != table.nodes.size())
    return "scores: expected " + std::to_string(scores.size()) + " nodes, got " + std::to_string(table.nodes.size());
  for (std::size_t n = 0; n < table.nodes.size(); ++n) {
    const std::string name = snapshot.node(table.nodes[n]).name.str();
    const Json ours = scores_of(table, n);
    const Json theirs = scores.contains(name) ? scores.at(name) : Json();
    if (ours != theirs) return "score of " + name + ": expected " + theirs.dump() + ", got " + ours.dump();
  }
  std::set<std::string> best, expected;
  for (const NodeIndex node : best_nodes(table)) best.insert(snapshot.node(node).name.str());
  if (result.contains("best"))
    for (const Json& name : result.at("best")) expected.insert(name.get<std::string>());
  if (best != expected) return "best: expected " + Json(expected).dump() + ", got " + Json(best).dump();
  return {};
}

}  // namespace

std::string check_sched_filter_score(const Json& recorded) {
  const SchedulerCase scheduler_case(recorded);
  const Snapshot& snapshot = scheduler_case.snapshot;
  const PreparedPod pod = prepare(scheduler_case.pending, snapshot, scheduler_case.context);
  std::vector<NodeVerdict> verdicts;
  run_filters(pod, snapshot, verdicts);
  const Json& result = recorded.at("result");
  if (std::string difference = compare_filters(result, snapshot, verdicts); !difference.empty()) return difference;
  std::vector<NodeIndex> feasible;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const NodeIndex node = snapshot.order()[i];
    if (fits(pod, snapshot, node) != verdicts[i].feasible())
      return "node " + snapshot.node(node).name.str() + ": fits() contradicts filter_node()";
    if (verdicts[i].feasible()) feasible.push_back(node);
  }
  ScoreTable table;
  score_nodes(pod, snapshot, feasible, table);
  return compare_scores(result, snapshot, table);
}

}  // namespace akstwin::oracle
