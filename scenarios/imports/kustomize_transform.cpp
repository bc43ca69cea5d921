#include "scenarios/imports/kustomize_transform.hpp"

#include <algorithm>

#include "scenarios/imports/yaml_text.hpp"
#include "sim/base/hash.hpp"

namespace akstwin {
namespace {

// NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
template <class Visit>
void for_each_container(YamlNode& node, const Visit& visit) {
  for (YamlMember& member : node.members) {
    if (member.value.is_list() && (member.key == "containers" || member.key == "initContainers"))
      for (YamlNode& container : member.value.items) visit(container);
    for_each_container(member.value, visit);
  }
  for (YamlNode& item : node.items) for_each_container(item, visit);
}

void follow(YamlNode* holder, std::string_view key, const char* kind, const Renames& renames) {
  YamlNode* name = holder != nullptr ? holder->find(key) : nullptr;
  if (name == nullptr || !name->is_scalar()) return;
  const auto found = renames.find({kind, name->text});
  if (found != renames.end()) name->text = found->second;
}

YamlNode* below(YamlNode& node, std::string_view key) { return node.find(key); }

void follow_in_container(YamlNode& container, const Renames& renames) {
  if (YamlNode* env = below(container, "env")) {
    for (YamlNode& item : env->items) {
      YamlNode* from = item.find("valueFrom");
      if (from == nullptr) continue;
      follow(from->find("configMapKeyRef"), "name", "ConfigMap", renames);
      follow(from->find("secretKeyRef"), "name", "Secret", renames);
    }
  }
  if (YamlNode* env = below(container, "envFrom")) {
    for (YamlNode& item : env->items) {
      follow(item.find("configMapRef"), "name", "ConfigMap", renames);
      follow(item.find("secretRef"), "name", "Secret", renames);
    }
  }
}

void follow_in_volume(YamlNode& volume, const Renames& renames) {
  follow(volume.find("configMap"), "name", "ConfigMap", renames);
  follow(volume.find("secret"), "secretName", "Secret", renames);
  follow(volume.find("persistentVolumeClaim"), "claimName", "PersistentVolumeClaim", renames);
  YamlNode* projected = volume.find("projected");
  YamlNode* sources = projected != nullptr ? projected->find("sources") : nullptr;
  if (sources == nullptr) return;
  for (YamlNode& source : sources->items) {
    follow(source.find("configMap"), "name", "ConfigMap", renames);
    follow(source.find("secret"), "name", "Secret", renames);
  }
}

void follow_in_pod(YamlNode& spec, const Renames& renames) {
  for (const char* list : {"containers", "initContainers"})
    if (YamlNode* containers = spec.find(list))
      for (YamlNode& container : containers->items) follow_in_container(container, renames);
  if (YamlNode* volumes = spec.find("volumes"))
    for (YamlNode& volume : volumes->items) follow_in_volume(volume, renames);
  if (YamlNode* secrets = spec.find("imagePullSecrets"))
    for (YamlNode& secret : secrets->items) follow(&secret, "name", "Secret", renames);
  follow(&spec, "serviceAccountName", "ServiceAccount", renames);
  follow(&spec, "priorityClassName", "PriorityClass", renames);
}

void merge_pairs(YamlNode& object, std::string_view path, const YamlNode& pairs, bool create) {
  if (!create && find_below(object, path) == nullptr) return;
  YamlNode* map = make_below(object, path);
  if (map == nullptr) return;
  for (const YamlMember& pair : pairs.members) put(*map, pair.key, pair.value);
}

void label_selectors(YamlNode& object, const YamlNode& pairs) {
  const std::string kind(object.text_of("kind"));
  if (kind == "Service" || kind == "ReplicationController") merge_pairs(object, "spec.selector", pairs, true);
  if (kind == "Deployment" || kind == "ReplicaSet" || kind == "DaemonSet" || kind == "StatefulSet") merge_pairs(object, "spec.selector.matchLabels", pairs, true);
  if (kind == "Job" || kind == "PodDisruptionBudget") merge_pairs(object, "spec.selector.matchLabels", pairs, false);
  if (kind == "CronJob") {
    merge_pairs(object, "spec.jobTemplate.spec.selector.matchLabels", pairs, false);
    merge_pairs(object, "spec.jobTemplate.metadata.labels", pairs, true);
  }
  if (kind == "NetworkPolicy") merge_pairs(object, "spec.podSelector.matchLabels", pairs, false);
  if (YamlNode* claims = kind == "StatefulSet" ? make_below(object, "spec")->find("volumeClaimTemplates") : nullptr)
    for (YamlNode& claim : claims->items) merge_pairs(claim, "metadata.labels", pairs, true);
  YamlNode* pod = kind == "Deployment" || kind == "StatefulSet" ? pod_template(object) : nullptr;
  YamlNode* spec = pod != nullptr ? pod->find("spec") : nullptr;
  if (spec == nullptr) return;
  if (YamlNode* constraints = spec->find("topologySpreadConstraints"))
    for (YamlNode& constraint : constraints->items) merge_pairs(constraint, "labelSelector.matchLabels", pairs, false);
  for (const char* affinity : {"affinity.podAffinity", "affinity.podAntiAffinity"}) {
    if (find_below(*spec, affinity) == nullptr) continue;
    YamlNode* terms = make_below(*spec, affinity);
    if (YamlNode* required = terms->find("requiredDuringSchedulingIgnoredDuringExecution"))
      for (YamlNode& term : required->items) merge_pairs(term, "labelSelector.matchLabels", pairs, false);
    if (YamlNode* preferred = terms->find("preferredDuringSchedulingIgnoredDuringExecution"))
      for (YamlNode& term : preferred->items) merge_pairs(term, "podAffinityTerm.labelSelector.matchLabels", pairs, false);
  }
}

}  // namespace

bool is_cluster_scoped(std::string_view kind) {
  static constexpr std::string_view kKinds[] = {"Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "StorageClass", "PriorityClass", "CustomResourceDefinition",
                                                "IngressClass", "RuntimeClass", "APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "CSIDriver", "CSINode",
                                                "VolumeAttachment", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "FlowSchema", "PriorityLevelConfiguration", "CertificateSigningRequest"};
  return std::ranges::find(kKinds, kind) != std::end(kKinds);
}

YamlNode* pod_template(YamlNode& object) {
  static constexpr std::string_view kPaths[] = {"spec.template", "spec.jobTemplate.spec.template", "spec.jobTargetRef.template"};
  for (const std::string_view path : kPaths)
    if (find_below(object, path) != nullptr) return make_below(object, path);
  return nullptr;
}

void set_namespace(YamlNode& object, const std::string& name_space) {
  YamlNode* metadata = make_below(object, "metadata");
  if (metadata == nullptr) return;
  if (object.text_of("kind") == "Namespace") put(*metadata, "name", text_like(*metadata, name_space));
  else if (!is_cluster_scoped(object.text_of("kind"))) put(*metadata, "namespace", text_like(*metadata, name_space));
}

void rename(KustomizedObject& object, const std::string& name, Renames& renames) {
  YamlNode* metadata = make_below(object.node, "metadata");
  YamlNode* there = metadata != nullptr ? metadata->find("name") : nullptr;
  if (there == nullptr || there->text == name) return;
  renames[{std::string(object.node.text_of("kind")), there->text}] = name;
  there->text = name;
  object.names.push_back(name);
}

void follow_renames(YamlNode& object, const Renames& renames) {
  if (renames.empty()) return;
  const std::string_view kind = object.text_of("kind");
  YamlNode* spec = object.find("spec");
  if (spec == nullptr) return;
  if (kind == "Pod") follow_in_pod(*spec, renames);
  YamlNode* pod = pod_template(object);
  if (YamlNode* pod_spec = pod != nullptr ? pod->find("spec") : nullptr) follow_in_pod(*pod_spec, renames);
  if (kind == "StatefulSet") follow(spec, "serviceName", "Service", renames);
  if (kind == "PersistentVolumeClaim") follow(spec, "storageClassName", "StorageClass", renames);
  if (kind == "HorizontalPodAutoscaler")
    if (YamlNode* target = spec->find("scaleTargetRef")) follow(target, "name", std::string(target->text_of("kind")).c_str(), renames);
}

void add_labels(YamlNode& object, const YamlNode& pairs, bool templates, bool selectors) {
  merge_pairs(object, "metadata.labels", pairs, true);
  if (selectors) label_selectors(object, pairs);
  if (!templates && !selectors) return;
  if (YamlNode* pod = is_cluster_scoped(object.text_of("kind")) ? nullptr : pod_template(object); pod != nullptr && object.text_of("kind") != "ScaledJob") merge_pairs(*pod, "metadata.labels", pairs, true);
}

void add_annotations(YamlNode& object, const YamlNode& pairs) {
  merge_pairs(object, "metadata.annotations", pairs, true);
  if (YamlNode* pod = pod_template(object)) merge_pairs(*pod, "metadata.annotations", pairs, true);
}

bool apply_builtin_transformer(YamlNode& object, const YamlNode& transformer) {
  const std::string_view kind = transformer.text_of("kind");
  const YamlNode* pairs = transformer.find(kind == "LabelTransformer" ? "labels" : "annotations");
  const YamlNode* specs = transformer.find("fieldSpecs");
  if (transformer.text_of("apiVersion") != "builtin" || (kind != "LabelTransformer" && kind != "AnnotationsTransformer")) return false;
  if (pairs == nullptr || specs == nullptr) return true;
  for (const YamlNode& spec : specs->items) {
    const std::string_view wanted = spec.text_of("kind");
    if (!wanted.empty() && wanted != object.text_of("kind")) continue;
    std::string path(spec.text_of("path"));
    std::ranges::replace(path, '/', '.');
    merge_pairs(object, path, *pairs, true_below(spec, "create"));
  }
  return true;
}

void change_image(YamlNode& object, const YamlNode& change) {
  const std::string wanted(change.text_of("name"));
  for_each_container(object, [&](YamlNode& container) {
    YamlNode* image = container.find("image");
    if (image == nullptr || !image->is_scalar()) return;
    std::string name = image->text, tag;
    if (const std::size_t at = name.find('@'); at != std::string::npos) {
      tag = name.substr(at);
      name.erase(at);
    }
    // A colon before the last slash belongs to the registry's port.
    if (const std::size_t colon = name.rfind(':'); colon != std::string::npos && (name.rfind('/') == std::string::npos || colon > name.rfind('/'))) {
      if (tag.empty()) tag = name.substr(colon);
      name.erase(colon);
    }
    if (name != wanted) return;
    if (!change.text_of("newName").empty()) name = change.text_of("newName");
    if (!change.text_of("newTag").empty()) tag = ":" + std::string(change.text_of("newTag"));
    if (!change.text_of("digest").empty()) tag = "@" + std::string(change.text_of("digest"));
    image->text = name + tag;
  });
}

bool set_replicas(YamlNode& object, const YamlNode& count) {
  const std::string_view kind = object.text_of("kind");
  if (kind != "Deployment" && kind != "StatefulSet" && kind != "ReplicaSet" && kind != "ReplicationController") return false;
  YamlNode* spec = make_below(object, "spec");
  if (spec != nullptr) put(*spec, "replicas", count);
  return true;
}

std::string config_map_hash(const YamlNode& config_map) {
  YamlNode data = text_like(config_map, "", true);
  const auto sorted = [](YamlNode map) {
    std::ranges::sort(map.members, {}, &YamlMember::key);
    for (YamlMember& member : map.members) member.value.quoted = true;
    return map;
  };
  if (const YamlNode* found = config_map.find("data")) data = sorted(*found);
  std::string text = "{";
  if (const YamlNode* binary = config_map.find("binaryData")) text += "\"binaryData\":" + to_json_text(sorted(*binary)) + ",";
  text += "\"data\":" + to_json_text(data) + ",\"kind\":\"ConfigMap\",\"name\":\"\"}";   // The name is looked up in vain (hasher.go), so it is empty in every hash.
  // Go's encoder writes these three as escapes.
  std::string encoded;
  for (const char c : text) encoded += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : c == '&' ? "\\u0026" : std::string(1, c);
  std::string hash = sha256_hex(encoded).substr(0, 10);
  // Characters that could spell words are replaced (api/hasher/hasher.go, encode).
  for (char& c : hash) c = c == '0' ? 'g' : c == '1' ? 'h' : c == '3' ? 'k' : c == 'a' ? 'm' : c == 'e' ? 't' : c;
  return hash;
}

}  // namespace akstwin
