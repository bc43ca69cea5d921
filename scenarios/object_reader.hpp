/// Fields are declared once for each spec, by a function describe(Fields&, Spec&); from that list come the parser, the
/// suggestions for misspelt keys, the JSON Schema, `explain` and the reference page.
#pragma once
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "scenarios/field_doc.hpp"
#include "scenarios/notation.hpp"
#include "scenarios/source_files.hpp"
#include "scenarios/yaml_document.hpp"
#include "sim/distributions.hpp"

namespace akstwin {

/// What a reading pass collects besides values.
struct ReadContext {
  Diagnostics& diagnostics;
  SourceFiles& files;
  /// Where each value is written, by its path: "spec.clusters.aks-prod.agentPoolProfiles.user.vmSize". List items go by name.
  std::map<std::string, Position, std::less<>> positions{};
  /// Paths whose values were refused: what follows from them is not reported again.
  std::set<std::string, std::less<>> broken{};
  /// Manifest fields that nothing reads, by "Kind.path": where the first one stands, and how many there are.
  struct Unread {
    Position first;
    int count = 0;
  };
  std::map<std::string, Unread, std::less<>> unread{};
};

/// Whose rules hold. Scenario: unknown keys and empty values are errors. Manifest: an empty value is an absent one, unknown fields are
/// collected for one warning each, because Kubernetes has more of them than the twin.
enum class Dialect { Scenario, Manifest };

/// The name by which a list item is known in paths: its `name`, `workload` or `cluster`; empty when it has none.
std::string_view item_label(const YamlNode& item);
/// `path` + "." + the item's label, or its index.
std::string item_path(std::string_view path, const YamlNode& item, std::size_t index);

class Fields;

/// One declared field; restrictions and remarks chain onto it.
template <class T>
class Field {
 public:
  using Print = std::string (*)(const T&);
  Field(Fields& owner, FieldDoc* doc, const YamlNode* node, std::string_view key, T* value, const T& before, Print print)
      : owner_(owner), doc_(doc), node_(node), key_(key), value_(value), before_(before), print_(print) {}

  Field& at_least(const T& low);
  Field& at_most(const T& high);
  Field& between(const T& low, const T& high) { return at_least(low).at_most(high); }
  /// The value is kept, but the simulation does not use it: a warning S090 where one is stated that is not the default.
  Field& recorded_only();
  /// Where the default comes from.
  Field& source(std::string_view text) {
    if (doc_ != nullptr) doc_->source = text;
    return *this;
  }

 private:
  void refuse(std::string message, std::string hint);

  Fields& owner_;
  FieldDoc* doc_;
  const YamlNode* node_;
  std::string_view key_;
  T* value_;                                ///< null: absent, malformed or documenting
  T before_;                                ///< the default: what a refused value falls back to, so that reading can go on
  Print print_;
};

/// The fields of one object, either read from a mapping or documented.
class Fields {
 public:
  Fields(ReadContext& context, const YamlNode& map, std::string path, Dialect dialect = Dialect::Scenario)
      : context_(&context), map_(&map), dialect_(dialect), path_(std::move(path)) {}
  explicit Fields(FieldDoc& doc) : doc_(&doc) {}

  bool documenting() const { return doc_ != nullptr; }
  /// Where the object is written; empty while documenting.
  Position at() const { return map_ != nullptr ? map_->position() : Position{}; }
  const std::string& path() const { return path_; }
  /// Whether the mapping states `key`; false while documenting.
  bool has(std::string_view key) const { return map_ != nullptr && map_->find(key) != nullptr; }
  ReadContext& context() { return *context_; }

  /// A value that must be given. Tag chooses the notation where the C++ type does not.
  template <class Tag = void, class T>
  Field<T> required(std::string_view key, T& out, std::string_view help) { return scalar<Tag>(key, out, help, true); }
  /// A value with a default: what `out` holds before.
  template <class Tag = void, class T>
  Field<T> optional(std::string_view key, T& out, std::string_view help) { return scalar<Tag>(key, out, help, false); }

  /// One of a few words.
  template <class E>
  Field<E> choice(std::string_view key, E& out, std::initializer_list<std::pair<const char*, E>> words, std::string_view help);

  /// A nested object, described by describe(Fields&, T&).
  template <class T>
  void object(std::string_view key, T& out, std::string_view help);
  /// A list of objects.
  template <class T>
  void list(std::string_view key, std::vector<T>& out, std::string_view help, bool is_required = false);
  /// A list of values; a single value stands for a list of one.
  template <class Tag = void, class T>
  void values(std::string_view key, std::vector<T>& out, std::string_view help, bool is_required = false);
  /// A random duration: {p50, p95}, {p50, p99}, or one duration that never varies.
  Field<LogNormal> spread(std::string_view key, LogNormal& out, std::string_view help);
  /// A nested object that belongs to no spec of its own: `read` declares its fields.
  template <class Read>
  void group(std::string_view key, std::string_view help, Read read);
  /// A mapping with keys of the user's choice; `read(member, path)` is called for each.
  template <class Read>
  void entries(std::string_view key, std::string_view type, std::string_view help, Read read);
  /// A value of a form of its own; `read(node)` is called when it is present.
  template <class Read>
  FieldDoc* custom(std::string_view key, NotationWords words, std::string_view help, Read read);

  /// Accepted and checked for its name only: a warning S090 says that it does not change the simulation yet.
  void not_simulated(std::string_view key, std::string_view help);
  /// The warning S090 for `key`.
  void warn_not_simulated(std::string_view key, Position at) {
    report(Severity::Warning, "S090", std::move(at), field_name(key) + " is accepted, but not simulated in this version", "results do not depend on it");
  }
  /// Accepted because it is part of the platform's own vocabulary; it decides nothing that the twin models.
  void without_effect(std::string_view key, std::string_view help);

  /// Reports keys that nobody declared. Call once, after the last declaration.
  void finish();

  void error(std::string code, const YamlNode& at, std::string message, std::string hint) { report(Severity::Error, std::move(code), at.position(), std::move(message), std::move(hint)); }
  void warning(std::string code, const YamlNode& at, std::string message, std::string hint) { report(Severity::Warning, std::move(code), at.position(), std::move(message), std::move(hint)); }
  void report(Severity severity, std::string code, Position at, std::string message, std::string hint);
  /// Remembers that the value at `key` was refused.
  void mark_broken(std::string_view key) { context_->broken.insert(child_path(key)); }
  /// "'minCount' in spec.clusters.aks-prod": how messages name a field.
  std::string field_name(std::string_view key) const;
  /// The value of `key`, declared as read; reports S010 when it is required and absent, S011 when it is empty.
  const YamlNode* take(std::string_view key, bool is_required);
  void wrong_kind(const YamlNode& node, std::string_view key, std::string_view wanted);
  void malformed(const YamlNode& node, std::string_view key, const NotationWords& words);
  /// Declares a field while documenting.
  FieldDoc* declare(std::string_view key, const NotationWords& words, std::string_view help, bool is_required, std::string default_text);

 private:
  template <class Tag, class T>
  Field<T> scalar(std::string_view key, T& out, std::string_view help, bool is_required);
  std::string child_path(std::string_view key) const { return path_.empty() ? std::string(key) : path_ + "." + std::string(key); }

  ReadContext* context_ = nullptr;
  const YamlNode* map_ = nullptr;
  FieldDoc* doc_ = nullptr;
  Dialect dialect_ = Dialect::Scenario;
  std::string path_;
  std::vector<std::string> declared_;
};

/// A described object in document mode: `T`'s defaults and fields.
template <class T>
void document_fields(FieldDoc& doc) {
  T value{};
  Fields fields(doc);
  describe(fields, value);
}

// ---- template bodies -------------------------------------------------------------------------------------------------------

template <class T>
void Field<T>::refuse(std::string message, std::string hint) {
  owner_.mark_broken(key_);
  owner_.error("S014", *node_, owner_.field_name(key_) + " is " + print_(*value_) + std::move(message), std::move(hint));
  *value_ = before_;
  value_ = nullptr;
}

template <class T>
Field<T>& Field<T>::recorded_only() {
  if (doc_ != nullptr) doc_->simulated = false;
  if (value_ != nullptr && !(*value_ == before_)) owner_.warn_not_simulated(key_, node_->position());
  return *this;
}

template <class T>
Field<T>& Field<T>::at_least(const T& low) {
  if (doc_ != nullptr) doc_->range = "at least " + print_(low);
  if (value_ != nullptr && *value_ < low) refuse("; at least " + print_(low) + " is needed", "raise it");
  return *this;
}

template <class T>
Field<T>& Field<T>::at_most(const T& high) {
  if (doc_ != nullptr) doc_->range += (doc_->range.empty() ? "at most " : ", at most ") + print_(high);
  if (value_ != nullptr && high < *value_) refuse("; at most " + print_(high) + " is possible", "lower it");
  return *this;
}

template <class Tag, class T>
Field<T> Fields::scalar(std::string_view key, T& out, std::string_view help, bool is_required) {
  using Form = Notation<std::conditional_t<std::is_void_v<Tag>, T, Tag>>;
  if (documenting()) return {*this, declare(key, Form::words(), help, is_required, is_required ? std::string() : Form::print(out)), nullptr, key, nullptr, out, &Form::print};
  const YamlNode* node = take(key, is_required);
  const T before = out;
  T* read = nullptr;
  if (node != nullptr && !node->is_scalar()) {
    wrong_kind(*node, key, Form::words().wanted);
  } else if (node != nullptr) {
    if (const auto value = Form::parse(node->text)) {
      out = *value;
      read = &out;
    } else {
      malformed(*node, key, Form::words());
    }
  }
  return {*this, nullptr, node, key, read, before, &Form::print};
}

template <class E>
Field<E> Fields::choice(std::string_view key, E& out, std::initializer_list<std::pair<const char*, E>> words, std::string_view help) {
  if (documenting()) {
    FieldDoc* doc = declare(key, {"one of", "", "string", ""}, help, false, "");
    for (const auto& [word, value] : words) {
      doc->choices.emplace_back(word);
      if (value == out && doc->default_text.empty()) doc->default_text = word;
    }
    return {*this, doc, nullptr, key, nullptr, out, nullptr};
  }
  const YamlNode* node = take(key, false);
  if (node != nullptr && !node->is_scalar()) {
    wrong_kind(*node, key, "one word");
  } else if (node != nullptr) {
    std::string all;
    std::vector<std::string> candidates;
    for (const auto& [word, value] : words) {
      if (node->text == word) {
        out = value;
        return {*this, nullptr, node, key, nullptr, out, nullptr};
      }
      all += (all.empty() ? "" : ", ") + std::string(word);
      candidates.emplace_back(word);
    }
    const std::string near = closest(node->text, candidates);
    mark_broken(key);
    error("S015", *node, field_name(key) + " is '" + node->text + "'; it is one of " + all, near.empty() ? "choose one of these" : "did you mean '" + near + "'?");
  }
  return {*this, nullptr, node, key, nullptr, out, nullptr};
}

template <class Read>
void Fields::group(std::string_view key, std::string_view help, Read read) {
  if (documenting()) {
    Fields child(*declare(key, {"object", "", "object", ""}, help, false, ""));
    read(child);
    return;
  }
  const YamlNode* node = take(key, false);
  if (node == nullptr) return;
  if (!node->is_map()) return wrong_kind(*node, key, "a mapping of fields");
  Fields child(*context_, *node, child_path(key), dialect_);
  read(child);
  child.finish();
}

template <class T>
void Fields::object(std::string_view key, T& out, std::string_view help) {
  group(key, help, [&](Fields& child) { describe(child, out); });
}

template <class T>
void Fields::list(std::string_view key, std::vector<T>& out, std::string_view help, bool is_required) {
  if (documenting()) {
    FieldDoc* doc = declare(key, {"list of objects", "", "object", ""}, help, is_required, "");
    doc->list = true;
    document_fields<T>(*doc);
    return;
  }
  const YamlNode* node = take(key, is_required);
  if (node == nullptr) return;
  if (!node->is_list()) return wrong_kind(*node, key, "a list (each item begins with '- ')");
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const YamlNode& item = node->items[i];
    const bool manifest = dialect_ == Dialect::Manifest;
    const std::string where = manifest ? child_path(key) : item_path(child_path(key), item, i);
    if (!item.is_map()) {
      error("S011", item, "item " + std::to_string(i + 1) + " of " + field_name(key) + " is " + std::string(kind_in_words(item)) + "; a mapping of fields is wanted", "write it as {name: …}");
      continue;
    }
    if (!manifest) context_->positions[where] = item.position();
    Fields child(*context_, item, where, dialect_);
    T value{};
    describe(child, value);
    child.finish();
    out.push_back(std::move(value));
  }
}

template <class Tag, class T>
void Fields::values(std::string_view key, std::vector<T>& out, std::string_view help, bool is_required) {
  using Form = Notation<std::conditional_t<std::is_void_v<Tag>, T, Tag>>;
  if (documenting()) {
    FieldDoc* doc = declare(key, Form::words(), help, is_required, "");
    doc->type = "list of " + doc->type;
    doc->list = true;
    return;
  }
  const YamlNode* node = take(key, is_required);
  if (node == nullptr) return;
  if (node->is_map()) return wrong_kind(*node, key, "a list such as [a, b]");
  out.clear();
  const std::size_t count = node->is_scalar() ? 1 : node->items.size();
  for (std::size_t i = 0; i < count; ++i) {
    const YamlNode& item = node->is_scalar() ? *node : node->items[i];
    if (dialect_ == Dialect::Scenario) context_->positions[child_path(key) + "." + std::to_string(i)] = item.position();
    if (!item.is_scalar()) {
      wrong_kind(item, key, Form::words().wanted);
    } else if (auto value = Form::parse(item.text)) {
      out.push_back(std::move(*value));
    } else {
      malformed(item, key, Form::words());
    }
  }
}

template <class Read>
void Fields::entries(std::string_view key, std::string_view type, std::string_view help, Read read) {
  if (documenting()) {
    FieldDoc* doc = declare(key, {"mapping", "", "object", ""}, help, false, "");
    doc->type = type;
    doc->free_keys = true;
    return;
  }
  const YamlNode* node = take(key, false);
  if (node == nullptr) return;
  if (!node->is_map()) return wrong_kind(*node, key, "a mapping");
  for (const YamlMember& member : node->members) {
    const std::string where = child_path(key) + "." + member.key;
    if (dialect_ == Dialect::Scenario) context_->positions[where] = member.value.position();
    read(*node, member, where);
  }
}

template <class Read>
FieldDoc* Fields::custom(std::string_view key, NotationWords words, std::string_view help, Read read) {
  if (documenting()) return declare(key, words, help, false, "");
  if (const YamlNode* node = take(key, false)) read(*node);
  return nullptr;
}

}  // namespace akstwin
