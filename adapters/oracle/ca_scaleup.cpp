#include <algorithm>
#include <map>
#include <vector>

#include "adapters/oracle/ca_case.hpp"
#include "adapters/oracle/ca_cases.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler.hpp"

namespace akstwin::oracle {
namespace {

/// The cluster of a single loop at second 0.
struct OneLoop {
  explicit OneLoop(const Json& recorded);
  ClusterAutoscalerInput input() const;

  CaCase setup;
  std::deque<NodeInput> objects;
  std::vector<std::vector<AutoscaledPod>> pods;    // by node
  std::vector<AutoscaledNode> nodes;
  std::vector<AutoscaledPod> pending;
  std::vector<std::vector<CloudInstance>> instances;
  std::vector<AutoscaledGroup> groups;
};

OneLoop::OneLoop(const Json& recorded) : setup(recorded), pods(recorded.at("nodes").size()), instances(setup.groups.size()) {
  std::map<std::string, std::size_t> position;
  std::uint64_t uid = 1;
  for (const Json& json : recorded.at("nodes")) {
    const std::string name = json.at("name").get<std::string>();
    const std::uint32_t group = setup.group_of(json.at("group").get<std::string>());
    objects.push_back(setup.node_object(group, name));
    objects.back().unschedulable = value_or(json, "unschedulable", false);
    const std::size_t at = nodes.size();
    position[name] = at;
    nodes.push_back({.id = at + 1, .object = &objects.back(), .group = group, .created = time_of(json.at("created_s")),
                     .ready_since = time_of(json.at("ready_since_s")), .deletion_taint = {}, .pods = {}});
    instances[group].push_back({at + 1, CloudInstanceState::Running, false});
    for (const std::size_t daemonset : setup.daemonsets_on(objects.back())) pods[at].push_back(setup.daemon_pod(daemonset, uid++));
  }
  for (const CaApp& app : setup.apps) {
    std::int64_t number = 0;
    for (const auto& [node, count] : app.placed)
      for (std::int64_t i = 0; i < count; ++i) pods[position.at(node)].push_back(setup.app_pod(app, uid++, number++));
    for (std::int64_t i = 0; i < app.pending; ++i) pending.push_back(setup.app_pod(app, uid++, number++));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].pods = pods[i];
  std::uint64_t coming = 1'000'000;
  for (std::size_t i = 0; i < setup.groups.size(); ++i) {
    const CaGroup& group = setup.groups[i];
    while (static_cast<std::int64_t>(instances[i].size()) < group.target) instances[i].push_back({coming++, CloudInstanceState::Creating, false});
    groups.push_back({.id = group.id, .min = group.min, .max = group.max, .target = group.target, .template_node = &group.template_node,
                      .capacity = group.capacity, .template_pods = group.template_pods, .instances = instances[i]});
  }
}

ClusterAutoscalerInput OneLoop::input() const {
  return {.groups = groups, .nodes = nodes, .pending = pending, .budgets = {}, .context = &setup.context};
}

std::string app_of(const AutoscaledPod& pod) { return pod.spec->labels.find(Name("app"))->str(); }

template <class Indexes>
Json count_by_app(const std::vector<AutoscaledPod>& pods, const Indexes& indexes) {
  Json counts = Json::object();
  for (const auto index : indexes) {
    const std::string app = app_of(pods[index]);
    counts[app] = value_or<std::int64_t>(counts, app.c_str(), 0) + 1;
  }
  return counts;
}

/// Our decision in the words of the recording.
Json answer_of(const OneLoop& loop, const ClusterAutoscalerOutput& out) {
  const auto id = [&](std::uint32_t group) { return loop.groups[group].id.str(); };
  Json answer{{"result", to_string(out.scale_up_result)}, {"expander_called", out.expander_called}};
  if (!out.fits_existing.empty()) answer["fits_existing"] = count_by_app(loop.pending, out.fits_existing);
  for (const ExpansionOption& option : out.options) {
    Json entry{{"group", id(option.group)}, {"count", option.nodes}, {"pods", count_by_app(out.helped, option.pods)}};
    for (const std::uint32_t other : option.similar) entry["similar"].push_back(id(other));
    answer["options"].push_back(entry);
  }
  for (const std::uint32_t option : out.best_options) answer["best_set"].push_back(id(out.options[option].group));
  if (out.chosen) {
    answer["chosen"] = id(out.options[*out.chosen].group);
    answer["pods_triggered"] = count_by_app(out.helped, out.options[*out.chosen].pods);
  }
  // The recorder lists the new sizes by group, whatever the order of the calls.
  std::vector<ScaleUpAction> scale_ups = out.scale_ups;
  std::ranges::sort(scale_ups, {}, &ScaleUpAction::group);
  for (const ScaleUpAction& action : scale_ups) answer["scale_ups"].push_back({{"group", id(action.group)}, {"from", action.from}, {"to", action.to}});
  if (!out.await_evaluation.empty()) answer["pods_await_evaluation"] = count_by_app(out.helped, out.await_evaluation);
  if (out.remain_unschedulable.empty()) return answer;
  for (const UnhelpedPods& unhelped : out.remain_unschedulable) {
    const Json counts = count_by_app(out.helped, unhelped.pods);
    for (const auto& [app, count] : counts.items()) {
      Json& total = answer["pods_remain_unschedulable"][app];
      total = (total.is_null() ? 0 : total.get<std::int64_t>()) + count.get<std::int64_t>();
      for (const GroupRejection& rejection : unhelped.rejected) {
        std::string text;
        for (const std::string& reason : rejection.reasons) text += (text.empty() ? "" : ";") + reason;
        answer["rejected"][app][id(rejection.group)] = text;
      }
    }
  }
  for (const auto& [group, reason] : out.skipped) answer["skipped_groups"][id(group)] = to_string(reason);
  return answer;
}

}  // namespace

std::string check_ca_scaleup(const nlohmann::json& recorded) {
  const OneLoop loop(recorded);
  ClusterAutoscalerCore core(loop.setup.options);
  const Json answer = answer_of(loop, core.run_once(SimTime{}, loop.input()));
  const Json& expected = recorded.at("expected");
  std::string difference;
  for (const auto& [key, value] : expected.items()) {
    const Json ours = value_or(answer, key.c_str(), Json());
    if (ours != value) difference += key + ": upstream " + value.dump() + ", ours " + ours.dump() + "; ";
  }
  for (const auto& [key, value] : answer.items())
    if (!expected.contains(key)) difference += key + ": upstream has none, ours " + value.dump() + "; ";
  return difference;
}

}  // namespace akstwin::oracle
