#include "scenarios/manifest_parts.hpp"

namespace akstwin {
namespace {

struct StatedResources {
  Resources amounts;
  bool cpu = false, memory = false, ephemeral = false, gpu = false;
};

void read_amounts(Fields& f, std::string_view key, StatedResources& out) {
  f.group(key, "", [&](Fields& g) {
    g.optional("cpu", out.amounts.cpu, "").at_least(Millicores{0});
    g.optional("memory", out.amounts.memory, "").at_least(Bytes{0});
    g.optional("ephemeral-storage", out.amounts.ephemeral_storage, "").at_least(Bytes{0});
    g.optional("nvidia.com/gpu", out.amounts.gpu, "").between(0, 64);
    out.cpu = g.has("cpu");
    out.memory = g.has("memory");
    out.ephemeral = g.has("ephemeral-storage");
    out.gpu = g.has("nvidia.com/gpu");
  });
}

// The API server sets a missing request to the limit (core/v1 SetDefaults_Pod).
void read_resources(Fields& f, ContainerSpec& out) {
  f.group("resources", "", [&](Fields& g) {
    StatedResources requests, limits;
    read_amounts(g, "requests", requests);
    read_amounts(g, "limits", limits);
    ignore(g, {"claims"});
    if (!requests.cpu) requests.amounts.cpu = limits.amounts.cpu;
    if (!requests.memory) requests.amounts.memory = limits.amounts.memory;
    if (!requests.ephemeral) requests.amounts.ephemeral_storage = limits.amounts.ephemeral_storage;
    if (!requests.gpu) requests.amounts.gpu = limits.amounts.gpu;
    out.requests = requests.amounts;
    out.limits = limits.amounts;
    out.states_cpu_request = requests.cpu || limits.cpu;
    out.states_memory_request = requests.memory || limits.memory;
  });
}

std::optional<ProbeTiming> read_probe(Fields& f, std::string_view key) {
  std::optional<ProbeTiming> probe;
  f.group(key, "", [&](Fields& g) {
    probe.emplace();
    read_seconds(g, "initialDelaySeconds", probe->initial_delay);
    read_seconds(g, "periodSeconds", probe->period);
    g.optional("successThreshold", probe->success_threshold, "").at_least(1);
    g.optional("failureThreshold", probe->failure_threshold, "").at_least(1);
    ignore(g, {"httpGet", "tcpSocket", "exec", "grpc", "timeoutSeconds", "terminationGracePeriodSeconds"});
    if (probe->period < Duration{1'000'000}) probe->period = Duration{10'000'000};   // 0 means the default
  });
  return probe;
}

/// A container with the probes that belong to the pod's timing.
struct ContainerDraft {
  ContainerSpec spec;
  std::optional<ProbeTiming> readiness, startup;
};

void describe(Fields& f, ContainerDraft& out) {
  f.required("name", out.spec.name, "");
  f.optional("image", out.spec.image, "");
  read_resources(f, out.spec);
  f.list("ports", out.spec.host_ports, "");
  std::erase_if(out.spec.host_ports, [](const HostPort& port) { return port.port == 0; });
  f.choice("restartPolicy", out.spec.restartable_init, {{"", false}, {"Always", true}, {"Never", false}, {"OnFailure", false}}, "");
  out.readiness = read_probe(f, "readinessProbe");
  out.startup = read_probe(f, "startupProbe");
  ignore(f, {"env", "envFrom", "command", "args", "workingDir", "imagePullPolicy", "livenessProbe", "lifecycle", "securityContext", "volumeMounts", "volumeDevices", "stdin", "stdinOnce", "tty",
             "terminationMessagePath", "terminationMessagePolicy", "resizePolicy"});
}

// Of several probes of one kind the slowest to allow decides: the pod is Ready when all containers are.
void take_slower(std::optional<ProbeTiming>& pod, const std::optional<ProbeTiming>& container) {
  if (!container) return;
  if (!pod || pod->initial_delay + pod->period < container->initial_delay + container->period) pod = container;
}

void read_volume(const YamlNode& volume, PodSpec& out) {
  if (volume.find("hostPath") != nullptr) out.has_local_storage = true;
  if (const YamlNode* empty = volume.find("emptyDir"); empty != nullptr && empty->text_of("medium") != "Memory") out.has_local_storage = true;
  if (const YamlNode* claim = volume.find("persistentVolumeClaim"); claim != nullptr && !claim->text_of("claimName").empty())
    out.volume_claims.emplace_back(claim->text_of("claimName"));
  if (volume.find("ephemeral") != nullptr && !volume.text_of("name").empty()) out.volume_claims.emplace_back(volume.text_of("name"));
}

void read_volumes(Fields& f, PodSpec& out) {
  f.custom("volumes", {}, "", [&](const YamlNode& node) {
    if (!node.is_list()) return f.wrong_kind(node, "volumes", "a list");
    for (const YamlNode& volume : node.items) read_volume(volume, out);
  });
}

void read_containers(Fields& f, PodSpec& out) {
  std::vector<ContainerDraft> containers, inits;
  f.list("containers", containers, "", true);
  f.list("initContainers", inits, "");
  for (ContainerDraft& container : containers) {
    take_slower(out.readiness_probe, container.readiness);
    take_slower(out.startup_probe, container.startup);
    container.spec.restartable_init = false;
    out.containers.push_back(std::move(container.spec));
  }
  for (ContainerDraft& init : inits) out.init_containers.push_back(std::move(init.spec));
}

void read_pod_spec(Fields& f, PodSpec& out) {
  read_containers(f, out);
  read_placement(f, out);
  read_volumes(f, out);
  f.group("overhead", "", [&](Fields& g) {
    g.optional("cpu", out.overhead.cpu, "");
    g.optional("memory", out.overhead.memory, "");
  });
  f.optional("priority", out.priority, "");
  f.optional("priorityClassName", out.priority_class, "");
  f.custom("schedulingGates", {}, "", [&](const YamlNode& node) {
    for (const YamlNode& gate : node.items)
      if (!gate.text_of("name").empty()) out.scheduling_gates.emplace_back(gate.text_of("name"));
  });
  f.choice("preemptionPolicy", out.preempts, {{"PreemptLowerPriority", true}, {"Never", false}}, "");
  read_seconds(f, "terminationGracePeriodSeconds", out.termination_grace);
  f.optional("hostNetwork", out.host_network, "");
  f.choice("restartPolicy", out.restart_on_failure, {{"Always", false}, {"OnFailure", true}, {"Never", false}}, "");
  std::string scheduler = "default-scheduler";
  f.optional<Text>("schedulerName", scheduler, "");
  if (scheduler != "default-scheduler") f.report(Severity::Warning, "S051", f.at(), "schedulerName '" + scheduler + "' is not modelled", "the pods are placed by the default scheduler");
  ignore(f, {"serviceAccountName", "serviceAccount", "automountServiceAccountToken", "securityContext", "imagePullSecrets", "dnsPolicy", "dnsConfig", "hostname", "subdomain",
             "hostAliases", "enableServiceLinks", "shareProcessNamespace", "hostPID", "hostIPC", "hostUsers", "setHostnameAsFQDN", "os", "activeDeadlineSeconds"});
}

}  // namespace

void describe(Fields& f, HostPort& out) {
  f.optional("hostPort", out.port, "").between(0, 65'535);
  out.protocol = Name("TCP");
  f.optional("protocol", out.protocol, "");
  f.optional<LabelText>("hostIP", out.host_ip, "");
  ignore(f, {"name", "containerPort"});
}

void read_pod_template(Fields& f, PodSpec& out) {
  f.group("metadata", "", [&](Fields& g) {
    read_labels(g, "labels", out.labels);
    read_labels(g, "annotations", out.annotations);
    ignore(g, {"name", "namespace", "creationTimestamp", "generateName", "finalizers"});
  });
  f.group("spec", "", [&](Fields& g) { read_pod_spec(g, out); });
}

}  // namespace akstwin
