#include "adapters/kube/decode.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/kube/timestamp.hpp"
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr int kDeepest = 64;   // the API server refuses deeper ones

/// The same tree as the reader of manifests takes it. Numbers and booleans become their text, as YAML has them.
YamlNode node_of(const json& value, int depth) {
  YamlNode out;
  out.line = 1;
  if (depth > kDeepest || value.is_null()) return out;
  if (value.is_object()) {
    out.kind = YamlNode::Kind::Map;
    for (const auto& [key, member] : value.items())
      if (key != "managedFields") out.members.push_back({key, 1, 1, node_of(member, depth + 1)});
  } else if (value.is_array()) {
    out.kind = YamlNode::Kind::List;
    for (const json& item : value) out.items.push_back(node_of(item, depth + 1));
  } else {
    out.kind = YamlNode::Kind::Scalar;
    out.text = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return out;
}

/// Runs a manifest reader on an object. What it does not know is no matter here: the server admitted it.
template <class Read>
ManifestSet read_object(const json& object, Read read) {
  Diagnostics diagnostics;
  SourceFiles files("live.yaml", false);
  ReadContext context{diagnostics, files};
  ManifestSet set;
  const YamlNode node = node_of(object, 0);
  if (!node.is_map()) return set;
  Fields fields(context, node, "", Dialect::Manifest);
  read(fields, ManifestTarget{set, "live", {}});
  return set;
}

template <class Spec>
std::optional<Spec> only(std::vector<Spec> list) {
  if (list.size() != 1) return std::nullopt;
  return std::move(list.front());
}

std::optional<SimTime> sim_time(std::optional<std::int64_t> unix_us, std::int64_t epoch_us) {
  if (!unix_us) return std::nullopt;
  return SimTime{*unix_us - epoch_us};
}

TaintEffect effect_of(const std::string& text) {
  if (text == "NoExecute") return TaintEffect::NoExecute;
  return text == "PreferNoSchedule" ? TaintEffect::PreferNoSchedule : TaintEffect::NoSchedule;
}

PodPhase phase_of(const std::string& text) {
  if (text == "Running") return PodPhase::Running;
  if (text == "Succeeded") return PodPhase::Succeeded;
  return text == "Failed" ? PodPhase::Failed : PodPhase::Pending;
}

/// When the last of its containers started; nothing while one of them has not.
std::optional<std::int64_t> all_started(const json& pod) {
  const json* statuses = find_in(pod, {"status", "containerStatuses"});
  if (statuses == nullptr || !statuses->is_array() || statuses->empty()) return std::nullopt;
  std::optional<std::int64_t> last;
  for (const json& status : *statuses) {
    auto at = time_in(status, {"state", "running", "startedAt"});
    if (!at) at = time_in(status, {"state", "terminated", "startedAt"});
    if (!at) return std::nullopt;
    last = std::max(last.value_or(*at), *at);
  }
  return last;
}

Resources amounts(const json& object, std::initializer_list<const char*> path) {
  Resources out;
  const json* map = find_in(object, path);
  if (map == nullptr) return out;
  out.cpu = parse_millicores(text_in(*map, {"cpu"})).value_or(Millicores{});
  out.memory = parse_bytes(text_in(*map, {"memory"})).value_or(Bytes{});
  out.ephemeral_storage = parse_bytes(text_in(*map, {"ephemeral-storage"})).value_or(Bytes{});
  out.gpu = parse_bytes(text_in(*map, {"nvidia.com/gpu"})).value_or(Bytes{}).value;
  return out;
}

}  // namespace

std::string text_in(const json& object, std::initializer_list<const char*> path) {
  const json* at = find_in(object, path);
  return at != nullptr && at->is_string() ? at->get<std::string>() : std::string{};
}

std::int64_t number_in(const json& object, std::initializer_list<const char*> path, std::int64_t otherwise) {
  const json* at = find_in(object, path);
  return at != nullptr && at->is_number_integer() ? at->get<std::int64_t>() : otherwise;
}

std::optional<std::int64_t> time_in(const json& object, std::initializer_list<const char*> path) {
  const std::string text = text_in(object, path);
  if (text.empty()) return std::nullopt;
  return parse_rfc3339(text);
}

const json* condition(const json& object, std::string_view type) {
  const json* conditions = find_in(object, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (const json& entry : *conditions)
    if (text_in(entry, {"type"}) == type) return &entry;
  return nullptr;
}

Labels labels_in(const json& object, std::initializer_list<const char*> path) {
  Labels out;
  if (const json* map = find_in(object, path); map != nullptr && map->is_object())
    for (const auto& [key, value] : map->items())
      if (value.is_string()) out.set(Name(key), Name(value.get<std::string>()));
  return out;
}

std::optional<WorkloadSpec> decode_workload(const json& object) {
  const std::string kind = text_in(object, {"kind"});
  const auto reader = kind == "Deployment" ? &read_deployment : kind == "StatefulSet" ? &read_stateful_set : kind == "DaemonSet" ? &read_daemon_set : kind == "Job" ? &read_job : nullptr;
  if (reader == nullptr) return std::nullopt;
  auto spec = only(read_object(object, reader).workloads);
  if (spec) spec->pod.name_space = spec->name_space;
  return spec;
}

std::optional<HorizontalPodAutoscalerSpec> decode_autoscaler(const json& object) { return only(read_object(object, &read_horizontal_pod_autoscaler).autoscalers); }
std::optional<PodDisruptionBudgetSpec> decode_budget(const json& object) { return only(read_object(object, &read_pod_disruption_budget).disruption_budgets); }
std::optional<GitRepositorySpec> decode_git_repository(const json& object) { return only(read_object(object, &read_git_repository).git_repositories); }
std::optional<KustomizationSpec> decode_kustomization(const json& object) { return only(read_object(object, &read_kustomization).kustomizations); }
std::optional<ServiceSpec> decode_service(const json& object) { return only(read_object(object, &read_service).services); }

PodSpec decode_pod_spec(const json& pod) {
  PodSpec out;
  read_object(pod, [&](Fields& fields, const ManifestTarget&) { read_pod_template(fields, out); });
  out.name_space = Name(text_in(pod, {"metadata", "namespace"}));
  out.priority = static_cast<int>(number_in(pod, {"spec", "priority"}, 0));
  return out;
}

PodOwner owner_of(const json& pod) {
  PodOwner out;
  const json* owners = find_in(pod, {"metadata", "ownerReferences"});
  if (owners == nullptr || !owners->is_array()) return out;
  for (const json& owner : *owners) {
    const json* controller = find_in(owner, {"controller"});
    if (controller == nullptr || !controller->is_boolean() || !controller->get<bool>()) continue;
    const std::string kind = text_in(owner, {"kind"});
    std::string name = text_in(owner, {"name"});
    const json* labels = find_in(pod, {"metadata", "labels"});
    out.known = true;
    if (kind == "ReplicaSet") {
      out.template_hash = labels != nullptr ? text_in(*labels, {"pod-template-hash"}) : std::string{};
      // The Deployment controller names a ReplicaSet after the Deployment and the hash of its template.
      const std::string tail = "-" + out.template_hash;
      if (out.template_hash.empty() || !name.ends_with(tail)) return {};
      name.resize(name.size() - tail.size());
    } else if (kind == "StatefulSet" || kind == "DaemonSet") {
      out.kind = kind == "StatefulSet" ? WorkloadKind::StatefulSet : WorkloadKind::DaemonSet;
      out.template_hash = labels != nullptr ? text_in(*labels, {"controller-revision-hash"}) : std::string{};
    } else if (kind == "Job") {
      out.kind = WorkloadKind::Job;
    } else {
      return {};
    }
    out.key = text_in(pod, {"metadata", "namespace"}) + "/" + name;
    return out;
  }
  return out;
}

void decode_pod_status(const json& pod, std::int64_t epoch_us, Pod& out) {
  out.phase = phase_of(text_in(pod, {"status", "phase"}));
  out.created = sim_time(time_in(pod, {"metadata", "creationTimestamp"}), epoch_us).value_or(SimTime{0});
  if (const json* scheduled = condition(pod, "PodScheduled")) {
    if (text_in(*scheduled, {"status"}) == "True") out.bound = sim_time(time_in(*scheduled, {"lastTransitionTime"}), epoch_us).value_or(out.created);
    out.unschedulable = text_in(*scheduled, {"status"}) == "False" && text_in(*scheduled, {"reason"}) == "Unschedulable";
  }
  out.ready = false;
  if (const json* ready = condition(pod, "Ready")) {
    out.ready = text_in(*ready, {"status"}) == "True";
    if (const auto at = sim_time(time_in(*ready, {"lastTransitionTime"}), epoch_us)) out.ready_transition = *at;
  }
  if (const auto at = sim_time(all_started(pod), epoch_us)) out.started = *at;
  // deletionTimestamp is when its time is up: when deletion was asked for, and the grace.
  if (const auto at = sim_time(time_in(pod, {"metadata", "deletionTimestamp"}), epoch_us))
    out.deleting = *at - Duration{number_in(pod, {"metadata", "deletionGracePeriodSeconds"}, 0) * 1'000'000};
  const json* disrupted = condition(pod, "DisruptionTarget");
  out.disrupted = disrupted != nullptr && text_in(*disrupted, {"status"}) == "True";
}

void decode_node(const json& node, std::int64_t epoch_us, Node& out) {
  out.labels = labels_in(node, {"metadata", "labels"});
  out.taints.clear();
  if (const json* taints = find_in(node, {"spec", "taints"}); taints != nullptr && taints->is_array())
    for (const json& taint : *taints) out.taints.push_back({Name(text_in(taint, {"key"})), Name(text_in(taint, {"value"})), effect_of(text_in(taint, {"effect"}))});
  out.allocatable = amounts(node, {"status", "allocatable"});
  out.pod_capacity = parse_bytes(text_in(node, {"status", "allocatable", "pods"})).value_or(Bytes{110}).value;
  const json* cordoned = find_in(node, {"spec", "unschedulable"});
  out.unschedulable = cordoned != nullptr && cordoned->is_boolean() && cordoned->get<bool>();
  out.created = sim_time(time_in(node, {"metadata", "creationTimestamp"}), epoch_us).value_or(SimTime{0});
  out.ready = out.unknown = false;
  if (const json* ready = condition(node, "Ready")) {
    out.ready = text_in(*ready, {"status"}) == "True";
    out.unknown = text_in(*ready, {"status"}) == "Unknown";
    out.ready_transition = sim_time(time_in(*ready, {"lastTransitionTime"}), epoch_us).value_or(out.created);
    out.silent_since = out.unknown ? out.ready_transition : kNever;
  }
  out.scale_down_disabled = text_in(node, {"metadata", "annotations", "cluster-autoscaler.kubernetes.io/scale-down-disabled"}) == "true";
  // AKS writes "eastus2-1"; a regional node has "0".
  const std::string zone = text_in(node, {"metadata", "labels", "topology.kubernetes.io/zone"});
  out.zone = !zone.empty() && zone.back() >= '1' && zone.back() <= '3' && zone.find('-') != std::string::npos ? zone.back() - '0' : 0;
}

std::string pool_of(const json& node) {
  const std::string pool = text_in(node, {"metadata", "labels", "kubernetes.azure.com/agentpool"});
  return pool.empty() ? text_in(node, {"metadata", "labels", "agentpool"}) : pool;
}

NodePoolSpec pool_spec_of(const json& node) {
  NodePoolSpec out;
  const std::string pool = pool_of(node);
  out.name = Name(pool.empty() ? "none" : pool);
  out.mode = text_in(node, {"metadata", "labels", "kubernetes.azure.com/mode"}) == "system" ? PoolMode::System : PoolMode::User;
  out.vm_size = Name(text_in(node, {"metadata", "labels", "node.kubernetes.io/instance-type"}));
  out.spot = text_in(node, {"metadata", "labels", "kubernetes.azure.com/scalesetpriority"}) == "spot";
  return out;
}

}  // namespace akstwin
