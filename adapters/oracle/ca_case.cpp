#include "adapters/oracle/ca_case.hpp"

#include <algorithm>

#include "sim/base/check.hpp"

namespace akstwin::oracle {
namespace {

Duration seconds_at(const Json& object, const char* key) { return has_value(object, key) ? duration_of(object.at(key)) : Duration{0}; }

Expander expander_of(const std::string& text) {
  if (text == "least-waste") return Expander::LeastWaste;
  if (text == "most-pods") return Expander::MostPods;
  if (text == "least-nodes") return Expander::LeastNodes;
  return text == "priority" ? Expander::Priority : Expander::Random;
}

void read_scale_up_options(const Json& json, ClusterAutoscalerOptions& options) {
  options.expanders.clear();
  const std::string chain = json.at("expander").get<std::string>();
  for (std::size_t from = 0; from <= chain.size();) {
    const std::size_t to = std::min(chain.find(',', from), chain.size());
    options.expanders.push_back(expander_of(chain.substr(from, to - from)));
    from = to + 1;
  }
  const Json priorities = value_or(json, "priorities", Json::object());
  for (const auto& [value, patterns] : priorities.items())
    options.priorities.emplace_back(std::stoi(value), patterns.get<std::vector<std::string>>());
  options.balance_similar_node_groups = json.at("balance_similar").get<bool>();
  options.azure_comparator = json.at("comparator") == "azure";
  options.max_nodes_total = json.at("max_nodes_total").get<std::int64_t>();
  if (const auto cores = json.at("max_cores_total").get<std::int64_t>(); cores > 0) options.max_cores_total = cores;
  if (const auto memory = json.at("max_mem_total_b").get<std::int64_t>(); memory > 0) options.max_memory_total = {memory};
  options.max_nodes_per_scale_up = json.at("max_nodes_per_scaleup").get<std::int64_t>();
  options.new_pod_scale_up_delay = seconds_at(json, "new_pod_scale_up_delay_s");
  options.expendable_pods_priority_cutoff = json.at("expendable_pods_priority_cutoff").get<int>();
  options.enforce_node_group_min_size = json.at("enforce_node_group_min_size").get<bool>();
  options.max_node_provision_time = seconds_at(json, "max_node_provision_time_s");
  options.initial_node_group_backoff = seconds_at(json, "initial_backoff_s");
  options.max_node_group_backoff = seconds_at(json, "max_backoff_s");
  options.node_group_backoff_reset = seconds_at(json, "backoff_reset_s");
  options.max_total_unready_percentage = json.at("max_total_unready_pct").get<double>();
  options.ok_total_unready_count = json.at("ok_total_unready_count").get<std::int64_t>();
  options.scan_interval = seconds_at(json, "scan_interval_s");
}

void read_scale_down_options(const Json& json, ClusterAutoscalerOptions& options) {
  options.scale_down_enabled = json.at("scale_down_enabled").get<bool>();
  options.utilization_threshold = json.at("util_threshold").get<double>();
  options.gpu_utilization_threshold = json.at("gpu_util_threshold").get<double>();
  options.scale_down_unneeded_time = seconds_at(json, "unneeded_time_s");
  options.scale_down_unready_time = seconds_at(json, "unready_time_s");
  options.scale_down_delay_after_add = seconds_at(json, "delay_after_add_s");
  options.scale_down_delay_after_delete = seconds_at(json, "delay_after_delete_s");
  options.scale_down_delay_after_failure = seconds_at(json, "delay_after_failure_s");
  options.unremovable_node_recheck_timeout = seconds_at(json, "unremovable_recheck_s");
  options.ignore_daemonsets_utilization = json.at("ignore_ds_util").get<bool>();
  options.max_scale_down_parallelism = json.at("max_scale_down_parallelism").get<std::int64_t>();
  options.max_drain_parallelism = json.at("max_drain_parallelism").get<std::int64_t>();
  options.max_bulk_soft_taint_count = json.at("max_bulk_soft_taint_count").get<std::int64_t>();
  options.skip_nodes_with_system_pods = json.at("skip_nodes_with_system_pods").get<bool>();
  options.skip_nodes_with_local_storage = json.at("skip_nodes_with_local_storage").get<bool>();
  options.skip_nodes_with_custom_controller_pods = json.at("skip_nodes_with_custom_controller_pods").get<bool>();
  options.min_replica_count = json.at("min_replica_count").get<std::int64_t>();
  options.node_delete_delay_after_taint = seconds_at(json, "node_delete_delay_after_taint_s");
  options.node_deletion_batcher_interval = seconds_at(json, "node_deletion_batcher_interval_s");
  options.max_pod_eviction_time = seconds_at(json, "max_pod_eviction_time_s");
  options.max_graceful_termination = seconds_at(json, "max_graceful_termination_s");
  options.daemonset_eviction_for_occupied_nodes = json.at("ds_eviction_occupied").get<bool>();
}

Labels labels_of(const Json& object) {
  Labels labels;
  for (const auto& [key, value] : object.items()) labels.set(Name(key), Name(value.get<std::string>()));
  return labels;
}

std::optional<TaintEffect> effect_of(const Json& object) {
  const std::string text = value_or(object, "effect", std::string());
  if (text.empty()) return std::nullopt;
  return text == "NoSchedule" ? TaintEffect::NoSchedule : text == "NoExecute" ? TaintEffect::NoExecute : TaintEffect::PreferNoSchedule;
}

/// What the recorder puts on nodes and on the provider's templates beside the labels of the case.
void add_node_labels(NodeInput& node) {
  node.labels.set(Name("kubernetes.io/hostname"), node.name);
  static constexpr std::pair<std::string_view, std::string_view> kCopies[] = {
      {"kubernetes.io/arch", "beta.kubernetes.io/arch"},
      {"kubernetes.io/os", "beta.kubernetes.io/os"},
      {"node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"},
      {"topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"},
      {"topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"}};
  for (const auto& [stable, beta] : kCopies)
    if (const Name* const value = node.labels.find(Name(stable))) node.labels.set(Name(beta), Name(*value));
}

CaGroup group_from(const Json& json) {
  CaGroup group{.id = Name(json.at("id").get<std::string>()), .min = json.at("min"), .max = json.at("max"), .target = json.at("target"),
                .template_node = {}, .capacity = {}, .template_pods = {}, .register_delay = seconds_at(json, "register_delay_s"),
                .ready_delay = seconds_at(json, "ready_delay_s"), .delete_delay = seconds_at(json, "delete_delay_s")};
  const Json& node = json.at("template");
  const auto gpu = value_or<std::int64_t>(node, "alloc_gpu", 0);
  group.template_node.name = Name("provider-template-" + group.id.str());
  group.template_node.labels = labels_of(value_or(node, "labels", Json::object()));
  add_node_labels(group.template_node);
  group.template_node.allocatable = {{node.at("alloc_cpu_m")}, {node.at("alloc_mem_b")}, {}, gpu};
  group.template_node.pod_capacity = node.at("alloc_pods");
  for (const Json& taint : value_or(node, "taints", Json::array()))
    group.template_node.taints.push_back({Name(taint.at("key").get<std::string>()), Name(value_or(taint, "value", std::string())),
                                          effect_of(taint).value_or(TaintEffect::NoSchedule)});
  group.capacity = {{node.at("cap_cpu_m")}, {node.at("cap_mem_b")}, {}, gpu};
  return group;
}

ContainerSpec container_from(const Json& json) {
  ContainerSpec container;
  container.name = Name("c");
  container.requests = {{json.at("cpu_m")}, {json.at("mem_b")}, {}, value_or<std::int64_t>(json, "gpu", 0)};
  container.states_cpu_request = container.requests.cpu.value > 0;
  container.states_memory_request = container.requests.memory.value > 0;
  if (has_value(json, "host_port")) container.host_ports.push_back({json.at("host_port").get<int>(), Name("TCP"), {}});
  return container;
}

LabelSelector selects_app(const std::string& app) {
  return {{{.key = Name("app"), .op = SelectorRequirement::Operator::In, .values = {Name(app)}}}};
}

PodSpec daemonset_from(const Json& json) {
  PodSpec spec;
  spec.name_space = Name("kube-system");
  spec.labels.set(Name("app"), Name(json.at("name").get<std::string>()));
  spec.containers.push_back(container_from(json));
  spec.node_selector = labels_of(value_or(json, "node_selector", Json::object()));
  if (json.at("tolerate_all").get<bool>()) spec.tolerations.push_back({.key = {}, .exists = true, .value = {}, .effect = {}, .seconds = {}});
  return spec;
}

PodSpec spec_from(const Json& json) {
  PodSpec spec;
  const std::string name = json.at("name").get<std::string>();
  spec.name_space = Name(json.at("ns").get<std::string>());
  spec.labels.set(Name("app"), Name(name));
  spec.annotations = labels_of(value_or(json, "annotations", Json::object()));
  spec.containers.push_back(container_from(json));
  spec.node_selector = labels_of(value_or(json, "node_selector", Json::object()));
  for (const Json& toleration : value_or(json, "tolerations", Json::array()))
    spec.tolerations.push_back({.key = Name(value_or(toleration, "key", std::string())), .exists = value_or(toleration, "op", std::string()) == "Exists",
                                .value = Name(value_or(toleration, "value", std::string())), .effect = effect_of(toleration), .seconds = {}});
  if (const auto topology = value_or(json, "self_anti_affinity_topology", std::string()); !topology.empty()) {
    PodAffinityTerm term;
    term.selector = selects_app(name);
    term.topology_key = Name(topology);
    spec.affinity.pod_anti_required.push_back(term);
  }
  if (has_value(json, "spread")) {
    TopologySpreadConstraint spread;
    spread.max_skew = json.at("spread").at("max_skew").get<int>();
    spread.topology_key = Name(json.at("spread").at("topology_key").get<std::string>());
    spread.selector = selects_app(name);
    spec.topology_spread.push_back(spread);
  }
  spec.priority = value_or(json, "priority", 0);
  spec.has_local_storage = value_or(json, "empty_dir", false);
  if (has_value(json, "grace_s")) spec.termination_grace = duration_of(json.at("grace_s"));
  return spec;
}

PodOwnerKind kind_of(const std::string& text) {
  if (text == "ReplicaSet") return PodOwnerKind::ReplicaSet;
  if (text == "StatefulSet") return PodOwnerKind::StatefulSet;
  if (text == "Job") return PodOwnerKind::Job;
  return text == "none" ? PodOwnerKind::None : PodOwnerKind::Custom;
}

}  // namespace

CaCase::CaCase(const Json& recorded) {
  options.explain = true;
  read_scale_up_options(recorded.at("options"), options);
  read_scale_down_options(recorded.at("options"), options);
  for (const Json& group : recorded.at("groups")) groups.push_back(group_from(group));
  std::ranges::sort(groups, {}, &CaGroup::id);
  for (const Json& daemonset : value_or(recorded, "daemonsets", Json::array())) daemonsets.push_back(daemonset_from(daemonset));
  std::vector<std::string> owners;                 // controllers are numbered by name
  for (const Json& json : recorded.at("apps")) {
    const std::string name = json.at("name").get<std::string>(), controller = value_or(json, "owner_uid", name);
    auto known = std::ranges::find(owners, controller);
    if (known == owners.end()) known = owners.insert(known, controller);
    CaApp app{.name = name, .spec = spec_from(json), .kind = kind_of(json.at("owner_kind").get<std::string>()), .created = time_of(json.at("created_s")),
              .shutdown = seconds_at(json, "shutdown_s"), .pending = value_or<std::int64_t>(json, "pending", 0), .placed = {}};
    if (app.kind != PodOwnerKind::None) app.owner = static_cast<std::uint64_t>(known - owners.begin()) + 1;
    const Json placed = value_or(json, "placed", Json::object());
    for (const auto& [node, count] : placed.items()) app.placed.emplace_back(node, count.get<std::int64_t>());
    std::ranges::sort(app.placed);
    apps.push_back(std::move(app));
  }
  for (const Json& json : value_or(recorded, "pdbs", Json::array())) {
    CaBudget budget{.name_space = Name(json.at("ns").get<std::string>()), .selector = selects_app(json.at("match_app").get<std::string>()),
                    .app = json.at("match_app").get<std::string>(), .min_available = {}, .max_unavailable = {}};
    if (has_value(json, "min_available")) budget.min_available = json.at("min_available").get<std::int64_t>();
    if (has_value(json, "max_unavailable")) budget.max_unavailable = json.at("max_unavailable").get<std::int64_t>();
    budgets.push_back(std::move(budget));
  }
  for (CaGroup& group : groups)
    for (const std::size_t daemonset : daemonsets_on(group.template_node)) group.template_pods.push_back(daemon_pod(daemonset, 0));
}

NodeInput CaCase::node_object(std::uint32_t group, const std::string& name) const {
  NodeInput node = groups[group].template_node;
  node.name = Name(name);
  add_node_labels(node);
  return node;
}

std::vector<std::size_t> CaCase::daemonsets_on(const NodeInput& node) const {
  std::vector<std::size_t> matching;
  for (std::size_t i = 0; i < daemonsets.size(); ++i) {
    const PodSpec& spec = daemonsets[i];
    const bool selected = std::ranges::all_of(spec.node_selector.pairs, [&](const auto& pair) {
      const Name* const value = node.labels.find(pair.first);
      return value && *value == pair.second;
    });
    const bool tolerated = std::ranges::all_of(node.taints, [&](const Taint& taint) {
      return taint.effect == TaintEffect::PreferNoSchedule || taint.key.text() == "node.kubernetes.io/not-ready" ||
             std::ranges::any_of(spec.tolerations, [&](const Toleration& toleration) { return toleration.tolerates(taint); });
    });
    if (selected && tolerated) matching.push_back(i);
  }
  return matching;
}

AutoscaledPod CaCase::daemon_pod(std::size_t daemonset, std::uint64_t uid) const {
  // Controllers of DaemonSets are numbered apart from those of workloads.
  return {.spec = &daemonsets[daemonset], .name = daemonsets[daemonset].labels.pairs.front().second, .uid = uid, .owner = 1'000'000 + daemonset,
          .owner_kind = PodOwnerKind::DaemonSet, .created = SimTime{-3'000'000'000}, .deleted = {}};
}

AutoscaledPod CaCase::app_pod(const CaApp& app, std::uint64_t uid, std::int64_t number) const {
  return {.spec = &app.spec, .name = Name(app.name + "-" + std::to_string(number)), .uid = uid, .owner = app.owner, .owner_kind = app.kind,
          .created = app.created, .deleted = {}};
}

std::uint32_t CaCase::group_of(const std::string& id) const {
  const auto group = std::ranges::find(groups, Name(id), &CaGroup::id);
  AKSTWIN_CHECK(group != groups.end(), "a case names only its own groups");
  return static_cast<std::uint32_t>(group - groups.begin());
}

}  // namespace akstwin::oracle
