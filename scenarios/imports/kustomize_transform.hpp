/// What a kustomization does to every object: names, namespace, labels, images, replicas, and the references that follow names.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/imports/nodes.hpp"

namespace akstwin {

/// An object on its way through the layers of a kustomization.
struct KustomizedObject {
  YamlNode node;
  std::vector<std::string> names;           ///< all that it was called so far; patches may use any of them
  bool wants_hash = false;                  ///< generated: a hash of its content is appended to its name at the end
};

/// Renamed objects: (kind, old name) → new name.
using Renames = std::map<std::pair<std::string, std::string>, std::string>;

/// Kinds without a namespace.
bool is_cluster_scoped(std::string_view kind);
/// The pod template of a workload ("spec.template" or deeper), or null.
YamlNode* pod_template(YamlNode& object);

void set_namespace(YamlNode& object, const std::string& name_space);
/// Gives the object a new name and remembers the old one in `object.names` and `renames`.
void rename(KustomizedObject& object, const std::string& name, Renames& renames);
/// Follows renamed ConfigMaps, Secrets, claims, accounts, Services, classes and scale targets.
void follow_renames(YamlNode& object, const Renames& renames);
/// Adds labels to the metadata; to the pod template as well with `templates`, and to selectors with `selectors`.
void add_labels(YamlNode& object, const YamlNode& pairs, bool templates, bool selectors);
void add_annotations(YamlNode& object, const YamlNode& pairs);
/// A LabelTransformer or AnnotationsTransformer with its fieldSpecs; false: it is another one.
bool apply_builtin_transformer(YamlNode& object, const YamlNode& transformer);
/// One entry of `images` ({name, newName, newTag, digest}) on every container.
void change_image(YamlNode& object, const YamlNode& change);
/// Whether spec.replicas was set.
bool set_replicas(YamlNode& object, const YamlNode& count);
/// Ten characters that Kustomize derives from a ConfigMap's data.
std::string config_map_hash(const YamlNode& config_map);

}  // namespace akstwin
