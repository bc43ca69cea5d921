#include "scenarios/imports/kustomize_select.hpp"

#include <algorithm>
#include <regex>

#include "scenarios/object_reader.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kMaxPattern = 200;     // names are short; longer patterns can take for ever

std::string group_of(const YamlNode& object) {
  const std::string version(object.text_of("apiVersion"));
  const std::size_t slash = version.find('/');
  return slash == std::string::npos ? std::string() : version.substr(0, slash);
}

std::string version_of(const YamlNode& object) { return last_segment(object.text_of("apiVersion")); }

bool matches(std::string_view pattern, const std::string& text) {
  if (pattern.empty() || pattern == text) return true;
  if (pattern.size() > kMaxPattern || text.size() > kMaxPattern) return false;
  try {
    return std::regex_match(text, std::regex(pattern.begin(), pattern.end()));
  } catch (const std::regex_error&) {
    return false;
  }
}

std::string trimmed_text(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// "a=b,c!=d,e,!f": what kubectl -l takes, without sets.
bool labels_match(std::string_view selector, const YamlNode* labels) {
  while (!selector.empty()) {
    const std::size_t comma = std::min(selector.find(','), selector.size());
    const std::string term = trimmed_text(std::string(selector.substr(0, comma)));
    selector.remove_prefix(std::min(comma + 1, selector.size()));
    if (term.empty()) continue;
    const bool negated = term.find("!=") != std::string::npos;
    const std::size_t equals = term.find('=');
    std::string key = trimmed_text(term.substr(0, negated ? term.find("!=") : equals));
    const bool absent = key.starts_with('!');
    if (absent) key.erase(0, 1);
    const YamlNode* value = labels != nullptr ? labels->find(key) : nullptr;
    if (equals == std::string::npos) {
      if ((value != nullptr) == absent) return false;
      continue;
    }
    const std::string wanted = trimmed_text(term.substr(term.find_last_of('=') + 1));
    if ((value != nullptr && value->text == wanted) == negated) return false;
  }
  return true;
}

}  // namespace

bool same_identity(const YamlNode& a, const YamlNode& b) {
  return a.text_of("kind") == b.text_of("kind") && group_of(a) == group_of(b) && text_below(a, "metadata.name") == text_below(b, "metadata.name") &&
         text_below(a, "metadata.namespace") == text_below(b, "metadata.namespace");
}

bool selects(const YamlNode& target, const KustomizedObject& object) {
  const auto states = [&](std::string_view key, const std::string& has) { return target.text_of(key).empty() || target.text_of(key) == has; };
  if (!states("group", group_of(object.node)) || !states("version", version_of(object.node))) return false;
  if (!matches(target.text_of("kind"), std::string(object.node.text_of("kind"))) || !matches(target.text_of("namespace"), text_below(object.node, "metadata.namespace"))) return false;
  if (!labels_match(target.text_of("labelSelector"), find_below(object.node, "metadata.labels"))) return false;
  if (!labels_match(target.text_of("annotationSelector"), find_below(object.node, "metadata.annotations"))) return false;
  return std::ranges::any_of(object.names, [&](const std::string& name) { return matches(target.text_of("name"), name); });
}

bool is_meant(const YamlNode& patch, const KustomizedObject& object) {
  if (patch.text_of("kind") != object.node.text_of("kind") || group_of(patch) != group_of(object.node)) return false;
  const std::string name_space = text_below(patch, "metadata.namespace"), has = text_below(object.node, "metadata.namespace");
  if (!name_space.empty() && !has.empty() && name_space != has) return false;
  return std::ranges::find(object.names, text_below(patch, "metadata.name")) != object.names.end();
}

}  // namespace akstwin
