#include "adapters/serve/printers.hpp"

#include <algorithm>
#include <vector>

#include "adapters/serve/printing.hpp"
#include "sim/base/time.hpp"

namespace akstwin::printing {
namespace {

/// What `kubectl get pods` calls the state of a pod. Source of the rules: kubernetes 1.32 pkg/printers/internalversion/printers.go, printPod.
std::string pod_state(const Json& pod) {
  std::string reason = text(at(pod, {"status", "reason"}), text(at(pod, {"status", "phase"})));
  for (const Json& condition : at(pod, {"status", "conditions"}))
    if (condition.value("type", "") == "PodScheduled" && condition.value("reason", "") == "SchedulingGated") reason = "SchedulingGated";
  bool running = false;
  for (const Json& status : at(pod, {"status", "containerStatuses"})) {
    if (const Json& waiting = at(status, {"state", "waiting", "reason"}); waiting.is_string()) reason = text(waiting);
    else if (const Json& ended = at(status, {"state", "terminated", "reason"}); ended.is_string()) reason = text(ended);
    else if (at(status, {"state", "running"}).is_object() && status.value("ready", false)) running = true;
  }
  if (reason == "Completed" && running) reason = "Running";
  if (!at(pod, {"metadata", "deletionTimestamp"}).is_null() && reason != "Failed" && reason != "Succeeded") reason = "Terminating";
  return reason;
}

std::vector<Json> pod_cells(const Json& o) {
  std::int64_t ready = 0, restarts = 0;
  for (const Json& status : at(o, {"status", "containerStatuses"})) {
    ready += status.value("ready", false) ? 1 : 0;
    restarts += number(at(status, {"restartCount"}));
  }
  const std::size_t total = at(o, {"spec", "containers"}).size();
  return {name(o), std::to_string(ready) + "/" + std::to_string(total), pod_state(o), std::to_string(restarts), age(o), or_none(at(o, {"status", "podIP"})),
          or_none(at(o, {"spec", "nodeName"})), or_none(at(o, {"status", "nominatedNodeName"})), "<none>"};
}

std::vector<Json> node_cells(const Json& o) {
  std::string state = "Unknown", roles, internal = "<none>", external = "<none>";
  for (const Json& condition : at(o, {"status", "conditions"}))
    if (condition.value("type", "") == "Ready") state = condition.value("status", "") == "True" ? "Ready" : "NotReady";
  if (at(o, {"spec", "unschedulable"}) == true) state += ",SchedulingDisabled";
  for (const auto& [key, value] : at(o, {"metadata", "labels"}).items()) {
    constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
    if (key.starts_with(kPrefix)) roles += (roles.empty() ? "" : ",") + key.substr(kPrefix.size());
  }
  for (const Json& address : at(o, {"status", "addresses"})) {
    if (address.value("type", "") == "InternalIP") internal = address.value("address", "");
    if (address.value("type", "") == "ExternalIP") external = address.value("address", "");
  }
  const Json& info = at(o, {"status", "nodeInfo"});
  return {name(o), state, roles.empty() ? "<none>" : roles, age(o), at(info, {"kubeletVersion"}), internal, external, at(info, {"osImage"}), at(info, {"kernelVersion"}),
          at(info, {"containerRuntimeVersion"})};
}

std::vector<Json> deployment_cells(const Json& o) {
  const Json& pod = at(o, {"spec", "template", "spec"});
  const std::string ready = std::to_string(number(at(o, {"status", "readyReplicas"}))) + "/" + std::to_string(number(at(o, {"spec", "replicas"}), 1));
  return {name(o), ready, number(at(o, {"status", "updatedReplicas"})), number(at(o, {"status", "availableReplicas"})), age(o), of_containers(pod, "name"),
          of_containers(pod, "image"), selector(at(o, {"spec", "selector"}))};
}

std::vector<Json> replica_set_cells(const Json& o) {
  const Json& pod = at(o, {"spec", "template", "spec"});
  return {name(o), number(at(o, {"spec", "replicas"}), 1), number(at(o, {"status", "replicas"})), number(at(o, {"status", "readyReplicas"})), age(o),
          of_containers(pod, "name"), of_containers(pod, "image"), selector(at(o, {"spec", "selector"}))};
}

std::vector<Json> stateful_set_cells(const Json& o) {
  const Json& pod = at(o, {"spec", "template", "spec"});
  return {name(o), std::to_string(number(at(o, {"status", "readyReplicas"}))) + "/" + std::to_string(number(at(o, {"spec", "replicas"}), 1)), age(o),
          of_containers(pod, "name"), of_containers(pod, "image")};
}

std::vector<Json> daemon_set_cells(const Json& o) {
  const Json& pod = at(o, {"spec", "template", "spec"});
  const Json& status = at(o, {"status"});
  return {name(o), number(at(status, {"desiredNumberScheduled"})), number(at(status, {"currentNumberScheduled"})), number(at(status, {"numberReady"})),
          number(at(status, {"updatedNumberScheduled"})), number(at(status, {"numberAvailable"})), pairs(at(pod, {"nodeSelector"})), age(o),
          of_containers(pod, "name"), of_containers(pod, "image"), selector(at(o, {"spec", "selector"}))};
}

std::vector<Json> job_cells(const Json& o) {
  const Json& pod = at(o, {"spec", "template", "spec"});
  const Json& status = at(o, {"status"});
  const std::string done = std::to_string(number(at(status, {"succeeded"})));
  const Json& wanted = at(o, {"spec", "completions"});
  const std::int64_t parallel = number(at(o, {"spec", "parallelism"}));
  const std::string completions = wanted.is_null() ? (parallel > 1 ? done + "/1 of " + std::to_string(parallel) : done + "/1") : done + "/" + text(wanted);
  std::string state = at(o, {"spec", "suspend"}) == true ? "Suspended" : "Running";
  for (const Json& condition : at(status, {"conditions"}))
    if (condition.value("status", "") == "True" && (condition.value("type", "") == "Complete" || condition.value("type", "") == "Failed")) state = condition.value("type", "");
  Json duration = "";
  const Json &begun = at(status, {"startTime"}), &ended = at(status, {"completionTime"});
  if (begun.is_string() && ended.is_string()) duration = human_duration(*parse_utc(text(ended)) - *parse_utc(text(begun)));
  else if (begun.is_string()) duration = age_of(begun);
  return {name(o), state, completions, duration, age(o), of_containers(pod, "name"), of_containers(pod, "image"), selector(at(o, {"spec", "selector"}))};
}

std::vector<Json> cron_job_cells(const Json& o) {
  const Json& pod = at(o, {"spec", "jobTemplate", "spec", "template", "spec"});
  const Json& last = at(o, {"status", "lastScheduleTime"});
  return {name(o), at(o, {"spec", "schedule"}), or_none(at(o, {"spec", "timeZone"})), at(o, {"spec", "suspend"}) == true ? "True" : "False",
          at(o, {"status", "active"}).size(), last.is_null() ? Json("<none>") : age_of(last), age(o), of_containers(pod, "name"), of_containers(pod, "image"),
          selector(at(o, {"spec", "jobTemplate", "spec", "selector"}))};
}

/// "cpu: 61%/70%": current and target of each metric.
std::string targets(const Json& o) {
  std::string out;
  const Json& current = at(o, {"status", "currentMetrics"});
  std::size_t index = 0;
  for (const Json& metric : at(o, {"spec", "metrics"})) {
    std::string field = text(at(metric, {"type"}));
    if (!field.empty()) field[0] = static_cast<char>(field[0] + ('a' - 'A'));
    const Json& body = at(metric, {field.c_str()});
    const Json& now = index < current.size() ? at(current[index], {field.c_str(), "current"}) : at(o, {"none"});
    const std::string type = text(at(body, {"target", "type"}));
    const char* key = type == "Utilization" ? "averageUtilization" : type == "Value" ? "value" : "averageValue";
    const std::string unit = type == "Utilization" ? "%" : type == "AverageValue" && field != "resource" ? " (avg)" : "";
    const bool resource = field == "resource" || field == "containerResource";
    const std::string value = at(now, {key}).is_null() ? "<unknown>" : text(at(now, {key})) + (unit == "%" ? "%" : "");
    out += (out.empty() ? "" : ", ") + (resource ? text(at(body, {"name"})) + ": " : std::string()) + value + "/" + text(at(body, {"target", key})) + unit;
    ++index;
  }
  return out.empty() ? "<none>" : out;
}

std::vector<Json> autoscaler_cells(const Json& o) {
  const Json& target = at(o, {"spec", "scaleTargetRef"});
  return {name(o), text(at(target, {"kind"})) + "/" + text(at(target, {"name"})), targets(o), text(at(o, {"spec", "minReplicas"}), "<unset>"),
          number(at(o, {"spec", "maxReplicas"})), number(at(o, {"status", "currentReplicas"})), age(o)};
}

std::vector<Json> budget_cells(const Json& o) {
  return {name(o), text(at(o, {"spec", "minAvailable"}), "N/A"), text(at(o, {"spec", "maxUnavailable"}), "N/A"), number(at(o, {"status", "disruptionsAllowed"})), age(o)};
}

/// "pods: 19/60, requests.cpu: 3110m/20": used and hard amounts whose names say that they are limits, or not.
std::string quota_amounts(const Json& o, bool limits) {
  std::string out;
  for (const auto& [key, hard] : at(o, {"spec", "hard"}).items())
    if (key.starts_with("limits.") == limits) out += (out.empty() ? "" : ", ") + key + ": " + text(at(o, {"status", "used", key.c_str()}), "0") + "/" + text(hard);
  return out;
}

std::vector<Json> quota_cells(const Json& o) { return {name(o), age(o), quota_amounts(o, false), quota_amounts(o, true)}; }
std::vector<Json> config_map_cells(const Json& o) { return {name(o), at(o, {"data"}).size() + at(o, {"binaryData"}).size(), age(o)}; }
std::vector<Json> secret_cells(const Json& o) { return {name(o), text(at(o, {"type"}), "Opaque"), at(o, {"data"}).size(), age(o)}; }
std::vector<Json> namespace_cells(const Json& o) { return {name(o), at(o, {"status", "phase"}), age(o)}; }
std::vector<Json> account_cells(const Json& o) { return {name(o), at(o, {"secrets"}).size(), age(o)}; }
std::vector<Json> priority_cells(const Json& o) {
  return {name(o), number(at(o, {"value"})), at(o, {"globalDefault"}) == true, age(o), text(at(o, {"preemptionPolicy"}), "PreemptLowerPriority")};
}
std::vector<Json> flow_schema_cells(const Json& o) {
  return {name(o), text(at(o, {"spec", "priorityLevelConfiguration", "name"})), number(at(o, {"spec", "matchingPrecedence"})), text(at(o, {"spec", "distinguisherMethod", "type"}), "<none>"), age(o),
          text(condition(o, "Dangling", "status"), "?")};
}
std::vector<Json> priority_level_cells(const Json& o) {
  const auto or_none = [](const Json& value) { return value.is_number() ? value : Json("<none>"); };
  const Json& limited = at(o, {"spec", "limited"});
  const Json& queues = at(limited, {"limitResponse", "queuing"});
  return {name(o), text(at(o, {"spec", "type"})), or_none(at(limited, {"nominalConcurrencyShares"})), or_none(at(queues, {"queues"})), or_none(at(queues, {"handSize"})), or_none(at(queues, {"queueLengthLimit"})), age(o)};
}
std::vector<Json> lease_cells(const Json& o) { return {name(o), at(o, {"spec", "holderIdentity"}), age(o)}; }

std::vector<Json> event_cells(const Json& o) {
  const Json& about = o.contains("regarding") ? o["regarding"] : at(o, {"involvedObject"});
  std::string kind = text(at(about, {"kind"}));
  std::ranges::transform(kind, kind.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  const Json& last = o.contains("deprecatedLastTimestamp") ? o["deprecatedLastTimestamp"] : at(o, {"lastTimestamp"});
  const Json& first = o.contains("deprecatedFirstTimestamp") ? o["deprecatedFirstTimestamp"] : at(o, {"firstTimestamp"});
  return {age_of(last), at(o, {"type"}), at(o, {"reason"}), kind + "/" + text(at(about, {"name"})), text(at(about, {"fieldPath"})), text(at(o, {"source", "component"}), text(at(o, {"reportingComponent"}))),
          text(at(o, {"message"}), text(at(o, {"note"}))), age_of(first), std::max<std::int64_t>(1, number(at(o, {"count"}), 1)), name(o)};
}

std::vector<Json> component_cells(const Json& o) {
  std::string state = "Unknown", message, error;
  for (const Json& entry : at(o, {"conditions"})) {
    state = entry.value("status", "") == "True" ? "Healthy" : "Unhealthy";
    message = entry.value("message", "");
    error = entry.value("error", "");
  }
  return {name(o), state, message, error};
}

std::vector<Json> scale_cells(const Json& o) { return {name(o), number(at(o, {"spec", "replicas"})), number(at(o, {"status", "replicas"})), age(o)}; }
std::vector<Json> plain_cells(const Json& o) { return {name(o), age(o)}; }

// Columns as kube-apiserver 1.32 gives them (recorded tables of 2026-11); Flux's and Argo's of the resources' additionalPrinterColumns.
const std::vector<Printer>& printers() {
  static const std::vector<Printer> kPrinters = {
      {"Pod", {"Name", "Ready", "Status", "Restarts", "Age", "+IP", "+Node", "+Nominated Node", "+Readiness Gates"}, pod_cells},
      {"Node", {"Name", "Status", "Roles", "Age", "Version", "+Internal-IP", "+External-IP", "+OS-Image", "+Kernel-Version", "+Container-Runtime"}, node_cells},
      {"Deployment", {"Name", "Ready", "Up-to-date", "Available", "Age", "+Containers", "+Images", "+Selector"}, deployment_cells},
      {"ReplicaSet", {"Name", "#Desired", "#Current", "#Ready", "Age", "+Containers", "+Images", "+Selector"}, replica_set_cells},
      {"ReplicationController", {"Name", "#Desired", "#Current", "#Ready", "Age", "+Containers", "+Images", "+Selector"}, replica_set_cells},
      {"StatefulSet", {"Name", "Ready", "Age", "+Containers", "+Images"}, stateful_set_cells},
      {"DaemonSet", {"Name", "#Desired", "#Current", "#Ready", "#Up-to-date", "#Available", "Node Selector", "Age", "+Containers", "+Images", "+Selector"}, daemon_set_cells},
      {"Job", {"Name", "Status", "Completions", "Duration", "Age", "+Containers", "+Images", "+Selector"}, job_cells},
      {"CronJob", {"Name", "Schedule", "Timezone", "?Suspend", "#Active", "Last Schedule", "Age", "+Containers", "+Images", "+Selector"}, cron_job_cells},
      {"HorizontalPodAutoscaler", {"Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"}, autoscaler_cells},
      {"PodDisruptionBudget", {"Name", "Min Available", "Max Unavailable", "#Allowed Disruptions", "Age"}, budget_cells},
      {"ConfigMap", {"Name", "Data", "Age"}, config_map_cells},
      {"ResourceQuota", {"Name", "Age", "Request", "Limit"}, quota_cells},
      {"Secret", {"Name", "Type", "#Data", "Age"}, secret_cells},
      {"Namespace", {"Name", "Status", "Age"}, namespace_cells},
      {"ServiceAccount", {"Name", "Secrets", "Age"}, account_cells},
      {"PriorityClass", {"Name", "#Value", "?Global-Default", "Age", "PreemptionPolicy"}, priority_cells},
      {"FlowSchema", {"Name", "PriorityLevel", "MatchingPrecedence", "DistinguisherMethod", "Age", "MissingPL"}, flow_schema_cells},
      {"PriorityLevelConfiguration", {"Name", "Type", "NominalConcurrencyShares", "Queues", "HandSize", "QueueLengthLimit", "Age"}, priority_level_cells},
      {"Lease", {"Name", "Holder", "Age"}, lease_cells},
      {"Event", {"Last Seen", "Type", "Reason", "Object", "+Subobject", "+Source", "Message", "+First Seen", "+Count", "+Name"}, event_cells},
      {"ComponentStatus", {"Name", "Status", "Message", "Error"}, component_cells},
      {"Scale", {"Name", "#Desired", "#Available", "Age"}, scale_cells},
      {"", {"Name", "Age"}, plain_cells},
  };
  return kPrinters;
}

const Printer& printer_of(const ResourceKind& kind) {
  const auto& all = printers();
  if (const auto found = std::ranges::find(all, kind.kind, &Printer::kind); found != all.end()) return *found;
  const auto platform = platform_printers();
  const auto found = std::ranges::find(platform, kind.kind, &Printer::kind);
  return found == platform.end() ? all.back() : *found;
}

}  // namespace
}  // namespace akstwin::printing

namespace akstwin {

using Json = nlohmann::json;

std::string table_columns(const ResourceKind& kind) {
  Json out = Json::array();
  for (std::string_view column : printing::printer_of(kind).columns) {
    int priority = 0;
    if (column.front() == '+') priority = 1;
    if (column.front() == '*') priority = 10;   // Argo CD asks for that
    if (priority != 0) column.remove_prefix(1);
    std::string type = "string";
    if (column.front() == '#') type = "integer";
    if (column.front() == '?') type = "boolean";
    if (column.front() == '@') type = "date";
    if (type != "string") column.remove_prefix(1);
    const bool is_name = column == "Name" && kind.kind != "Scale";
    out.push_back({{"name", column}, {"type", type}, {"format", is_name ? "name" : ""}, {"description", ""}, {"priority", priority}});
  }
  return out.dump();
}

std::string table_cells(const ResourceKind& kind, const Json& object) { return Json(printing::printer_of(kind).cells(object)).dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string with_ages(std::string_view cells, std::int64_t now_unix) {
  constexpr std::string_view kEscaped = "\\u0001";
  std::string out;
  for (;;) {
    const std::size_t begin = cells.find(kEscaped);
    if (begin == std::string_view::npos) return out.append(cells);
    const std::size_t end = cells.find(kEscaped, begin + kEscaped.size());
    if (end == std::string_view::npos) return out.append(cells);
    const std::string number_text(cells.substr(begin + kEscaped.size(), end - begin - kEscaped.size()));
    out.append(cells.substr(0, begin)).append(human_duration(now_unix - std::atoll(number_text.c_str())));
    cells.remove_prefix(end + kEscaped.size());
  }
}

std::string human_duration(std::int64_t seconds) {
  const auto join = [](std::int64_t large, const char* unit, std::int64_t small, const char* small_unit) {
    return std::to_string(large) + unit + (small > 0 ? std::to_string(small) + small_unit : std::string());
  };
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return std::to_string(seconds) + "s";
  const std::int64_t minutes = seconds / 60;
  if (minutes < 10) return join(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return std::to_string(minutes) + "m";
  const std::int64_t hours = minutes / 60;
  if (hours < 8) return join(hours, "h", minutes % 60, "m");
  if (hours < 48) return std::to_string(hours) + "h";
  if (hours < 24 * 8) return join(hours / 24, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return std::to_string(hours / 24) + "d";
  if (hours < 24 * 365 * 8) return join(hours / 24 / 365, "y", hours / 24 % 365, "d");
  return std::to_string(hours / 24 / 365) + "y";
}

}  // namespace akstwin
