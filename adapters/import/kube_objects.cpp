#include "adapters/import/kube_objects.hpp"

#include <algorithm>

#include "scenarios/imports/kustomize_transform.hpp"
#include "scenarios/read_manifests.hpp"

namespace akstwin {
namespace {

void clean_pod(YamlNode* spec) {
  if (spec == nullptr) return;
  for (const char* list : {"containers", "initContainers", "ephemeralContainers"}) {
    YamlNode* containers = spec->find(list);
    if (containers == nullptr) continue;
    for (YamlNode& container : containers->items)
      for (const char* key : {"env", "envFrom", "command", "args", "lifecycle"}) take_out(container, key);
  }
}

void clean_metadata(YamlNode& object) {
  YamlNode* metadata = object.find("metadata");
  if (metadata == nullptr) return;
  take_out(*metadata, "managedFields");
  if (YamlNode* annotations = metadata->find("annotations")) take_out(*annotations, "kubectl.kubernetes.io/last-applied-configuration");
}

}  // namespace

std::vector<YamlNode> flattened(YamlNode object) {
  std::vector<YamlNode> out;
  YamlNode* items = object.find("items");
  if (items == nullptr || !items->is_list() || !object.text_of("kind").ends_with("List")) {
    out.push_back(std::move(object));
    return out;
  }
  // Items of a typed list (PodList) may leave out what the list says already.
  const std::string kind(object.text_of("kind")), version(object.text_of("apiVersion"));
  for (YamlNode& item : items->items) {
    if (item.text_of("kind").empty() && kind.size() > 4) put(item, "kind", text_like(item, kind.substr(0, kind.size() - 4)));
    if (item.text_of("apiVersion").empty()) put(item, "apiVersion", text_like(item, version));
    out.push_back(std::move(item));
  }
  return out;
}

void count_object(const YamlNode& object, std::map<std::string, int>& counts) {
  const YamlNode* owners = find_below(object, "metadata.ownerReferences");
  const bool controlled = owners != nullptr && std::ranges::any_of(owners->items, [](const YamlNode& owner) { return true_below(owner, "controller"); });
  ++counts[std::string(object.text_of("kind")) + (controlled ? ", made by a controller" : "")];
}

void remove_secrets(YamlNode& object) {
  const std::string kind(object.text_of("kind"));
  clean_metadata(object);
  take_out(object, "status");
  if (kind == "Secret" || (kind == "ConfigMap" && text_below(object, "metadata.name") != "cluster-autoscaler-priority-expander"))
    for (const char* key : {"data", "stringData", "binaryData"}) take_out(object, key);
  clean_pod(kind == "Pod" ? object.find("spec") : nullptr);
  if (YamlNode* pod = pod_template(object)) clean_pod(pod->find("spec"));
}

void report_objects(const std::vector<YamlNode>& objects, ReadContext& context) {
  if (objects.empty()) return;
  Diagnostics found;
  ReadContext inner{found, context.files};
  ParsedFiles parsed;
  ManifestReader reader(inner, parsed);
  reader.read_objects(objects);
  reader.finish({});
  for (Diagnostic& diagnostic : found.sorted()) {
    // Part of a platform may refer to the rest of it, and several overlays may define one object.
    if (diagnostic.code == "S020" || diagnostic.code == "S054") diagnostic.severity = Severity::Warning;
    context.diagnostics.add(std::move(diagnostic));
  }
}

}  // namespace akstwin
