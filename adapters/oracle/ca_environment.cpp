#include "adapters/oracle/ca_environment.hpp"

#include <algorithm>
#include <cstdio>

#include "sim/base/check.hpp"

namespace akstwin::oracle {
namespace {

constexpr Duration kHealthyAfter{5'000'000};       // a pod counts as healthy five seconds after it was bound
constexpr Duration kErrorAfter{30'000'000};        // out of resources shows half a minute after the request

Taint taint_of(const char* key, TaintEffect effect) { return {Name(key), {}, effect}; }
const char* const kNotReady = "node.kubernetes.io/not-ready";
const char* const kHard = "ToBeDeletedByClusterAutoscaler";
const char* const kSoft = "DeletionCandidateOfClusterAutoscaler";

void toggle(NodeInput& node, const Taint& taint, bool on) {
  std::erase(node.taints, taint);
  if (on) node.taints.push_back(taint);
}

}  // namespace

CaEnvironment::CaEnvironment(const Json& recorded, Recorder record)
    : setup(recorded), record_(std::move(record)), events_(value_or(recorded, "events", Json::array())) {
  groups.resize(setup.groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i].target = setup.groups[i].target;
  for (const Json& json : recorded.at("nodes")) {
    const std::string name = json.at("name").get<std::string>();
    const std::uint32_t group = setup.group_of(json.at("group").get<std::string>());
    const std::size_t index = add_node(group, name);
    groups[group].next_number = std::max<std::int64_t>(groups[group].next_number, std::stoll(name.substr(name.rfind('-') + 1)) + 1);
    CaNode& node = nodes[index];
    node.object.unschedulable = value_or(json, "unschedulable", false);
    node.disabled = value_or(value_or(json, "annotations", Json::object()), "cluster-autoscaler.kubernetes.io/scale-down-disabled", std::string()) == "true";
    register_node(index, time_of(json.at("created_s")));
    set_ready(index, true, time_of(json.at("ready_since_s")));
  }
  app_pods_.resize(setup.apps.size());
  next_pod_.resize(setup.apps.size());
  replicas_.resize(setup.apps.size());
  owed_.resize(setup.apps.size());
  for (std::size_t app = 0; app < setup.apps.size(); ++app) {
    for (const auto& [node, count] : setup.apps[app].placed)
      for (std::int64_t i = 0; i < count; ++i) bind(add_app_pod(app, setup.apps[app].created), find_named(node), SimTime{INT64_MIN / 4});
    for (std::int64_t i = 0; i < setup.apps[app].pending; ++i) add_app_pod(app, setup.apps[app].created);
    replicas_[app] = static_cast<std::int64_t>(app_pods_[app].size());
  }
}

std::size_t CaEnvironment::add_node(std::uint32_t group, const std::string& name) {
  CaNode node;
  node.id = next_id_++;
  node.name = name;
  node.group = group;
  node.object = setup.node_object(group, name);
  toggle(node.object, taint_of(kNotReady, TaintEffect::NoSchedule), true);
  nodes.push_back(std::move(node));
  touch();
  return nodes.size() - 1;
}

void CaEnvironment::register_node(std::size_t index, SimTime now) {
  CaNode& node = nodes[index];
  node.registered = true;
  node.created = node.ready_since = now;
  node.state = CloudInstanceState::Running;
  registered.push_back(index);
  for (const std::size_t daemonset : setup.daemonsets_on(node.object)) {
    pods.push_back({.view = setup.daemon_pod(daemonset, next_uid_++), .node = index});
    pods.back().view.name = Name("ds-" + pods.back().view.name.str() + "-" + node.name);
    node.pods.push_back(pods.size() - 1);
  }
  touch();
}

void CaEnvironment::set_ready(std::size_t index, bool ready, SimTime now) {
  CaNode& node = nodes[index];
  if (node.ready == ready) return;
  node.ready = ready;
  node.ready_since = now;
  toggle(node.object, taint_of(kNotReady, TaintEffect::NoSchedule), !ready);
  ++node.revision;
  touch();
}

void CaEnvironment::set_hard_taint(std::size_t index, bool on, SimTime now) {
  CaNode& node = nodes[index];
  node.hard_taint = on ? std::optional(now) : std::nullopt;
  toggle(node.object, taint_of(kHard, TaintEffect::NoSchedule), on);
  ++node.revision;
  touch();
  record_("hard_taint", {{"node", node.name}, {"on", on}});
}

void CaEnvironment::set_soft_taint(std::size_t index, bool on) {
  CaNode& node = nodes[index];
  node.soft_taint = on;
  toggle(node.object, taint_of(kSoft, TaintEffect::PreferNoSchedule), on);
  ++node.revision;
  touch();
  record_("soft_taint", {{"node", node.name}, {"on", on}});
}

void CaEnvironment::set_target(std::uint32_t group, std::int64_t target) {
  groups[group].target = target;
  touch();
}

std::size_t CaEnvironment::add_app_pod(std::size_t app, SimTime created) {
  pods.push_back({.view = setup.app_pod(setup.apps[app], next_uid_++, next_pod_[app]++), .app = app});
  pods.back().view.created = created;
  app_pods_[app].push_back(pods.size() - 1);
  touch();
  return pods.size() - 1;
}

void CaEnvironment::bind(std::size_t pod, std::size_t node, SimTime now) {
  pods[pod].node = node;
  pods[pod].bound = now;
  std::vector<std::size_t>& there = nodes[node].pods;
  there.insert(std::ranges::upper_bound(there, pod), pod);   // in order of creation, as the lister gives them
  touch();
}

void CaEnvironment::remove_pod(std::size_t index) {
  CaPod& pod = pods[index];
  pod.gone = true;
  if (pod.node != kNowhere) std::erase(nodes[pod.node].pods, index);
  if (pod.app != kNowhere) std::erase(app_pods_[pod.app], index);
  touch();
}

void CaEnvironment::remove_node(std::size_t index, SimTime) {
  CaNode& node = nodes[index];
  node.gone = true;
  std::erase(registered, index);
  const std::vector<std::size_t> left = node.pods;
  for (const std::size_t pod : left) {
    // A terminating pod was replaced when it was evicted or is not wanted any more.
    if (pods[pod].app != kNowhere && !pods[pod].view.deleted && setup.apps[pods[pod].app].kind != PodOwnerKind::None) ++owed_[pods[pod].app];
    remove_pod(pod);
  }
  touch();
}

void CaEnvironment::recreate_owed(SimTime now) {
  for (std::size_t app = 0; app < owed_.size(); ++app)
    for (; owed_[app] > 0; --owed_[app]) add_app_pod(app, now);
}

void CaEnvironment::step(SimTime now) {
  for (const auto& group : app_pods_) {
    const std::vector<std::size_t> all = group;
    for (const std::size_t pod : all)
      if (pods[pod].vanishes <= now) remove_pod(pod);
  }
  for (const std::size_t node : registered) {
    const std::vector<std::size_t> all = nodes[node].pods;
    for (const std::size_t pod : all)
      if (pods[pod].vanishes <= now) remove_pod(pod);
  }
  recreate_owed(now);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    CaNode& node = nodes[i];
    if (node.gone) continue;
    if (node.vanishes <= now) {
      if (node.registered) record_("node_gone", node.name);
      remove_node(i, now);
      continue;
    }
    if (node.state == CloudInstanceState::Deleting && !node.registered) continue;
    if (!node.registered && node.registers <= now) register_node(i, now);
    if (node.registered && !node.ready && node.readies <= now) {
      set_ready(i, true, now);
      node.readies = kNever;
    }
    if (!node.failed && node.fails <= now) {
      node.failed = true;
      touch();
    }
  }
  recreate_owed(now);
  while (next_event_ < events_.size() && time_of(events_[next_event_].at("t")) <= now) apply_event(events_[next_event_++], now);
  recreate_owed(now);
  schedule(now);
}

void CaEnvironment::request_instances(std::uint32_t group, std::int64_t count, SimTime now) {
  const std::string& mode = groups[group].fail_mode;
  for (std::int64_t i = 0; i < count; ++i) {
    char name[64];
    std::snprintf(name, sizeof name, "%s-%04lld", setup.groups[group].id.str().c_str(), static_cast<long long>(groups[group].next_number++));
    CaNode& node = nodes[add_node(group, name)];
    if (mode == "out_of_resources") {
      node.fails = now + kErrorAfter;
    } else if (mode != "never_register") {
      node.registers = now + setup.groups[group].register_delay;
      if (mode != "never_ready") node.readies = node.registers + setup.groups[group].ready_delay;
    }
  }
  groups[group].target += count;
  touch();
}

bool CaEnvironment::delete_instances(std::uint32_t group, const std::vector<std::size_t>& doomed, SimTime now) {
  if (groups[group].fail_mode == "delete_error") {
    Json names = Json::array();
    for (const std::size_t node : doomed) names.push_back(nodes[node].name);
    std::sort(names.begin(), names.end());
    record_("delete_failed", names);
    return false;
  }
  for (const std::size_t index : doomed) {
    CaNode& node = nodes[index];
    if (node.state == CloudInstanceState::Deleting) continue;
    node.state = CloudInstanceState::Deleting;
    node.failed = false;
    node.fails = kNever;
    node.vanishes = now + setup.groups[group].delete_delay;
    --groups[group].target;
    record_("delete_instance", {{"group", setup.groups[group].id.str()}, {"node", node.name}});
  }
  touch();
  return true;
}

std::int64_t CaEnvironment::disruptions_allowed(const CaBudget& budget, SimTime now) const {
  const std::size_t app = app_named(budget.app);
  std::int64_t healthy = 0;
  for (const std::size_t pod : app_pods_[app])
    if (pods[pod].node != kNowhere && !pods[pod].view.deleted && pods[pod].bound + kHealthyAfter <= now) ++healthy;
  const std::int64_t desired = budget.min_available ? *budget.min_available : replicas_[app] - budget.max_unavailable.value_or(0);
  return std::max<std::int64_t>(healthy - desired, 0);
}

EvictionAnswer CaEnvironment::evict(std::size_t index, SimTime now) {
  CaPod& pod = pods[index];
  if (pod.gone) return EvictionAnswer::Gone;
  if (pod.view.deleted) return EvictionAnswer::Done;
  if (pod.app != kNowhere) {
    for (const CaBudget& budget : setup.budgets) {
      if (budget.app != setup.apps[pod.app].name || budget.name_space != pod.view.spec->name_space || disruptions_allowed(budget, now) > 0) continue;
      record_("evict_429", pod.view.name.str());
      return EvictionAnswer::Refused;
    }
    if (setup.apps[pod.app].kind != PodOwnerKind::None) ++owed_[pod.app];
    pod.vanishes = now + setup.apps[pod.app].shutdown;
  } else {
    pod.vanishes = now;
  }
  pod.view.deleted = now;
  record_("evict", pod.view.name.str());
  touch();
  return EvictionAnswer::Done;
}

void CaEnvironment::scale_app(std::size_t app, std::int64_t replicas, SimTime now) {
  replicas_[app] = replicas;
  std::vector<std::size_t> live;
  for (const std::size_t pod : app_pods_[app])
    if (!pods[pod].view.deleted) live.push_back(pod);
  std::int64_t surplus = static_cast<std::int64_t>(live.size()) - replicas;
  if (setup.apps[app].kind == PodOwnerKind::None) surplus = std::max<std::int64_t>(surplus, 0);   // nobody creates naked pods
  for (; surplus < 0; ++surplus) add_app_pod(app, now);
  for (const bool bound : {false, true}) {
    for (auto pod = live.rbegin(); pod != live.rend() && surplus > 0; ++pod) {
      if ((pods[*pod].node != kNowhere) != bound) continue;
      --surplus;
      if (!bound) {
        remove_pod(*pod);
        continue;
      }
      pods[*pod].view.deleted = now;
      pods[*pod].vanishes = now + setup.apps[app].shutdown;
      touch();
    }
  }
}

void CaEnvironment::lose_newest(std::uint32_t group, const std::string& mode, SimTime now) {
  for (std::size_t i = nodes.size(); i-- > 0;) {
    CaNode& node = nodes[i];
    if (node.gone || node.group != group || !node.registered || node.state == CloudInstanceState::Deleting) continue;
    record_("node_lost", node.name);
    if (mode == "delete") --groups[group].target;
    remove_node(i, now);
    return;
  }
}

void CaEnvironment::apply_event(const Json& event, SimTime now) {
  const std::string type = event.at("type").get<std::string>();
  const std::string mode = value_or(event, "mode", std::string()), value = value_or(event, "value", std::string());
  const auto node = [&] { return find_named(event.at("node").get<std::string>()); };
  if (type == "scale") {
    scale_app(app_named(event.at("app").get<std::string>()), event.at("n").get<std::int64_t>(), now);
  } else if (type == "node_ready") {
    if (node() != kNowhere) set_ready(node(), value == "true", now);
  } else if (type == "annotate_node") {
    if (node() != kNowhere && event.at("key") == "cluster-autoscaler.kubernetes.io/scale-down-disabled") nodes[node()].disabled = value == "true";
  } else if (type == "taint_fail") {
    if (node() != kNowhere) nodes[node()].taint_fails_until = time_of(event.at("until"));
  } else if (type == "fail_mode") {
    groups[setup.group_of(event.at("group").get<std::string>())].fail_mode = mode;
  } else if (type == "node_lost_newest") {
    lose_newest(setup.group_of(event.at("group").get<std::string>()), mode, now);
  }
  touch();
}

std::size_t CaEnvironment::find_node(std::uint64_t id) const { return id - 1; }
std::size_t CaEnvironment::find_pod(std::uint64_t uid) const { return uid - 1; }   // pods are numbered as they are made

std::size_t CaEnvironment::find_named(const std::string& name) const {
  const auto node = std::ranges::find_if(nodes, [&](const CaNode& entry) { return entry.name == name && !entry.gone; });
  return node == nodes.end() ? kNowhere : static_cast<std::size_t>(node - nodes.begin());
}

std::size_t CaEnvironment::app_named(const std::string& name) const {
  const auto app = std::ranges::find(setup.apps, name, &CaApp::name);
  AKSTWIN_CHECK(app != setup.apps.end(), "a case names only its own workloads");
  return static_cast<std::size_t>(app - setup.apps.begin());
}

std::int64_t CaEnvironment::pending_pods() const {
  std::int64_t pending = 0;
  for (const auto& of_app : app_pods_)
    pending += std::ranges::count_if(of_app, [&](std::size_t pod) { return pods[pod].node == kNowhere; });
  return pending;
}

}  // namespace akstwin::oracle
