#include "adapters/serve/object_text.hpp"

#include <algorithm>
#include <array>

#include "adapters/http/base64.hpp"
#include "adapters/http/json_field.hpp"
#include "models/kube/default_tolerations.hpp"
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

// Deeper than any object of Kubernetes; what is nested deeper is refused before anything walks through it.
constexpr int kDepth = 64;

/// A scalar of YAML in JSON's types, as YAML 1.2's core schema has them.
Json scalar(const YamlNode& node) {
  if (node.quoted) return node.text;
  if (node.text == "true" || node.text == "True") return true;
  if (node.text == "false" || node.text == "False") return false;
  if (node.text.empty() || node.text == "~" || node.text == "null") return nullptr;
  const Json parsed = Json::parse(node.text, nullptr, false);
  return parsed.is_number() ? parsed : Json(node.text);
}

Json json_of(const YamlNode& node) {   // as deep as kDepth allows, not more
  if (node.is_scalar()) return scalar(node);
  Json out = node.is_map() ? Json::object() : node.is_list() ? Json::array() : Json();
  for (const YamlMember& member : node.members) out[member.key] = json_of(member.value);
  for (const YamlNode& item : node.items) out.push_back(json_of(item));
  return out;
}

/// Images without a tag are the latest ones.
bool is_latest(const Json& image) {
  if (!image.is_string()) return false;
  const std::string text = image.get<std::string>(), name = text.substr(text.rfind('/') + 1);
  return text.find('@') == std::string::npos && (name.find(':') == std::string::npos || name.ends_with(":latest"));
}

/// Source: kubernetes 1.32 pkg/apis/core/v1/defaults.go, SetDefaults_Probe and SetDefaults_HTTPGetAction.
void defaults_of_probe(Json& probe) {
  probe.emplace("timeoutSeconds", 1);
  probe.emplace("periodSeconds", 10);
  probe.emplace("successThreshold", 1);
  probe.emplace("failureThreshold", 3);
  if (!probe.contains("httpGet") || !probe["httpGet"].is_object()) return;
  probe["httpGet"].emplace("path", "/");
  probe["httpGet"].emplace("scheme", "HTTP");
}

void defaults_of_pods(Json& pod, std::string_view restart) {
  if (!pod.is_object()) return;
  pod.emplace("restartPolicy", restart);
  pod.emplace("terminationGracePeriodSeconds", 30);
  pod.emplace("dnsPolicy", "ClusterFirst");
  pod.emplace("securityContext", Json::object());
  pod.emplace("schedulerName", "default-scheduler");
  if (!pod.contains("containers") || !pod["containers"].is_array()) return;
  for (Json& container : pod["containers"]) {
    if (!container.is_object()) continue;
    container.emplace("imagePullPolicy", is_latest(container.value("image", Json())) ? "Always" : "IfNotPresent");
    for (const char* name : {"readinessProbe", "livenessProbe", "startupProbe"})
      if (container.contains(name) && container[name].is_object()) defaults_of_probe(container[name]);
    container.emplace("resources", Json::object());
    container.emplace("terminationMessagePath", "/dev/termination-log");
    container.emplace("terminationMessagePolicy", "File");
    if (container.contains("ports") && container["ports"].is_array())
      for (Json& port : container["ports"])
        if (port.is_object()) port.emplace("protocol", "TCP");
  }
}

/// What is written in plain words is kept encoded. Source: kubernetes 1.32 pkg/registry/core/secret/strategy.go and pkg/apis/core/v1/conversion.go.
void defaults_of_secret(Json& secret) {
  if (secret.contains("stringData") && secret["stringData"].is_object()) {
    if (!secret.contains("data") || !secret["data"].is_object()) secret["data"] = Json::object();
    for (const auto& [key, value] : secret["stringData"].items())
      if (value.is_string()) secret["data"][key] = encode_base64(value.get<std::string>());
    secret.erase("stringData");
  }
  if (secret.value("type", "").empty()) secret["type"] = "Opaque";
}

void defaults_of_batch(std::string_view kind, Json& spec) {
  if (kind == "CronJob") {
    spec.emplace("concurrencyPolicy", "Allow");
    spec.emplace("suspend", false);
    spec.emplace("successfulJobsHistoryLimit", 3);
    spec.emplace("failedJobsHistoryLimit", 1);
    return;
  }
  if (!spec.contains("completions") && !spec.contains("parallelism")) spec["completions"] = 1;
  spec.emplace("parallelism", 1);
  spec.emplace("backoffLimit", 6);
  spec.emplace("completionMode", "NonIndexed");
  spec.emplace("suspend", false);
  spec.emplace("podReplacementPolicy", spec.contains("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
  spec.emplace("manualSelector", false);
}

void defaults_of_deployment(Json& spec) {
  if (!spec.contains("strategy") || !spec["strategy"].is_object()) spec["strategy"] = Json::object();
  Json& strategy = spec["strategy"];
  strategy.emplace("type", "RollingUpdate");
  if (strategy["type"] == "RollingUpdate") {
    if (!strategy.contains("rollingUpdate") || !strategy["rollingUpdate"].is_object()) strategy["rollingUpdate"] = Json::object();
    strategy["rollingUpdate"].emplace("maxUnavailable", "25%");
    strategy["rollingUpdate"].emplace("maxSurge", "25%");
  }
  spec.emplace("progressDeadlineSeconds", 600);
}

/// Numbers that the API takes and the simulation does not: a time that never comes, a grace period that is none.
Json simulable(Json object) {
  constexpr std::int64_t kTenYears = 315'360'000;
  const auto within = [&](Json& part, const char* field, std::int64_t least) {
    if (part.is_object() && part.contains(field) && part[field].is_number_integer()) part[field] = std::clamp(part[field].get<std::int64_t>(), least, kTenYears);
  };
  if (!object.contains("spec") || !object["spec"].is_object()) return object;
  Json& spec = object["spec"];
  within(spec, "progressDeadlineSeconds", 1);
  within(spec, "activeDeadlineSeconds", 0);
  if (!spec.contains("template") || !spec["template"].is_object() || !spec["template"].contains("spec")) return object;
  if (spec["template"]["spec"].is_object() && spec["template"]["spec"].value("terminationGracePeriodSeconds", Json(0)) != 0) within(spec["template"]["spec"], "terminationGracePeriodSeconds", 1);
  within(spec["template"]["spec"], "activeDeadlineSeconds", 1);
  return object;
}

struct KindReader { std::string_view kind; ObjectReaderFunction read; };
constexpr std::array kReaders = std::to_array<KindReader>({{"Deployment", &read_deployment}, {"StatefulSet", &read_stateful_set}, {"DaemonSet", &read_daemon_set},
                                                           {"Job", &read_job}, {"CronJob", &read_cron_job},
                                                           {"HorizontalPodAutoscaler", &read_horizontal_pod_autoscaler}, {"PodDisruptionBudget", &read_pod_disruption_budget}});

void resolve_priority(PodSpec& pod, const std::vector<PriorityClassSpec>& known) {
  const auto found = std::ranges::find(known, pod.priority_class, &PriorityClassSpec::name);
  if (found == known.end()) return;
  pod.priority = found->value;
  pod.preempts = found->preempts;
}

}  // namespace

std::string priority_class_of(const Json& object) {
  for (const Json* at : {find_in(object, {"spec", "priorityClassName"}), find_in(object, {"spec", "template", "spec", "priorityClassName"}),
                         find_in(object, {"spec", "jobTemplate", "spec", "template", "spec", "priorityClassName"})})
    if (at != nullptr && at->is_string()) return at->get<std::string>();
  return {};
}

std::optional<Json> parse_object_text(std::string_view text, bool yaml) {
  if (yaml) {
    Diagnostics diagnostics;
    YamlLimits limits = kManifestLimits;
    limits.depth = kDepth;
    const auto documents = parse_yaml("request", text, limits, diagnostics);
    if (diagnostics.has_errors() || documents.size() != 1) return std::nullopt;
    return json_of(documents.front());
  }
  bool too_deep = false;
  Json out = Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDepth;
    return !too_deep;
  }, false);
  if (out.is_discarded() || too_deep) return std::nullopt;
  return out;
}

void add_defaults(const ResourceKind& kind, Json& object) {
  if (kind.kind == "Secret") return defaults_of_secret(object);
  Json& spec = object["spec"];
  if (kind.kind == "Pod") return defaults_of_pods(spec, "Always");
  if (kind.kind == "Service" && spec.is_object()) {
    spec.emplace("type", "ClusterIP");
    spec.emplace("sessionAffinity", "None");
    if (spec.contains("ports") && spec["ports"].is_array())
      for (Json& port : spec["ports"])
        if (port.is_object()) port.emplace("protocol", "TCP"), port.emplace("targetPort", port.value("port", Json(0)));
  }
  if (spec.is_null()) object.erase("spec");
  if (!object.contains("spec") || !spec.is_object()) return;
  if (kind.kind == "HorizontalPodAutoscaler") spec.emplace("minReplicas", 1);
  if (kind.group != "apps" && kind.group != "batch") return;
  if (kind.kind == "Deployment" || kind.kind == "StatefulSet" || kind.kind == "ReplicaSet") spec.emplace("replicas", 1);
  if (kind.kind == "Deployment") defaults_of_deployment(spec);
  if (kind.kind == "StatefulSet") {
    spec.emplace("podManagementPolicy", "OrderedReady");
    spec.emplace("updateStrategy", Json{{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 0}}}});
  }
  if (kind.kind == "DaemonSet") spec.emplace("updateStrategy", Json{{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxUnavailable", 1}, {"maxSurge", 0}}}});
  if (kind.group == "apps") spec.emplace("revisionHistoryLimit", 10);
  if (kind.group == "batch") defaults_of_batch(kind.kind, spec);
  if (spec.contains("template") && spec["template"].is_object() && spec["template"].contains("spec")) defaults_of_pods(spec["template"]["spec"], "Always");
}

ReadObject read_object(const Json& object, const std::vector<PriorityClassSpec>& known) {
  ReadObject out;
  Diagnostics diagnostics;
  SourceFiles files("request", false);
  ReadContext context{diagnostics, files};
  const std::string kind = object.value("kind", "");
  YamlLimits limits = kManifestLimits;
  limits.several_documents = false;
  const auto documents = parse_yaml("request", simulable(object).dump(), limits, diagnostics);
  const auto reader = std::ranges::find(kReaders, kind, &KindReader::kind);
  if (documents.size() == 1 && reader != kReaders.end()) {
    Fields fields(context, documents.front(), kind, Dialect::Manifest);
    reader->read(fields, {out.manifests, "", {}});
    fields.finish();
  }
  for (const Diagnostic& problem : diagnostics.sorted())
    if (problem.severity == Severity::Error) out.problems.emplace_back("spec", "Invalid value: " + problem.message);
  for (WorkloadSpec& workload : out.manifests.workloads) resolve_priority(workload.pod, known);
  add_default_tolerations(out.manifests);
  return out;
}

}  // namespace akstwin
