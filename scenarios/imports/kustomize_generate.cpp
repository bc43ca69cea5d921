#include "scenarios/imports/kustomize_generate.hpp"

#include <algorithm>

namespace akstwin {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;   // a ConfigMap holds at most 1 MiB (etcd's limit)

std::optional<std::string> text_of(const std::string& folder, const std::string& path, const YamlNode& at, ReadContext& context) {
  const auto source = context.files.file(SourceFiles::joined(folder, path), at, context.diagnostics);
  return source ? context.files.read(*source, at, kMaxBytes, context.diagnostics) : std::nullopt;
}

void add_pair(YamlNode& data, std::string_view line, const YamlNode& at) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  std::string value(line.substr(equals + 1));
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) value = value.substr(1, value.size() - 2);
  put(data, line.substr(0, equals), text_like(at, value, true));
}

void add_environment(YamlNode& data, const std::string& text, const YamlNode& at) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = std::string_view(text).substr(begin, end - begin);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') {
      const std::size_t equals = line.find('=');
      if (equals != std::string_view::npos) put(data, line.substr(0, equals), text_like(at, std::string(line.substr(equals + 1)), true));
    }
    begin = end + 1;
  }
}

YamlNode data_of(const std::string& folder, const YamlNode& generator, ReadContext& context) {
  YamlNode data = map_like(generator);
  if (const YamlNode* files = generator.find("files")) {
    for (const YamlNode& entry : files->items) {
      const std::size_t equals = entry.text.find('=');
      const std::string path = equals == std::string::npos ? entry.text : entry.text.substr(equals + 1);
      const std::string key = equals == std::string::npos ? last_segment(path) : entry.text.substr(0, equals);
      if (const auto text = text_of(folder, path, entry, context)) put(data, key, text_like(entry, *text, true));
    }
  }
  if (const YamlNode* literals = generator.find("literals"))
    for (const YamlNode& literal : literals->items) add_pair(data, literal.text, literal);
  std::vector<const YamlNode*> environments;
  if (const YamlNode* env = generator.find("env")) environments.push_back(env);
  if (const YamlNode* envs = generator.find("envs"))
    for (const YamlNode& env : envs->items) environments.push_back(&env);
  for (const YamlNode* env : environments)
    if (const auto text = text_of(folder, env->text, *env, context)) add_environment(data, *text, *env);
  return data;
}

YamlNode generated(const YamlNode& generator, const char* kind) {
  YamlNode object = map_like(generator);
  put(object, "apiVersion", text_like(generator, "v1"));
  put(object, "kind", text_like(generator, kind));
  YamlNode metadata = map_like(generator);
  put(metadata, "name", text_like(generator, std::string(generator.text_of("name"))));
  if (const YamlNode* name_space = generator.find("namespace")) put(metadata, "namespace", *name_space);
  for (const char* key : {"labels", "annotations"})
    if (const YamlNode* pairs = find_below(generator, std::string("options.") + key)) put(metadata, key, *pairs);
  put(object, "metadata", std::move(metadata));
  return object;
}

KustomizedObject* existing(const YamlNode& generator, const char* kind, std::vector<KustomizedObject>& objects) {
  const auto found = std::ranges::find_if(objects, [&](const KustomizedObject& object) {
    return object.node.text_of("kind") == kind && std::ranges::find(object.names, generator.text_of("name")) != object.names.end();
  });
  return found == objects.end() ? nullptr : &*found;
}

}  // namespace

void generate_objects(const std::string& folder, const YamlNode& kustomization, ReadContext& context, std::vector<KustomizedObject>& objects) {
  const bool plain_names = true_below(kustomization, "generatorOptions.disableNameSuffixHash");
  if (const YamlNode* generators = kustomization.find("configMapGenerator")) {
    for (const YamlNode& generator : generators->items) {
      const std::string_view behavior = generator.text_of("behavior");
      YamlNode data = data_of(folder, generator, context);
      KustomizedObject* there = behavior == "merge" || behavior == "replace" ? existing(generator, "ConfigMap", objects) : nullptr;
      if (there != nullptr && behavior == "merge") {
        if (YamlNode* old = make_below(there->node, "data"))
          for (YamlMember& member : data.members) put(*old, member.key, std::move(member.value));
      } else if (there != nullptr) {
        put(there->node, "data", std::move(data));
      } else {
        KustomizedObject object;
        object.node = generated(generator, "ConfigMap");
        if (!data.members.empty()) put(object.node, "data", std::move(data));
        object.names.emplace_back(generator.text_of("name"));
        object.wants_hash = !plain_names && !true_below(generator, "options.disableNameSuffixHash");
        objects.push_back(std::move(object));
      }
    }
  }
  const YamlNode* secrets = kustomization.find("secretGenerator");
  if (secrets == nullptr) return;
  for (const YamlNode& generator : secrets->items) {
    if (existing(generator, "Secret", objects) != nullptr) continue;
    KustomizedObject object;
    object.node = generated(generator, "Secret");
    object.names.emplace_back(generator.text_of("name"));
    objects.push_back(std::move(object));
  }
}

}  // namespace akstwin
