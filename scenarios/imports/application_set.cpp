#include "scenarios/imports/application_set.hpp"

namespace akstwin {
namespace {

std::string trimmed_text(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

/// "apps/{{ .name }}" with the element's values; what it does not state stays as it is.
std::string filled(const std::string& text, const YamlNode& element) {
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t open = text.find("{{", from), close = open == std::string::npos ? open : text.find("}}", open);
    if (close == std::string::npos) return out + text.substr(from);
    std::string key = trimmed_text(std::string_view(text).substr(open + 2, close - open - 2));
    if (key.starts_with('.')) key.erase(0, 1);
    const YamlNode* value = find_below(element, key);
    out += text.substr(from, open - from) + (value != nullptr && value->is_scalar() ? value->text : text.substr(open, close + 2 - open));
    from = close + 2;
  }
  return out;
}

void fill(YamlNode& node, const YamlNode& element) {
  if (node.is_scalar()) node.text = filled(node.text, element);
  for (YamlMember& member : node.members) fill(member.value, element);
  for (YamlNode& item : node.items) fill(item, element);
}

YamlNode application(const YamlNode& set, const YamlNode& element) {
  YamlNode out = map_like(set);
  put(out, "apiVersion", text_like(set, std::string(set.text_of("apiVersion"))));
  put(out, "kind", text_like(set, "Application"));
  const YamlNode* metadata = find_below(set, "spec.template.metadata");
  YamlNode made = metadata != nullptr ? *metadata : map_like(set);
  if (made.find("namespace") == nullptr) put(made, "namespace", text_like(set, text_below(set, "metadata.namespace"), true));
  put(out, "metadata", std::move(made));
  if (const YamlNode* spec = find_below(set, "spec.template.spec")) put(out, "spec", *spec);
  fill(out, element);
  return out;
}

}  // namespace

std::optional<std::vector<YamlNode>> applications_of(const YamlNode& set, std::string& other) {
  const YamlNode* generators = find_below(set, "spec.generators");
  if (generators == nullptr || !generators->is_list()) {
    other = "none";
    return std::nullopt;
  }
  std::vector<YamlNode> out;
  for (const YamlNode& generator : generators->items) {
    const YamlNode* elements = find_below(generator, "list.elements");
    if (elements == nullptr || generator.members.size() != 1) {
      other = generator.members.empty() ? "none" : generator.members.front().key;
      return std::nullopt;
    }
    for (const YamlNode& element : elements->items) out.push_back(application(set, element));
  }
  return out;
}

}  // namespace akstwin
