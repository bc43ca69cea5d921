#include "adapters/oracle/sched_case.hpp"

#include <algorithm>
#include <set>

#include "adapters/oracle/pod_codec.hpp"

namespace akstwin::oracle {
namespace {

using Json = nlohmann::json;

void read_cluster(const Json& recorded, FitContext& context) {
  if (const auto found = recorded.find("namespaces"); found != recorded.end())
    for (const auto& [name, labels] : found->items()) context.namespaces.emplace_back(Name(name), labels_from_json(labels));
  if (const auto found = recorded.find("services"); found != recorded.end())
    for (const Json& service : *found)
      if (const auto selector = service.find("selector"); selector != service.end() && !selector->is_null())
        context.services.push_back(
            {.name_space = Name(service.at("namespace").get<std::string>()), .selector = labels_from_json(*selector)});
}

// The selector of the ReplicaSet that owns the pod; false when none does, or when it does not exist.
bool owner_of(const Json& recorded, LabelSelector& selector) {
  const Json& pod = recorded.at("pod");
  const auto owner = pod.find("owner_replicaset");
  const auto sets = recorded.find("replicasets");
  if (owner == pod.end() || sets == recorded.end()) return false;
  for (const Json& set : *sets) {
    if (set.at("namespace") != pod.at("namespace") || set.at("name") != *owner) continue;
    const Json& stated = set.at("selector");
    const bool plain = !stated.contains("matchLabels") && !stated.contains("matchExpressions");
    selector = plain ? selector_from_labels(labels_from_json(stated)) : selector_from_json(stated);
    return true;
  }
  return false;
}

}  // namespace

SchedulerCase::SchedulerCase(const Json& recorded) {
  read_cluster(recorded, context);
  for (const Json& node : recorded.at("nodes")) snapshot.add_node(node_from_json(node));
  std::uint64_t tag = 0;
  for (const Json& pod : recorded.at("existing_pods")) {
    specs.push_back(pod_from_json(pod));
    snapshot.add_pod(snapshot.find(Name(pod.at("node").get<std::string>())), {.spec = &specs.back(),
                                                                              .name = Name(pod.at("name").get<std::string>()),
                                                                              .tag = ++tag,
                                                                              .start_us = pod.value("start_s", std::int64_t{0}) * 1'000'000,
                                                                              .terminating = pod.value("terminating", false)});
  }
  specs.push_back(pod_from_json(recorded.at("pod")));
  pending.spec = &specs.back();
  if (owner_of(recorded, owner_selector)) pending.owner_selector = &owner_selector;
}

std::string compare_filters(const Json& result, const Snapshot& snapshot, const std::vector<NodeVerdict>& verdicts) {
  std::set<std::string> feasible;
  static const Json kNone = Json::object();
  const Json& failed = result.contains("failed") ? result.at("failed") : kNone;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const NodeIndex node = snapshot.order()[i];
    const std::string name = snapshot.node(node).name.str();
    if (verdicts[i].feasible()) feasible.insert(name);
    Json ours;
    if (!verdicts[i].feasible())
      ours = {{"plugin", to_string(verdicts[i].plugin)},
              {"code", to_string(verdicts[i].code)},
              {"reasons", reasons_of(verdicts[i], snapshot, node)}};
    const Json theirs = failed.contains(name) ? failed.at(name) : Json();
    if (ours != theirs) return "node " + name + ": expected " + theirs.dump() + ", got " + ours.dump();
  }
  std::set<std::string> expected;
  for (const Json& name : result.at("feasible")) expected.insert(name.get<std::string>());
  if (feasible != expected) return "feasible: expected " + Json(expected).dump() + ", got " + Json(feasible).dump();
  return {};
}

}  // namespace akstwin::oracle
