// Pods and pod templates as core/v1 objects.
#include <algorithm>

#include "adapters/kube/encode.hpp"
#include "adapters/kube/encode_parts.hpp"

namespace akstwin {
namespace {

std::string_view text_of(SelectorRequirement::Operator op) {
  constexpr std::string_view kTexts[] = {"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"};
  return kTexts[static_cast<std::size_t>(op)];
}

Json names(const std::vector<Name>& list) {
  Json out = Json::array();
  for (const Name name : list) out.push_back(name.text());
  return out;
}

Json requirements(const std::vector<SelectorRequirement>& list) {
  Json out = Json::array();
  for (const SelectorRequirement& requirement : list) {
    Json entry{{"key", requirement.key.text()}, {"operator", text_of(requirement.op)}};
    if (!requirement.values.empty()) entry["values"] = names(requirement.values);
    out.push_back(std::move(entry));
  }
  return out;
}

Json node_term(const NodeSelectorTerm& term) {
  Json out = Json::object();
  if (!term.match_expressions.empty()) out["matchExpressions"] = requirements(term.match_expressions);
  if (!term.match_fields.empty()) out["matchFields"] = requirements(term.match_fields);
  return out;
}

Json pod_term(const PodAffinityTerm& term) {
  Json out{{"topologyKey", term.topology_key.text()}};
  if (term.selector) out["labelSelector"] = selector_object(*term.selector);
  if (!term.namespaces.empty()) out["namespaces"] = names(term.namespaces);
  if (term.namespace_selector) out["namespaceSelector"] = selector_object(*term.namespace_selector);
  return out;
}

Json pod_terms(const std::vector<PodAffinityTerm>& required, const std::vector<WeightedPodAffinityTerm>& preferred) {
  Json out = Json::object();
  for (const PodAffinityTerm& term : required) out["requiredDuringSchedulingIgnoredDuringExecution"].push_back(pod_term(term));
  for (const WeightedPodAffinityTerm& term : preferred)
    out["preferredDuringSchedulingIgnoredDuringExecution"].push_back({{"weight", term.weight}, {"podAffinityTerm", pod_term(term.term)}});
  return out;
}

Json affinity(const Affinity& in) {
  Json out = Json::object();
  if (in.node_required) {
    Json terms = Json::array();
    for (const NodeSelectorTerm& term : *in.node_required) terms.push_back(node_term(term));
    out["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = {{"nodeSelectorTerms", std::move(terms)}};
  }
  for (const PreferredNodeTerm& term : in.node_preferred)
    out["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"].push_back({{"weight", term.weight}, {"preference", node_term(term.term)}});
  if (Json terms = pod_terms(in.pod_required, in.pod_preferred); !terms.empty()) out["podAffinity"] = std::move(terms);
  if (Json terms = pod_terms(in.pod_anti_required, in.pod_anti_preferred); !terms.empty()) out["podAntiAffinity"] = std::move(terms);
  return out;
}

Json probe(const ProbeTiming& timing) {
  Json out{{"tcpSocket", {{"port", 8080}}}, {"timeoutSeconds", 1}, {"periodSeconds", timing.period.seconds()},
           {"successThreshold", timing.success_threshold}, {"failureThreshold", timing.failure_threshold}};
  if (timing.initial_delay.seconds() > 0) out["initialDelaySeconds"] = timing.initial_delay.seconds();
  return out;
}

Json container(const ContainerSpec& spec, const PodSpec& pod, bool init) {
  Json resources = Json::object();
  Json requests = amounts(spec.requests);
  if (spec.states_cpu_request && spec.requests.cpu.value == 0) requests["cpu"] = "0";
  if (!requests.empty()) resources["requests"] = std::move(requests);
  if (Json limits = amounts(spec.limits); !limits.empty()) resources["limits"] = std::move(limits);
  Json out{{"name", spec.name.text()}, {"image", spec.image.text()}, {"imagePullPolicy", "IfNotPresent"}, {"resources", std::move(resources)},
           {"terminationMessagePath", "/dev/termination-log"}, {"terminationMessagePolicy", "File"}};
  for (const HostPort& port : spec.host_ports)
    out["ports"].push_back({{"containerPort", port.port}, {"hostPort", port.port}, {"protocol", port.protocol.empty() ? "TCP" : port.protocol.text()}});
  if (spec.restartable_init) out["restartPolicy"] = "Always";
  if (!init && &spec == &pod.containers.front()) {
    if (pod.readiness_probe) out["readinessProbe"] = probe(*pod.readiness_probe);
    if (pod.startup_probe) out["startupProbe"] = probe(*pod.startup_probe);
  }
  return out;
}

Json spread(const TopologySpreadConstraint& constraint) {
  Json out{{"maxSkew", constraint.max_skew}, {"topologyKey", constraint.topology_key.text()},
           {"whenUnsatisfiable", constraint.do_not_schedule ? "DoNotSchedule" : "ScheduleAnyway"}};
  if (constraint.selector) out["labelSelector"] = selector_object(*constraint.selector);
  if (constraint.min_domains) out["minDomains"] = *constraint.min_domains;
  return out;
}

Json toleration(const Toleration& in) {
  Json out = Json::object();
  if (!in.key.empty()) out["key"] = in.key.text();
  if (in.exists) out["operator"] = "Exists";
  else {
    out["operator"] = "Equal";
    out["value"] = in.value.text();
  }
  if (in.effect) out["effect"] = effect_text(*in.effect);
  if (in.seconds) out["tolerationSeconds"] = *in.seconds;
  return out;
}

Json pod_spec(const PodSpec& spec, bool batch) {
  Json out{{"restartPolicy", batch ? (spec.restart_on_failure ? "OnFailure" : "Never") : "Always"},
           {"terminationGracePeriodSeconds", spec.termination_grace.seconds()},
           {"dnsPolicy", "ClusterFirst"}, {"securityContext", Json::object()}, {"schedulerName", "default-scheduler"}};
  Json containers = Json::array();
  for (const ContainerSpec& entry : spec.containers) containers.push_back(container(entry, spec, false));
  out["containers"] = std::move(containers);
  for (const ContainerSpec& entry : spec.init_containers) out["initContainers"].push_back(container(entry, spec, true));
  if (!spec.node_selector.pairs.empty()) out["nodeSelector"] = labels_object(spec.node_selector);
  for (const Toleration& entry : spec.tolerations) out["tolerations"].push_back(toleration(entry));
  if (Json rules = affinity(spec.affinity); !rules.empty()) out["affinity"] = std::move(rules);
  for (const TopologySpreadConstraint& entry : spec.topology_spread) out["topologySpreadConstraints"].push_back(spread(entry));
  if (!spec.priority_class.empty()) out["priorityClassName"] = spec.priority_class.text();
  if (spec.host_network) out["hostNetwork"] = true;
  if (spec.has_local_storage) out["volumes"].push_back({{"name", "scratch"}, {"emptyDir", Json::object()}});
  for (const Name claim : spec.volume_claims) out["volumes"].push_back({{"name", claim.text()}, {"persistentVolumeClaim", {{"claimName", claim.text()}}}});
  for (const Name gate : spec.scheduling_gates) out["schedulingGates"].push_back({{"name", gate.text()}});
  return out;
}

bool is_batch(const Workload& owner) {
  return owner.spec->kind == WorkloadKind::Job || owner.spec->kind == WorkloadKind::CronJob || owner.spec->kind == WorkloadKind::ScaledJob;
}

Json owner_reference(const EncodeSource& source, const Pod& pod) {
  const Workload& owner = source.state.workloads[pod.owner];
  std::string kind, version, name, uid;
  if (owner.spec->kind == WorkloadKind::Deployment) {
    kind = "ReplicaSet";
    version = "apps/v1";
    name = replica_set_name(owner, pod.revision);
    uid = uid_text("ReplicaSet/" + owner.spec->name_space.str() + "/" + name);
  } else if (is_batch(owner)) {
    kind = "Job";
    version = "batch/v1";
    name = source.state.jobs.contains(pod.job) ? std::string(own_name(source.state.jobs[pod.job].name.text())) : owner.spec->name.str();
    uid = uid_text("Job/" + owner.spec->name_space.str() + "/" + name);
  } else {
    kind = kind_of(owner.spec->kind);
    version = "apps/v1";
    name = owner.spec->name.str();
    uid = uid_text(kind + "/" + owner.key.str());
  }
  return Json::array({Json{{"apiVersion", version}, {"kind", kind}, {"name", name}, {"uid", uid}, {"controller", true}, {"blockOwnerDeletion", true}}});
}

Json pod_conditions(const EncodeSource& source, const Pod& pod) {
  const auto at = [&](SimTime time) { return time == kNever ? Json(nullptr) : Json(source.epoch.iso(time)); };
  const auto condition = [&](std::string_view type, bool holds, SimTime since) {
    return Json{{"type", type}, {"status", holds ? "True" : "False"}, {"lastProbeTime", nullptr}, {"lastTransitionTime", at(since)}};
  };
  Json out = Json::array();
  if (!pod.node) {
    Json scheduled = condition("PodScheduled", false, pod.created);
    if (!pod.spec->scheduling_gates.empty()) {
      scheduled["reason"] = "SchedulingGated";
      scheduled["message"] = "Scheduling is blocked due to non-empty scheduling gates";
    } else if (pod.unschedulable) {
      scheduled["reason"] = "Unschedulable";
      scheduled["message"] = "0/" + std::to_string(source.state.nodes.live()) + " nodes are available.";
    } else {
      return out;
    }
    out.push_back(std::move(scheduled));
    return out;
  }
  const bool started = pod.started != kNever;
  const SimTime ready_since = pod.ready_transition == kNever ? pod.bound : pod.ready_transition;
  Json ready = condition("Ready", pod.ready, ready_since), containers = condition("ContainersReady", pod.ready, ready_since);
  if (!pod.ready) {
    std::string list;
    for (const ContainerSpec& entry : pod.spec->containers) list += (list.empty() ? "" : " ") + entry.name.str();
    for (Json* entry : {&ready, &containers}) {
      (*entry)["reason"] = "ContainersNotReady";
      (*entry)["message"] = "containers with unready status: [" + list + "]";
    }
  }
  out.push_back(condition("PodReadyToStartContainers", started, started ? pod.started : pod.bound));
  out.push_back(condition("Initialized", true, pod.bound));
  out.push_back(std::move(ready));
  out.push_back(std::move(containers));
  out.push_back(condition("PodScheduled", true, pod.bound));
  if (pod.disrupted) out.push_back(condition("DisruptionTarget", true, pod.deleting == kNever ? pod.bound : pod.deleting));
  return out;
}

Json container_statuses(const EncodeSource& source, const Pod& pod) {
  Json out = Json::array();
  const bool started = pod.started != kNever;
  for (const ContainerSpec& entry : pod.spec->containers) {
    Json state;
    if (!started) state = {{"waiting", {{"reason", "ContainerCreating"}}}};
    else state = {{"running", {{"startedAt", source.epoch.iso(pod.started)}}}};
    Json status{{"name", entry.name.text()}, {"image", entry.image.text()}, {"imageID", started ? entry.image.str() : std::string()},
                {"ready", pod.ready}, {"started", started}, {"restartCount", pod.restarts}, {"lastState", Json::object()}, {"state", std::move(state)}};
    if (started) status["containerID"] = "containerd://" + uid_text(pod.name.str() + "/" + entry.name.str());
    out.push_back(std::move(status));
  }
  return out;
}

std::string_view quality_of_service(const PodSpec& spec) {
  bool any = false, guaranteed = true;
  for (const ContainerSpec& entry : spec.containers) {
    any = any || entry.requests.cpu.value > 0 || entry.requests.memory.value > 0 || entry.limits.cpu.value > 0 || entry.limits.memory.value > 0;
    guaranteed = guaranteed && entry.limits.cpu.value > 0 && entry.limits.memory.value > 0 && entry.limits.cpu == entry.requests.cpu &&
                 entry.limits.memory == entry.requests.memory;
  }
  return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace

Json labels_object(const Labels& labels) {
  Json out = Json::object();
  for (const auto& [key, value] : labels.pairs) out[std::string(key.text())] = value.text();
  return out;
}

Json selector_object(const LabelSelector& selector) {
  Json out = Json::object();
  std::vector<SelectorRequirement> expressions;
  for (const SelectorRequirement& requirement : selector.requirements) {
    const bool plain = requirement.op == SelectorRequirement::Operator::In && requirement.values.size() == 1;
    if (plain) out["matchLabels"][std::string(requirement.key.text())] = requirement.values.front().text();
    else expressions.push_back(requirement);
  }
  if (!expressions.empty()) out["matchExpressions"] = requirements(expressions);
  return out;
}

Json pod_template_object(const PodSpec& spec) {
  Json metadata = Json::object();
  if (!spec.labels.pairs.empty()) metadata["labels"] = labels_object(spec.labels);
  if (!spec.annotations.pairs.empty()) metadata["annotations"] = labels_object(spec.annotations);
  return {{"metadata", std::move(metadata)}, {"spec", pod_spec(spec, spec.restart_on_failure)}};
}

Json batch_template_object(const PodSpec& spec) {
  Json out = pod_template_object(spec);
  out["spec"]["restartPolicy"] = spec.restart_on_failure ? "OnFailure" : "Never";
  return out;
}

Json encode_pod(const EncodeSource& source, PodId id) {
  const Pod& pod = source.state.pods[id];
  const Workload& owner = source.state.workloads[pod.owner];
  Json metadata{{"name", own_name(pod.name.text())}, {"namespace", owner.spec->name_space.text()},
                {"uid", uid_text("Pod/" + pod.name.str() + "/" + std::to_string(pod.created.us))}, {"creationTimestamp", source.epoch.iso(pod.created)}};
  Json labels = labels_object(pod.spec->labels);
  if (owner.spec->kind == WorkloadKind::Deployment) {
    metadata["generateName"] = replica_set_name(owner, pod.revision) + "-";
  } else if (owner.spec->kind == WorkloadKind::StatefulSet) {
    labels["statefulset.kubernetes.io/pod-name"] = own_name(pod.name.text());
    labels["apps.kubernetes.io/pod-index"] = std::to_string(pod.ordinal);
    labels["controller-revision-hash"] = owner.spec->name.str() + "-r" + std::to_string(pod.revision);
  } else if (owner.spec->kind == WorkloadKind::DaemonSet) {
    labels["controller-revision-hash"] = "r" + std::to_string(pod.revision);
  } else if (source.state.jobs.contains(pod.job)) {
    labels["batch.kubernetes.io/job-name"] = labels["job-name"] = own_name(source.state.jobs[pod.job].name.text());
  }
  if (!labels.empty()) metadata["labels"] = std::move(labels);
  if (!pod.spec->annotations.pairs.empty()) metadata["annotations"] = labels_object(pod.spec->annotations);
  metadata["ownerReferences"] = owner_reference(source, pod);
  if (pod.deleting != kNever) {
    metadata["deletionTimestamp"] = source.epoch.iso(pod.deleting + pod.spec->termination_grace);
    metadata["deletionGracePeriodSeconds"] = pod.spec->termination_grace.seconds();
  }
  Json spec = pod_spec(*pod.spec, is_batch(owner));
  spec["priority"] = pod.spec->priority;
  spec["preemptionPolicy"] = pod.spec->preempts ? "PreemptLowerPriority" : "Never";
  spec["serviceAccountName"] = "default";
  if (pod.node) spec["nodeName"] = own_name(source.state.nodes[pod.node].name.text());
  constexpr std::string_view kPhases[] = {"Pending", "Running", "Succeeded", "Failed"};
  Json status{{"phase", kPhases[static_cast<std::size_t>(pod.phase)]}, {"qosClass", quality_of_service(*pod.spec)}};
  if (Json conditions = pod_conditions(source, pod); !conditions.empty()) status["conditions"] = std::move(conditions);
  if (pod.node) {
    status["startTime"] = source.epoch.iso(pod.bound);
    status["hostIP"] = node_address(source, pod.node);
    status["hostIPs"] = Json::array({Json{{"ip", node_address(source, pod.node)}}});
    status["containerStatuses"] = container_statuses(source, pod);
    if (pod.started != kNever) {
      const std::string address = pod.spec->host_network ? node_address(source, pod.node) : pod_address(source, id);
      status["podIP"] = address;
      status["podIPs"] = Json::array({Json{{"ip", address}}});
    }
  }
  if (pod.nominated && source.state.nodes.contains(pod.nominated)) status["nominatedNodeName"] = own_name(source.state.nodes[pod.nominated].name.text());
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}, {"status", std::move(status)}};
}

}  // namespace akstwin
