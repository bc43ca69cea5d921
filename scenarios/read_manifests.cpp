#include "scenarios/read_manifests.hpp"

#include <algorithm>

#include "scenarios/imports/application_set.hpp"
#include "scenarios/imports/helm_chart.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/kustomize.hpp"
#include "scenarios/imports/simkube_trace.hpp"
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

struct KnownKind {
  std::string_view kind, group;             ///< group: what apiVersion begins with; "v1" is the core group
  ObjectReaderFunction read;
};

constexpr KnownKind kKinds[] = {
    {"Deployment", "apps/", &read_deployment},
    {"StatefulSet", "apps/", &read_stateful_set},
    {"DaemonSet", "apps/", &read_daemon_set},
    {"Job", "batch/", &read_job},
    {"CronJob", "batch/", &read_cron_job},
    {"HorizontalPodAutoscaler", "autoscaling/", &read_horizontal_pod_autoscaler},
    {"VerticalPodAutoscaler", "autoscaling.k8s.io/", &read_vertical_pod_autoscaler},
    {"PodDisruptionBudget", "policy/", &read_pod_disruption_budget},
    {"ScaledObject", "keda.sh/", &read_scaled_object},
    {"ScaledJob", "keda.sh/", &read_scaled_job},
    {"Service", "v1", &read_service},
    {"Namespace", "v1", &read_namespace},
    {"PriorityClass", "scheduling.k8s.io/", &read_priority_class},
    {"StorageClass", "storage.k8s.io/", &read_storage_class},
    {"PersistentVolumeClaim", "v1", &read_volume_claim},
    {"NodePool", "karpenter.sh/", &read_node_pool},
    {"AKSNodeClass", "karpenter.azure.com/", &read_node_class},
    {"ConfigMap", "v1", &read_config_map},
    {"GitRepository", "source.toolkit.fluxcd.io/", &read_git_repository},
    {"Kustomization", "kustomize.toolkit.fluxcd.io/", &read_kustomization},
    {"Application", "argoproj.io/", &read_application},
};

/// What to do about kinds that the twin does not model.
std::string_view hint_for(std::string_view kind) {
  if (kind.starts_with("HelmRelease (")) return "charts are not rendered: run `helm template NAME CHART --version VERSION -f values.yaml > rendered.yaml` for each release, and name that file beside it";
  if (kind.starts_with("Canary (") || kind.starts_with("Rollout (")) return "progressive delivery is not simulated: the workloads roll out as their own strategy says, and a canary's second set of pods is not there";
  if (kind.starts_with("ClusterPolicy (") || kind.starts_with("Policy (")) return "admission policies are not run: write what they would mutate, such as requests, into the manifests; what they refuse is not refused";
  if (kind.starts_with("ApplicationSet (")) return "only list generators are expanded: name the Applications that it makes, as `argocd appset generate` prints them";
  return "the twin does not model this kind; the first one is here";
}

// Kinds that place no pod and use no capacity: nothing is lost by leaving them out, so nothing is said.
constexpr std::string_view kWithoutEffect[] = {
    "Secret", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "Ingress", "IngressClass", "CustomResourceDefinition",
    "Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute", "Certificate", "ClusterIssuer", "Issuer", "TriggerAuthentication", "ClusterTriggerAuthentication",
    "ExternalSecret", "SecretProviderClass", "ServiceMonitor", "PodMonitor", "PrometheusRule", "AuthorizationPolicy", "PeerAuthentication", "DestinationRule", "VirtualService",
    "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService", "Endpoints", "EndpointSlice", "CiliumNetworkPolicy", "RuntimeClass", "CSIDriver",
    "Node", "PersistentVolume", "Event", "Lease", "ControllerRevision", "CSINode", "CSIStorageCapacity", "VolumeAttachment", "PodMetrics", "NodeMetrics", "FlowSchema",
    "PriorityLevelConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "CiliumIdentity", "CiliumEndpoint", "CiliumNode", "PodTemplate"};

bool is_kustomization_file(std::string_view file) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  return name == "kustomization.yaml" || name == "kustomization.yml";
}

// Pods, ReplicaSets and Jobs of a dump that a controller made: the simulated controllers make them again.
bool is_controlled(const YamlNode& document) {
  const YamlNode* owners = find_below(document, "metadata.ownerReferences");
  return owners != nullptr && std::ranges::any_of(owners->items, [](const YamlNode& owner) { return true_below(owner, "controller"); });
}

bool below(std::string_view file, std::string_view folder) {
  return folder.empty() || (file.starts_with(folder) && file.size() > folder.size() && file[folder.size()] == '/');
}

}  // namespace

void ManifestReader::read(const std::string& reference, const YamlNode& at) {
  std::string folder = SourceFiles::normalized(reference);
  if (is_kustomization_file(folder) && context_.files.is_file(folder)) folder = folder.find('/') == std::string::npos ? std::string() : folder.substr(0, folder.rfind('/'));
  if (context_.files.is_folder(folder.empty() ? "." : folder) && kustomization_file(folder, context_.files)) return read_kustomization(folder, at);
  auto sources = context_.files.files(reference, at, context_.diagnostics);
  leave_out_charts(sources, context_.diagnostics);
  for (const SourceFile& source : sources) {
    if (!files_.insert(source.relative).second) continue;
    const std::vector<YamlNode>* documents = parse(source, at);
    if (documents == nullptr) continue;
    for (const YamlNode& document : *documents) read_document(document, source.relative, 0);
  }
}

const std::vector<YamlNode>* ManifestReader::parse(const SourceFile& source, const YamlNode& at) {
  auto parsed = parsed_.find(source.relative);
  if (parsed == parsed_.end()) {
    const auto text = context_.files.read(source, at, document_bytes(source.shown), context_.diagnostics);
    if (!text) return nullptr;
    parsed = parsed_.emplace(source.relative, parse_document(source.shown, *text, context_.diagnostics)).first;
  }
  return &parsed->second;
}

// Owners of its objects are found by the kustomization's folder, not by that of its bases.
void ManifestReader::read_kustomization(const std::string& folder, const YamlNode& at) {
  const std::string name = (folder.empty() ? "" : folder + "/") + "kustomization.yaml";
  if (!files_.insert(name).second) return;
  auto built = parsed_.find("built " + name);
  if (built == parsed_.end()) built = parsed_.emplace("built " + name, build_kustomization(folder, at, context_)).first;
  for (const YamlNode& object : built->second) {
    const std::string file = is_kustomization_file(object.file.text()) ? "generated.yaml" : last_segment(object.file.text());
    read_document(object, folder.empty() ? file : folder + "/" + file, 0);
  }
}

void ManifestReader::read_objects(const std::vector<YamlNode>& objects) {
  for (const YamlNode& object : objects) read_document(object, object.file.str() + "#", 0);
}

void ManifestReader::skip(std::map<std::string, Skipped>& list, const std::string& what, const YamlNode& at) {
  Skipped& skipped = list[what];
  if (skipped.count++ == 0) skipped.first = at.position();
}

void ManifestReader::read_document(const YamlNode& document, const std::string& file, int depth) {
  const std::string kind(document.text_of("kind")), version(document.text_of("apiVersion"));
  const bool flux = version.starts_with("kustomize.toolkit.fluxcd.io/");
  if (is_simkube_trace(document)) {
    for (const YamlNode& object : read_simkube_trace(document).objects) read_document(object, file, 1);
    return;
  }
  if (!flux && (is_kustomization_file(file) || version.starts_with("kustomize.config.k8s.io/"))) return skip(kustomization_files_, file, document);
  if (kind.empty() || version.empty()) return skip(not_objects_, file, document);
  if (const YamlNode* items = document.find("items"); items != nullptr && (kind == "List" || kind.ends_with("List")) && depth == 0) {
    for (const YamlNode& item : items->items) read_document(item, file, depth + 1);
    return;
  }
  if (is_controlled(document)) return;
  std::string generator;
  if (kind == "ApplicationSet" && version.starts_with("argoproj.io/")) {
    const auto applications = applications_of(document, generator);
    if (!applications) return skip(unknown_kinds_, kind + " (" + version + ", generator " + generator + ")", document);
    for (const YamlNode& application : *applications) read_document(application, file, depth + 1);
    return;
  }
  const auto known = std::ranges::find_if(kKinds, [&](const KnownKind& k) { return k.kind == kind && (k.group == "v1" ? version == "v1" : version.starts_with(k.group)); });
  if (known != std::end(kKinds)) {
    Fields fields(context_, document, kind, Dialect::Manifest);
    known->read(fields, {set_, file, document.position()});
    fields.finish();
  } else if (std::ranges::find(kWithoutEffect, kind) == std::end(kWithoutEffect)) {
    skip(unknown_kinds_, kind + " (" + version + ")", document);
  }
}

ManifestSet ManifestReader::finish(const std::vector<std::string>& roots) {
  report_duplicates();
  resolve_priorities();
  resolve_owners(roots);
  report_unread();
  return std::move(set_);
}

void ManifestReader::report_duplicates() {
  std::map<std::string, Position> seen;
  for (const WorkloadSpec& workload : set_.workloads) {
    const std::string name = std::string(kind_name(workload.kind)) + " " + workload.name_space.str() + "/" + workload.name.str();
    const auto [first, inserted] = seen.emplace(name, workload.declared_at);
    if (inserted) continue;
    context_.diagnostics.add({Severity::Error, "S054", workload.declared_at, name + " is defined twice",
                              "first in " + first->second.file + ":" + std::to_string(first->second.line) + "; name the folder of one overlay only"});
  }
}

void ManifestReader::resolve_priorities() {
  // Built into every cluster (scheduling/v1).
  set_.priority_classes.push_back({Name("system-cluster-critical"), 2'000'000'000, true});
  set_.priority_classes.push_back({Name("system-node-critical"), 2'000'001'000, true});
  for (WorkloadSpec& workload : set_.workloads) {
    if (workload.pod.priority_class.empty()) continue;
    const auto found = std::ranges::find(set_.priority_classes, workload.pod.priority_class, &PriorityClassSpec::name);
    if (found != set_.priority_classes.end()) {
      workload.pod.priority = found->value;
      workload.pod.preempts = workload.pod.preempts && found->preempts;
      continue;
    }
    context_.diagnostics.add({Severity::Error, "S020", workload.declared_at, "PriorityClass '" + workload.pod.priority_class.str() + "' of " + workload.name_space.str() + "/" + workload.name.str() + " does not exist",
                              "add its manifest; the API server refuses such pods"});
  }
}

void ManifestReader::resolve_owners(const std::vector<std::string>& roots) {
  for (WorkloadSpec& workload : set_.workloads) {
    std::size_t best = 0;
    for (const KustomizationSpec& kustomization : set_.kustomizations) {
      for (const std::string& root : roots) {
        const std::string folder = SourceFiles::joined(root, kustomization.path);
        if (!below(workload.file, folder) || folder.size() + 1 <= best) continue;   // the longest path wins
        best = folder.size() + 1;
        workload.kustomization = kustomization.name;
      }
    }
  }
}

void ManifestReader::report_unread() {
  const auto warn = [&](std::string code, const Position& at, std::string message, std::string hint) { context_.diagnostics.add({Severity::Warning, std::move(code), at, std::move(message), std::move(hint)}); };
  for (const auto& [kind, skipped] : unknown_kinds_)
    warn("S050", skipped.first, std::to_string(skipped.count) + (skipped.count == 1 ? " object" : " objects") + " of kind " + kind + " not read", std::string(hint_for(kind)));
  for (const auto& [file, skipped] : not_objects_) warn("S053", skipped.first, "no Kubernetes object: apiVersion or kind is missing", "the document is skipped");
  for (const auto& [file, skipped] : kustomization_files_) warn("S052", skipped.first, "kustomization files are skipped", "the manifests of the folder are read as they are; name a folder that holds a kustomization itself, and it is built");
  for (const auto& [field, unread] : context_.unread)
    warn("S051", unread.first, "field " + field + " is not read" + (unread.count > 1 ? " (" + std::to_string(unread.count) + " times)" : ""), "the twin does not model it");
  context_.unread.clear();
}

}  // namespace akstwin
