#include "adapters/serve/object_writer.hpp"

#include <algorithm>

#include "adapters/http/json_field.hpp"
#include "adapters/serve/object_text.hpp"
#include "adapters/serve/quotas.hpp"
#include "adapters/serve/validation/validate.hpp"
#include "models/api/disruption.hpp"

namespace akstwin {
namespace {

// A pod that no controller owns runs until somebody ends it.
constexpr Duration kForEver{315'360'000'000'000};

const ResourceKind& row_of(int kind) { return resource_kinds()[static_cast<std::size_t>(kind)]; }
std::string name_of(const Json& object) { return object["metadata"].value("name", ""); }
std::string space_of(const Json& object) { return object["metadata"].value("namespace", ""); }

Json part_of(const Json& object, std::initializer_list<const char*> path) {
  const Json* found = find_in(object, path);
  return found == nullptr ? Json() : *found;
}

/// labels, annotations and finalizers that differ, as a merge patch of metadata.
Json metadata_patch(const Json& before, const Json& after) {
  Json out = Json::object();
  for (const char* field : {"labels", "annotations"}) {
    Json old = part_of(before, {"metadata", field}), now = part_of(after, {"metadata", field});
    if (old.is_null()) old = Json::object();
    if (now.is_null()) now = Json::object();
    for (const auto& [key, value] : now.items())
      if (old.value(key, Json()) != value) out[field][key] = value;
    for (const auto& [key, value] : old.items())
      if (!now.contains(key)) out[field][key] = nullptr;
  }
  for (const char* field : {"finalizers", "managedFields"})
    if (part_of(before, {"metadata", field}) != part_of(after, {"metadata", field})) out[field] = part_of(after, {"metadata", field});
  return out;
}

std::optional<TaintEffect> effect_of(const std::string& text) {
  if (text == "NoSchedule") return TaintEffect::NoSchedule;
  if (text == "PreferNoSchedule") return TaintEffect::PreferNoSchedule;
  if (text == "NoExecute") return TaintEffect::NoExecute;
  return std::nullopt;
}

std::vector<Taint> taints_of(const Json& node) {
  std::vector<Taint> out;
  for (const Json& entry : part_of(node, {"spec", "taints"})) {
    const auto effect = effect_of(entry.value("effect", ""));
    const std::string key = entry.value("key", "");
    if (effect && key != "node.kubernetes.io/unschedulable") out.push_back({Name(key), Name(entry.value("value", "")), *effect});
  }
  return out;
}

/// Deleted, and waiting for its pods to go: what clients still write of it changes its words and nothing else.
bool is_ending(const Json& object) { return object.is_object() && object["metadata"].contains("deletionTimestamp"); }

/// Source: kubernetes 1.32 pkg/apis/core/validation/events.go.
void check_event(const Json& event, FieldProblems& problems) {
  const Json space = part_of(event, {"involvedObject", "namespace"});
  if (space.is_string() && space != "" && space != space_of(event)) problems.emplace_back("involvedObject.namespace", "Invalid value: " + space.dump() + ": does not match event.namespace");
  // Those of events.k8s.io have a time of their own, and say who reports.
  if (part_of(event, {"eventTime"}).is_null() || part_of(event, {"reportingComponent"}) != "") return;
  problems.emplace_back("reportingController", "Required value");
  problems.emplace_back("reportingController", "Invalid value: \"\": name part must be non-empty");
  problems.emplace_back("reportingController", "Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
}

/// Whether the pod template has other words. The first `kubectl apply` of what the scenario defines repeats what the twin did not keep of its manifest: no change.
bool rolls(const Json& before, const Json& after) {
  constexpr const char* kApplied = "kubectl.kubernetes.io/last-applied-configuration";
  if (before.is_null() || (find_in(before, {"metadata", "annotations", kApplied}) == nullptr && find_in(after, {"metadata", "annotations", kApplied}) != nullptr)) return false;
  Json old = part_of(before, {"spec", "template"}), now = part_of(after, {"spec", "template"});
  for (Json* words : {&old, &now})
    if (words->contains("metadata") && (*words)["metadata"].is_object()) (*words)["metadata"].erase("creationTimestamp");
  return old != now;
}

/// The workload that stands for a pod without a controller.
Json job_of_pod(const Json& pod) {
  Json spec = pod["spec"];
  spec["restartPolicy"] = "Never";
  return {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"metadata", {{"name", name_of(pod)}, {"namespace", space_of(pod)}}},
          {"spec", {{"backoffLimit", 0}, {"template", {{"metadata", {{"labels", part_of(pod, {"metadata", "labels"}).is_null() ? Json::object() : pod["metadata"]["labels"]}}}, {"spec", spec}}}}}};
}

}  // namespace

WorkloadId ObjectWriter::workload(std::string_view kind, std::string_view name_space, std::string_view name) const {
  WorkloadId found;
  cluster_.runtime.server().state().workloads.for_each([&](WorkloadId id, const Workload& row) {
    if (kind_of(row.spec->kind) == kind && row.spec->kind != WorkloadKind::ScaledJob && row.spec->name_space.text() == name_space && row.spec->name.text() == name) found = id;
  });
  return found;
}

std::optional<ApiFault> ObjectWriter::submit(int kind, const Json& object, const Action& action) {
  switch (cluster_.runtime.server().submit(action)) {
    case Verdict::Accepted: return std::nullopt;
    case Verdict::NotFound: return not_found(row_of(kind), name_of(object));
    case Verdict::Conflict: return conflict(row_of(kind), name_of(object), "the twin refuses it in its present state");
    case Verdict::TooManyRequests: return ApiFault{429, "TooManyRequests", "Too many requests", Json::object()};
    case Verdict::Refused: return ApiFault{503, "ServiceUnavailable", "the control plane of this cluster is down in the simulation", Json::object()};
    case Verdict::InternalError: break;
  }
  return ApiFault{500, "InternalError", "Internal error occurred", Json::object()};
}

std::vector<PriorityClassSpec> ObjectWriter::priority_classes() const {
  std::vector<PriorityClassSpec> out;
  for (const auto& [name, stored] : cluster_.store.table(find_resource("scheduling.k8s.io", "v1", "priorityclasses")).objects()) {
    const Json object = Json::parse(stored->text);
    out.push_back({Name(name), object.value("value", 0), object.value("preemptionPolicy", "") != "Never"});
  }
  return out;
}

std::string ObjectWriter::missing_priority_class(const Json& object) const {
  const std::string wanted = priority_class_of(object);
  const bool known = wanted.empty() || cluster_.store.table(find_resource("scheduling.k8s.io", "v1", "priorityclasses")).find(wanted) != nullptr;
  return known ? std::string() : wanted;
}

std::vector<std::string> ObjectWriter::warnings(int kind, const Json& object) const {
  const Backing backing = row_of(kind).backing;
  const std::string missing = backing == Backing::Workloads || backing == Backing::Jobs ? missing_priority_class(object) : std::string();
  if (missing.empty()) return {};
  return {"no PriorityClass with name " + missing + " was found: a cluster makes no pods of this " + std::string(row_of(kind).kind) + ", the twin makes them with priority 0"};
}

void ObjectWriter::annotate(int kind, const Json& before, const Json& after) {
  if (const Json patch = metadata_patch(before, after); !patch.empty()) cluster_.projection.annotate(kind, ObjectStore::key_of(after), patch);
}

std::optional<ApiFault> ObjectWriter::check(int kind, const Json& before, const Json& after) const {
  const ResourceKind& row = row_of(kind);
  if (row.kind == "Pod" && before.is_null())
    if (const std::string missing = missing_priority_class(after); !missing.empty()) return forbidden(row, name_of(after), "no PriorityClass with name " + missing + " was found");
  FieldProblems problems = validate_object(row, before, after);
  if (row.kind == "Event" && before.is_null()) check_event(after, problems);
  const bool modelled = row.backing == Backing::Workloads || row.backing == Backing::Jobs || row.backing == Backing::Autoscalers || row.backing == Backing::Budgets;
  if (problems.empty() && modelled) problems = read_object(after, priority_classes()).problems;
  if (problems.empty() && row.kind == "Pod" && before.is_null()) problems = read_object(job_of_pod(after), priority_classes()).problems;
  if (!problems.empty()) return invalid(row, name_of(after), problems);
  return before.is_null() ? exceeds_quota(cluster_.store, row, after) : std::nullopt;   // admission counts what is valid
}

std::optional<ApiFault> ObjectWriter::write(int kind, const Json& before, const Json& after) {
  if (auto fault = check(kind, before, after)) return fault;
  switch (row_of(kind).backing) {
    case Backing::Workloads:
    case Backing::Jobs: return write_workload(kind, before, after);
    case Backing::Pods: return write_pod(kind, before, after);
    case Backing::Nodes: return write_node(kind, before, after);
    case Backing::Kustomizations:
    case Backing::GitRepositories: return write_gitops(kind, after);
    case Backing::Autoscalers: {
      const ReadObject read = read_object(after, {});
      if (read.manifests.autoscalers.empty()) return std::nullopt;
      const auto fault = submit(kind, after, ApplyAutoscaler{&read.manifests.autoscalers.front()});
      return fault && fault->code == 404 ? std::nullopt : fault;   // an autoscaler without its target is an object all the same
    }
    case Backing::Budgets: {
      const ReadObject read = read_object(after, {});
      return read.manifests.disruption_budgets.empty() ? std::nullopt : submit(kind, after, ApplyBudget{&read.manifests.disruption_budgets.front()});
    }
    case Backing::Plain:
    case Backing::ReplicaSets:
    case Backing::Applications:
    case Backing::Leases:
    case Backing::Metrics:
    case Backing::Components: break;
  }
  return std::nullopt;
}

std::optional<ApiFault> ObjectWriter::write_workload(int kind, const Json& before, const Json& after) {
  if (is_ending(before)) return std::nullopt;
  const WorkloadId id = workload(row_of(kind).kind, space_of(after), name_of(after));
  const ClusterState& state = cluster_.runtime.server().state();
  if (!before.is_null() && id) {
    if (part_of(before, {"spec"}) == part_of(after, {"spec"})) return std::nullopt;
    Json old = before["spec"], now = after["spec"];
    old.erase("replicas");
    now.erase("replicas");
    if (old == now) return scale(kind, after, after["spec"].value("replicas", std::int64_t{1}));
  } else if (!before.is_null()) {
    return std::nullopt;   // a Job of a CronJob: only its metadata is written
  }
  ReadObject read = read_object(after, priority_classes());
  if (read.manifests.workloads.empty()) return std::nullopt;
  WorkloadSpec& spec = read.manifests.workloads.front();
  if (!before.is_null() && id) {
    // The client's words and the manifest's may differ in what the twin does not look at: the same template is the same revision.
    if (part_of(before, {"spec", "template"}) == part_of(after, {"spec", "template"})) spec.pod = *state.workloads[id].pod_template;
    spec.kustomization = state.workloads[id].spec->kustomization;
    if (!spec.replicas_stated) spec.replicas = state.workloads[id].replicas;
  }
  auto fault = submit(kind, after, ApplyWorkload{&spec, id && rolls(before, after)});
  if (!fault) cluster_.projection.written(workload(row_of(kind).kind, space_of(after), name_of(after)));
  return fault;
}

std::optional<ApiFault> ObjectWriter::write_pod(int kind, const Json& before, const Json& after) {
  if (!before.is_null()) {
    annotate(kind, before, after);
    // What may change of a pod that runs is kept as the client's words; the simulated containers go on.
    Json spec = Json::object();
    for (const char* part : {"containers", "initContainers", "tolerations", "activeDeadlineSeconds", "terminationGracePeriodSeconds", "schedulingGates"})
      if (const Json now = part_of(after, {"spec", part}); part_of(before, {"spec", part}) != now) spec[part] = now;
    if (spec.empty()) return std::nullopt;
    cluster_.projection.annotate(kind, ObjectStore::key_of(after), Json{{kSpecWords, spec}});
    cluster_.store.put(kind, after);   // nothing in the simulation changes that would show it
    return std::nullopt;
  }
  ReadObject read = read_object(job_of_pod(after), priority_classes());
  if (read.manifests.workloads.empty()) return bad_request("the pod cannot be read");
  WorkloadSpec& spec = read.manifests.workloads.front();
  spec.file = kBarePod;
  spec.job.run_median = spec.job.run_p95 = kForEver;
  if (const WorkloadId old = workload("Job", space_of(after), name_of(after)); old && cluster_.runtime.server().state().workloads[old].applied)
    if (auto fault = submit(kind, after, DeleteWorkload{old})) return fault;
  return submit(kind, after, ApplyWorkload{.spec = &spec});
}

std::optional<ApiFault> ObjectWriter::write_node(int kind, const Json& before, const Json& after) {
  const NodeId id = cluster_.projection.node(name_of(after));
  if (!id) return std::nullopt;   // a Node object that no machine stands behind
  const Node& node = cluster_.runtime.server().state().nodes[id];
  const bool cordoned = part_of(after, {"spec", "unschedulable"}) == true;
  if (cordoned != node.unschedulable)
    if (auto fault = submit(kind, after, CordonNode{id, cordoned})) return fault;
  const std::vector<Taint> wanted = taints_of(after), had = taints_of(before);
  for (const Taint& taint : had)
    if (std::ranges::find(wanted, taint) == wanted.end())
      if (auto fault = submit(kind, after, TaintNode{id, taint, false})) return fault;
  for (const Taint& taint : wanted)
    if (std::ranges::find(had, taint) == had.end())
      if (auto fault = submit(kind, after, TaintNode{id, taint, true})) return fault;
  annotate(kind, before, after);
  const Json patch = metadata_patch(before, after);
  if (!patch.contains("labels")) return std::nullopt;
  Labels labels = node.labels;
  for (const auto& [key, value] : patch["labels"].items()) {
    if (value.is_null()) std::erase_if(labels.pairs, [&](const auto& pair) { return pair.first.text() == key; });
    else labels.set(Name(key), Name(value.get<std::string>()));
  }
  return submit(kind, after, LabelNode{id, &labels});
}

std::optional<ApiFault> ObjectWriter::write_gitops(int kind, const Json& after) {
  const ClusterState& state = cluster_.runtime.server().state();
  const bool suspended = part_of(after, {"spec", "suspend"}) == true;
  const Json asked = part_of(after, {"metadata", "annotations", "reconcile.fluxcd.io/requestedAt"});
  const bool reconcile = asked.is_string() && asked != part_of(cluster_.store.get(kind, ObjectStore::key_of(after)), {"metadata", "annotations", "reconcile.fluxcd.io/requestedAt"});
  for (std::uint32_t row = 0; row_of(kind).backing == Backing::GitRepositories && row < state.git_sources.size(); ++row) {
    const GitSource& source = state.git_sources[row];
    if (source.spec->name.text() != name_of(after) || source.spec->name_space.text() != space_of(after)) continue;
    if (suspended != source.suspended)
      if (auto fault = submit(kind, after, SuspendSource{row, suspended})) return fault;
    if (reconcile && !suspended) return submit(kind, after, FetchSource{row});
  }
  KustomizationId id;
  state.kustomizations.for_each([&](KustomizationId row_id, const Kustomization& row) {
    if (row.spec->name.text() == name_of(after) && row.spec->name_space.text() == space_of(after)) id = row_id;
  });
  if (row_of(kind).backing != Backing::Kustomizations || !id || state.kustomizations[id].suspended == suspended) return std::nullopt;
  return submit(kind, after, SuspendKustomization{id, suspended});
}

std::optional<ApiFault> ObjectWriter::remove(int kind, const Json& object) {
  const ClusterState& state = cluster_.runtime.server().state();
  const std::string name = name_of(object), name_space = space_of(object);
  switch (row_of(kind).backing) {
    case Backing::Workloads:
      if (const WorkloadId id = workload(row_of(kind).kind, name_space, name)) return submit(kind, object, DeleteWorkload{id});
      break;
    case Backing::Jobs: {
      if (const WorkloadId id = workload("Job", name_space, name)) return submit(kind, object, DeleteWorkload{id});
      JobId found;
      const std::string key = name_space + "/" + name;
      state.jobs.for_each([&](JobId id, const Job& job) {
        if (without_cluster(job.name.text()) == key) found = id;
      });
      if (found) return submit(kind, object, DeleteJob{found});
      break;
    }
    case Backing::Pods: {
      const PodId id = cluster_.projection.pod(ObjectStore::key_of(object));
      if (!id) break;
      const WorkloadId owner = state.pods[id].owner;
      if (state.workloads[owner].spec->file == kBarePod) return submit(kind, object, DeleteWorkload{owner});
      return submit(kind, object, DeletePod{id, Name("Deleted")});
    }
    case Backing::Nodes:
      if (const NodeId id = cluster_.projection.node(name)) return submit(kind, object, DeleteNode{id});
      break;
    case Backing::Autoscalers: {
      AutoscalerId found;
      state.autoscalers.for_each([&](AutoscalerId id, const Autoscaler& row) {
        if (row.spec->name.text() == name && row.spec->name_space.text() == name_space) found = id;
      });
      if (found) return submit(kind, object, DeleteAutoscaler{found});
      break;
    }
    case Backing::Budgets:
      for (std::uint32_t row = 0; row < state.disruption_budgets.size(); ++row)
        if (state.disruption_budgets[row].spec->name.text() == name && state.disruption_budgets[row].spec->name_space.text() == name_space) return submit(kind, object, DeleteBudget{row});
      break;
    default: break;
  }
  return std::nullopt;
}

std::optional<ApiFault> ObjectWriter::scale(int kind, const Json& object, std::int64_t replicas) {
  if (is_ending(object)) return std::nullopt;
  const WorkloadId id = workload(row_of(kind).kind, space_of(object), name_of(object));
  if (!id) return not_found(row_of(kind), name_of(object));
  return submit(kind, object, ScaleWorkload{id, replicas, {}, {}});
}

std::optional<ApiFault> ObjectWriter::evict(const ResourceKind& pods, PodId pod, const std::string& name, bool dry_run) {
  ApiServer& server = cluster_.runtime.server();
  const ClusterState& state = server.state();
  const Verdict verdict = dry_run ? eviction_verdict(state, pod) : server.submit(EvictPod{pod, Name("Evicted")});
  if (verdict == Verdict::Accepted) return std::nullopt;
  if (verdict == Verdict::TooManyRequests) {
    for (const AppliedBudget& budget : state.disruption_budgets) {
      if (!budget.applied || std::ranges::find(budget.workloads, state.pods[pod].owner) == budget.workloads.end()) continue;
      const BudgetStatus status = budget_status(state, budget);
      const std::string message = "The disruption budget " + budget.spec->name.str() + " needs " + std::to_string(status.desired) + " healthy pods and has " + std::to_string(status.healthy) + " currently";
      return ApiFault{429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.",
                      Json{{"causes", Json::array({Json{{"reason", "DisruptionBudget"}, {"message", message}}})}}};
    }
  }
  if (verdict == Verdict::InternalError)
    return ApiFault{500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."};
  if (verdict == Verdict::NotFound) return not_found(pods, name);
  return ApiFault{503, "ServiceUnavailable", "the control plane of this cluster is down in the simulation", Json::object()};
}

}  // namespace akstwin
