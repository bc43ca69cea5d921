// Source: kubernetes v1.32 staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go and pkg/apis/meta/v1/validation, read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

constexpr std::size_t kLargestAnnotations = 256 * 1024;

std::string go_owner(const Field& owner) {
  const auto flag = [&](std::string_view name) { return owner[name] ? std::string("(*bool)(0x0)") : std::string("(*bool)(nil)"); };
  return "v1.OwnerReference{APIVersion:" + in_quotes(owner["apiVersion"].text()) + ", Kind:" + in_quotes(owner["kind"].text()) + ", Name:" + in_quotes(owner["name"].text()) + ", UID:" + in_quotes(owner["uid"].text()) +
         ", Controller:" + flag("controller") + ", BlockOwnerDeletion:" + flag("blockOwnerDeletion") + "}";
}

std::string go_owners(const Field& owners) {
  std::string out;
  for (const Field& owner : owners.items()) out += (out.empty() ? "" : ", ") + go_owner(owner);
  return "[]v1.OwnerReference{" + out + "}";
}

void check_owners(FieldErrors& errors, const Field& owners) {
  std::string controller;
  for (const Field& owner : owners.items()) {
    const std::string version = owner["apiVersion"].text(), kind = owner["kind"].text(), name = owner["name"].text();
    const auto part = [&](std::string_view field) { return owners.path + "." + std::string(field); };
    if (version.empty()) errors.invalid_as(part("apiVersion"), "\"\"", "version must not be empty");
    if (kind.empty()) errors.invalid_as(part("kind"), "\"\"", "kind must not be empty");
    if (name.empty()) errors.invalid_as(part("name"), "\"\"", "name must not be empty");
    if (owner["uid"].text().empty()) errors.invalid_as(part("uid"), "\"\"", "uid must not be empty");
    if (version == "v1" && kind == "Event") errors.invalid_as(owners.path, go_owner(owner), "/v1, Kind=Event is disallowed from being an owner");
    if (!owner["controller"].is_true()) continue;
    const std::string current = kind + "/" + name;
    if (controller.empty()) controller = current;
    else errors.invalid_as(owners.path, go_owners(owners), "Only one reference can have Controller set to true. Found \"true\" in references for " + controller + " and " + current);
  }
}

void check_finalizers(FieldErrors& errors, const Field& finalizers) {
  bool orphan = false, foreground = false;
  for (const Field& finalizer : finalizers.items()) {
    for (const std::string& message : qualified_name(finalizer.text())) errors.invalid_as(finalizers.path, go_value(finalizer.json), message);
    orphan = orphan || finalizer.text() == "orphan";
    foreground = foreground || finalizer.text() == "foregroundDeletion";
  }
  if (orphan && foreground) errors.invalid(finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
}

/// A name that is completed may end in a hyphen.
std::string with_masked_hyphen(std::string prefix) {
  if (prefix.size() > 1 && prefix.back() == '-') return prefix.substr(0, prefix.size() - 2) + "a";
  return prefix;
}

bool is_selector_operator(std::string_view text) { return text == "In" || text == "NotIn" || text == "Exists" || text == "DoesNotExist"; }

}  // namespace

void check_label_key(FieldErrors& errors, const Field& key) { errors.invalid_each(key, qualified_name(key.text())); }

void check_labels(FieldErrors& errors, const Field& labels) {
  for (const auto& [name, value] : labels.members()) {
    for (const std::string& message : qualified_name(name)) errors.invalid_as(labels.path, in_quotes(name), message);
    for (const std::string& message : label_value(value.text())) errors.invalid_as(labels.path, go_value(value.json), message);
  }
}

void check_annotations(FieldErrors& errors, const Field& annotations) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : annotations.members()) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const std::string& message : qualified_name(lower)) errors.invalid_as(annotations.path, in_quotes(name), message);
    bytes += name.size() + value.text().size();
  }
  if (bytes > kLargestAnnotations) errors.too_long(annotations.path, kLargestAnnotations);
}

void check_finalizer(FieldErrors& errors, const Field& finalizer) {
  const std::string text = finalizer.text();
  if (text.find('/') == std::string::npos && text != "orphan" && text != "foregroundDeletion" && text != "kubernetes")
    errors.invalid(finalizer, "name is neither a standard finalizer name nor is it fully qualified");
}

void check_metadata(FieldErrors& errors, const Field& metadata, const MetadataRules& rules) {
  if (const Field prefix = metadata["generateName"]; !prefix.text().empty()) errors.invalid_each(prefix, rules.name(with_masked_hyphen(prefix.text())));
  const Field name = metadata["name"];
  if (name.text().empty()) errors.required(name, "name or generateName is required");
  else errors.invalid_each(name, rules.name(name.text()));
  check_labels(errors, metadata["labels"]);
  check_annotations(errors, metadata["annotations"]);
  check_owners(errors, metadata["ownerReferences"]);
  check_finalizers(errors, metadata["finalizers"]);
  if (!rules.known_finalizers) return;
  for (const Field& finalizer : metadata["finalizers"].items()) check_finalizer(errors, finalizer);
}

void check_metadata_update(FieldErrors& errors, const Field& before, const Field& after) {
  if (before["deletionTimestamp"]) {
    std::set<std::string> added;
    for (const Field& finalizer : after["finalizers"].items()) added.insert(finalizer.text());
    for (const Field& finalizer : before["finalizers"].items()) added.erase(finalizer.text());
    std::string list;
    for (const std::string& name : added) list += (list.empty() ? "" : ", ") + in_quotes(name);
    if (!added.empty()) errors.forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers []string{" + list + "}");
  }
  check_labels(errors, after["labels"]);
  check_annotations(errors, after["annotations"]);
  check_owners(errors, after["ownerReferences"]);
}

void check_label_selector(FieldErrors& errors, const Field& selector, bool any_value) {
  check_labels(errors, selector["matchLabels"]);
  for (const Field& term : selector["matchExpressions"].items()) {
    const std::string how = term["operator"].text();
    const Field values = term["values"];
    if ((how == "In" || how == "NotIn") && values.size() == 0) errors.required(values, "must be specified when `operator` is 'In' or 'NotIn'");
    if ((how == "Exists" || how == "DoesNotExist") && values.size() > 0) errors.forbidden(values.path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    if (!is_selector_operator(how)) errors.invalid(term["operator"], "not a valid selector operator");
    check_label_key(errors, term["key"]);
    if (!any_value)
      for (const Field& value : values.items()) errors.invalid_each(value, label_value(value.text()));
  }
}

bool is_readable_selector(const Field& selector) {
  for (const auto& [name, value] : selector["matchLabels"].members())
    if (!qualified_name(name).empty() || !label_value(value.text()).empty()) return false;
  return std::ranges::all_of(selector["matchExpressions"].items(), [](const Field& term) {
    const std::string how = term["operator"].text();
    const bool listed = how == "In" || how == "NotIn";
    const bool values = std::ranges::all_of(term["values"].items(), [](const Field& value) { return label_value(value.text()).empty(); });
    return is_selector_operator(how) && listed == (term["values"].size() > 0) && values && qualified_name(term["key"].text()).empty();
  });
}

bool selects(const Field& selector, const Field& labels) {
  if (!selector) return false;
  for (const auto& [name, value] : selector["matchLabels"].members())
    if (const Field label = labels[name]; !label || label.text() != value.text()) return false;
  return std::ranges::all_of(selector["matchExpressions"].items(), [&](const Field& term) {
    const Field label = labels[term["key"].text()];
    const std::string how = term["operator"].text();
    const auto values = term["values"].items();
    const bool listed = std::ranges::any_of(values, [&](const Field& value) { return value.text() == label.text(); });
    if (how == "In") return label && listed;
    if (how == "NotIn") return !label || !listed;
    return how == "Exists" ? static_cast<bool>(label) : !label;
  });
}

}  // namespace akstwin::validation
