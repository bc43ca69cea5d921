#include "scenarios/imports/kustomize.hpp"

#include <algorithm>

#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/kustomize_generate.hpp"
#include "scenarios/imports/kustomize_patch.hpp"
#include "scenarios/imports/kustomize_replace.hpp"
#include "scenarios/imports/kustomize_select.hpp"
#include "scenarios/imports/kustomize_transform.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kDeepestTree = 32;        // overlays on overlays; more is a circle through links
constexpr std::size_t kMaxObjects = 100'000;

constexpr std::string_view kRead[] = {"apiVersion", "kind", "metadata", "resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902", "namespace",
                                      "namePrefix", "nameSuffix", "commonLabels", "labels", "commonAnnotations", "images", "replicas", "configMapGenerator", "secretGenerator",
                                      "generatorOptions", "transformers", "replacements", "buildMetadata", "sortOptions",
                                      // Variables stand in arguments, commands, environments and hosts of ingresses: in nothing that the twin reads.
                                      "vars"};

using Objects = std::vector<KustomizedObject>;

bool is_remote(std::string_view reference) {
  return reference.find("://") != std::string_view::npos || reference.starts_with("git@") || reference.starts_with("github.com/") || reference.find("?ref=") != std::string_view::npos;
}

class Kustomizer {
 public:
  explicit Kustomizer(ReadContext& context) : context_(context) {}

  void accumulate(const std::string& folder, const YamlNode& at, Objects& objects);
  void append_hashes(Objects& objects);

 private:
  void error(const YamlNode& at, std::string message, std::string hint) { context_.diagnostics.add({Severity::Error, "S056", at.position(), std::move(message), std::move(hint)}); }
  void warn(const YamlNode& at, std::string message, std::string hint) { context_.diagnostics.add({Severity::Warning, "S052", at.position(), std::move(message), std::move(hint)}); }
  std::vector<YamlNode> read_file(const std::string& reference, const YamlNode& at);
  std::vector<YamlNode> in_line_documents(const YamlNode& text);
  void add_resources(const std::string& folder, const YamlNode& names, Objects& objects);
  void add_object(YamlNode node, Objects& objects);
  void add_components(const std::string& folder, const YamlNode& names, Objects& objects);
  void transform(const std::string& folder, const YamlNode& file, Objects& objects);
  void patch_all(const std::string& folder, const YamlNode& file, Objects& objects);
  void patch_strategically(const YamlNode& patch, const YamlNode* target, const YamlNode* options, Objects& objects);
  void patch_json(const YamlNode& patch, const YamlNode& target, const YamlNode& at, Objects& objects);
  void apply_patch(const std::string& folder, const YamlNode& entry, Objects& objects);
  std::vector<YamlNode> patch_documents(const std::string& folder, const YamlNode& entry);
  void run_transformers(const std::string& folder, const YamlNode& names, Objects& objects);
  void replace_all(const std::string& folder, const YamlNode& list, Objects& objects);
  void rename_all(const YamlNode& file, Objects& objects);
  void set_counts(const YamlNode& replicas, Objects& objects);

  ReadContext& context_;
  std::vector<std::string> open_;            // folders being built, outermost first
};

std::vector<YamlNode> Kustomizer::read_file(const std::string& reference, const YamlNode& at) {
  const auto source = context_.files.file(reference, at, context_.diagnostics);
  const auto text = source ? context_.files.read(*source, at, document_bytes(source->shown), context_.diagnostics) : std::nullopt;
  if (!text) return {};
  return parse_document(source->shown, *text, context_.diagnostics);
}

// A block scalar's text begins on the line after its indicator.
std::vector<YamlNode> Kustomizer::in_line_documents(const YamlNode& text) {
  auto documents = parse_yaml(text.file.str(), text.text, kManifestLimits, context_.diagnostics);
  for (YamlNode& document : documents) move_down(document, text.text.find('\n') != std::string::npos ? text.line : text.line - 1);
  return documents;
}

void Kustomizer::add_object(YamlNode node, Objects& objects) {
  if (node.text_of("kind").ends_with("List") && node.find("items") != nullptr) {
    for (YamlNode& item : node.find("items")->items) add_object(std::move(item), objects);
    return;
  }
  if (node.text_of("kind").empty()) return error(node, "a resource of a kustomization has no kind", "each document of a resource is a Kubernetes object");
  KustomizedObject object;
  object.names.push_back(text_below(node, "metadata.name"));
  object.node = std::move(node);
  const auto same = std::ranges::find_if(objects, [&](const KustomizedObject& other) { return same_identity(other.node, object.node); });
  if (same != objects.end())
    return error(object.node, std::string(object.node.text_of("kind")) + " '" + object.names[0] + "' is in the kustomization twice",
                 "first in " + same->node.file.str() + ":" + std::to_string(same->node.line) + "; change it with a patch instead");
  if (objects.size() >= kMaxObjects) return;
  objects.push_back(std::move(object));
}

void Kustomizer::add_resources(const std::string& folder, const YamlNode& names, Objects& objects) {
  for (const YamlNode& name : names.items) {
    if (is_remote(name.text)) {
      warn(name, "'" + name.text + "' is not fetched: the twin reads no network", "render it with `kustomize build` into a file and name that");
      continue;
    }
    const std::string reference = SourceFiles::joined(folder, name.text);
    if (context_.files.is_folder(reference)) {
      Objects built;
      accumulate(reference, name, built);
      for (KustomizedObject& object : built) {
        const auto same = std::ranges::find_if(objects, [&](const KustomizedObject& other) { return same_identity(other.node, object.node); });
        if (same != objects.end()) error(name, std::string(object.node.text_of("kind")) + " '" + object.names.back() + "' is in the kustomization twice", "leave one of the resources out");
        else objects.push_back(std::move(object));
      }
      continue;
    }
    for (YamlNode& document : read_file(reference, name)) add_object(std::move(document), objects);
  }
}

void Kustomizer::add_components(const std::string& folder, const YamlNode& names, Objects& objects) {
  for (const YamlNode& name : names.items) {
    if (is_remote(name.text)) warn(name, "'" + name.text + "' is not fetched: the twin reads no network", "copy the component into the repository");
    else accumulate(SourceFiles::joined(folder, name.text), name, objects);   // A component changes what is there.
  }
}

void Kustomizer::accumulate(const std::string& folder, const YamlNode& at, Objects& objects) {
  const auto name = kustomization_file(folder, context_.files);
  if (!name) return error(at, "the folder '" + (folder.empty() ? "." : folder) + "' has no kustomization.yaml", "name a folder with one, or a manifest file");
  if (open_.size() >= kDeepestTree || std::ranges::find(open_, folder) != open_.end()) return error(at, "the kustomization '" + folder + "' contains itself", "remove one of the references");
  const auto documents = read_file(*name, at);
  if (documents.empty()) return;
  const YamlNode& file = documents[0];
  if (!file.is_map()) return error(file, "a kustomization is a mapping", "it begins with resources:");
  if (std::ranges::all_of(file.members, [](const YamlMember& member) { return member.key == "apiVersion" || member.key == "kind" || member.key == "metadata"; }))
    return error(file, "the kustomization is empty", "it begins with resources:");
  for (const YamlMember& member : file.members)
    if (std::ranges::find(kRead, member.key) == std::end(kRead))
      context_.diagnostics.add({Severity::Warning, "S052", position_of_key(file, member), "'" + member.key + "' of a kustomization is not run", "render the folder with `kustomize build` if it changes what matters here"});
  open_.push_back(folder);
  for (const char* key : {"resources", "bases"})
    if (const YamlNode* names = file.find(key)) add_resources(folder, *names, objects);
  generate_objects(folder, file, context_, objects);
  if (const YamlNode* names = file.find("components")) add_components(folder, *names, objects);
  transform(folder, file, objects);
  open_.pop_back();
}

// The order of api/internal/target/kusttarget_configplugin.go (kustomize 5).
void Kustomizer::transform(const std::string& folder, const YamlNode& file, Objects& objects) {
  patch_all(folder, file, objects);
  if (const std::string name_space(file.text_of("namespace")); !name_space.empty())
    for (KustomizedObject& object : objects) set_namespace(object.node, name_space);
  rename_all(file, objects);
  for (KustomizedObject& object : objects) {
    if (const YamlNode* pairs = file.find("commonLabels")) add_labels(object.node, *pairs, true, true);
    if (const YamlNode* labels = file.find("labels"))
      for (const YamlNode& entry : labels->items)
        if (const YamlNode* pairs = entry.find("pairs")) add_labels(object.node, *pairs, true_below(entry, "includeTemplates"), true_below(entry, "includeSelectors"));
    if (const YamlNode* pairs = file.find("commonAnnotations")) add_annotations(object.node, *pairs);
  }
  if (const YamlNode* patches = file.find("patchesJson6902"))
    for (const YamlNode& entry : patches->items) apply_patch(folder, entry, objects);
  if (const YamlNode* replicas = file.find("replicas")) set_counts(*replicas, objects);
  if (const YamlNode* images = file.find("images"))
    for (KustomizedObject& object : objects)
      for (const YamlNode& change : images->items) change_image(object.node, change);
  if (const YamlNode* list = file.find("replacements")) replace_all(folder, *list, objects);
  if (const YamlNode* names = file.find("transformers")) run_transformers(folder, *names, objects);
}

void Kustomizer::replace_all(const std::string& folder, const YamlNode& list, Objects& objects) {
  const auto run = [&](const YamlNode& replacement) {
    const std::string wrong = apply_replacement(replacement, objects);
    if (!wrong.empty()) error(replacement, "the replacement does not fit: " + wrong, "correct its source, its targets or their fieldPaths");
  };
  for (const YamlNode& entry : list.items) {
    const YamlNode* path = entry.find("path");
    if (path == nullptr) {
      run(entry);
      continue;
    }
    for (const YamlNode& document : read_file(SourceFiles::joined(folder, path->text), *path)) {
      if (!document.is_list()) run(document);
      for (const YamlNode& item : document.items) run(item);
    }
  }
}

void Kustomizer::run_transformers(const std::string& folder, const YamlNode& names, Objects& objects) {
  for (const YamlNode& name : names.items) {
    const bool in_line = name.text.find('\n') != std::string::npos;
    if (!in_line && (is_remote(name.text) || !context_.files.is_file(SourceFiles::joined(folder, name.text)))) {
      warn(name, "the transformer '" + name.text + "' is not run", "name a file with a LabelTransformer or AnnotationsTransformer");
      continue;
    }
    for (const YamlNode& transformer : in_line ? in_line_documents(name) : read_file(SourceFiles::joined(folder, name.text), name)) {
      bool run = true;
      for (KustomizedObject& object : objects) run = apply_builtin_transformer(object.node, transformer) && run;
      if (!run) warn(transformer, "a transformer of kind " + std::string(transformer.text_of("kind")) + " is not run", "render the folder with `kustomize build` if it changes what matters here");
    }
  }
}

void Kustomizer::rename_all(const YamlNode& file, Objects& objects) {
  const std::string prefix(file.text_of("namePrefix")), suffix(file.text_of("nameSuffix"));
  if (prefix.empty() && suffix.empty()) return;
  Renames renames;
  for (KustomizedObject& object : objects) {
    // api/internal/builtins/PrefixTransformer.go leaves these three alone.
    const std::string_view kind = object.node.text_of("kind");
    if (kind == "CustomResourceDefinition" || kind == "APIService" || kind == "Namespace") continue;
    rename(object, prefix + text_below(object.node, "metadata.name") + suffix, renames);
  }
  for (KustomizedObject& object : objects) follow_renames(object.node, renames);
}

void Kustomizer::set_counts(const YamlNode& replicas, Objects& objects) {
  for (const YamlNode& entry : replicas.items) {
    const YamlNode* count = entry.find("count");
    bool found = false;
    for (KustomizedObject& object : objects)
      if (count != nullptr && std::ranges::find(object.names, entry.text_of("name")) != object.names.end()) found = set_replicas(object.node, *count) || found;
    if (!found) error(entry, "replicas names '" + std::string(entry.text_of("name")) + "', which is no Deployment or StatefulSet of the kustomization", "correct the name");
  }
}

void Kustomizer::patch_all(const std::string& folder, const YamlNode& file, Objects& objects) {
  if (const YamlNode* patches = file.find("patchesStrategicMerge")) {
    for (const YamlNode& entry : patches->items) {
      const bool in_line = entry.text.find('\n') != std::string::npos;
      const auto documents = in_line ? in_line_documents(entry) : read_file(SourceFiles::joined(folder, entry.text), entry);
      for (const YamlNode& patch : documents) patch_strategically(patch, nullptr, nullptr, objects);
    }
  }
  if (const YamlNode* patches = file.find("patches"))
    for (const YamlNode& entry : patches->items) apply_patch(folder, entry, objects);
}

std::vector<YamlNode> Kustomizer::patch_documents(const std::string& folder, const YamlNode& entry) {
  if (const YamlNode* path = entry.find("path")) return read_file(SourceFiles::joined(folder, path->text), *path);
  const YamlNode* patch = entry.find("patch");
  if (patch == nullptr) {
    error(entry, "a patch has neither 'path' nor 'patch'", "name a file, or write the patch itself");
    return {};
  }
  return in_line_documents(*patch);
}

void Kustomizer::apply_patch(const std::string& folder, const YamlNode& entry, Objects& objects) {
  const YamlNode* target = entry.find("target");
  for (const YamlNode& patch : patch_documents(folder, entry)) {
    if (!is_json_patch(patch)) patch_strategically(patch, target, entry.find("options"), objects);
    else if (target != nullptr) patch_json(patch, *target, entry, objects);
    else error(entry, "a JSON patch needs a target", "add target: {kind: …, name: …}");
  }
}

void Kustomizer::patch_json(const YamlNode& patch, const YamlNode& target, const YamlNode& at, Objects& objects) {
  for (KustomizedObject& object : objects) {
    if (!selects(target, object)) continue;
    const std::string wrong = apply_json_patch(object.node, patch);
    if (!wrong.empty()) error(at, "the patch does not fit " + std::string(object.node.text_of("kind")) + " '" + object.names.back() + "': " + wrong, "JSON patches need existing paths");
  }
}

void Kustomizer::patch_strategically(const YamlNode& patch, const YamlNode* target, const YamlNode* options, Objects& objects) {
  bool found = false;
  std::vector<std::size_t> deleted;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    KustomizedObject& object = objects[i];
    if (!(target != nullptr ? selects(*target, object) : is_meant(patch, object))) continue;
    found = true;
    const YamlNode before = object.node;
    if (!merge_strategically(object.node, patch)) {
      deleted.push_back(i);
      continue;
    }
    // A patch's own name and kind only say what it is for.
    if (const YamlNode* kind = before.find("kind"); kind != nullptr && (options == nullptr || !true_below(*options, "allowKindChange"))) put(object.node, "kind", *kind);
    YamlNode* metadata = make_below(object.node, "metadata");
    if (const YamlNode* name = find_below(before, "metadata.name"); name != nullptr && metadata != nullptr && (options == nullptr || !true_below(*options, "allowNameChange"))) put(*metadata, "name", *name);
  }
  for (auto index = deleted.rbegin(); index != deleted.rend(); ++index) objects.erase(objects.begin() + static_cast<std::ptrdiff_t>(*index));
  if (!found && target == nullptr)
    error(patch, "the patch is for " + std::string(patch.text_of("kind")) + " '" + text_below(patch, "metadata.name") + "', which the kustomization does not have", "correct kind, name or namespace");
}

void Kustomizer::append_hashes(Objects& objects) {
  Renames renames;
  for (KustomizedObject& object : objects)
    if (object.wants_hash) rename(object, text_below(object.node, "metadata.name") + "-" + config_map_hash(object.node), renames);
  for (KustomizedObject& object : objects) follow_renames(object.node, renames);
}

}  // namespace

std::optional<std::string> kustomization_file(const std::string& folder, const SourceFiles& files) {
  for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    const std::string reference = SourceFiles::joined(folder, name);
    if (files.is_file(reference)) return reference;
  }
  return std::nullopt;
}

std::vector<YamlNode> build_kustomization(const std::string& folder, const YamlNode& at, ReadContext& context) {
  Kustomizer kustomizer(context);
  Objects objects;
  kustomizer.accumulate(SourceFiles::normalized(folder), at, objects);
  kustomizer.append_hashes(objects);
  std::vector<YamlNode> out;
  for (KustomizedObject& object : objects) out.push_back(std::move(object.node));
  return out;
}

}  // namespace akstwin
