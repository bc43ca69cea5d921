/// Objects as text with versions and a log of their changes: what etcd and the watch cache are to a real API server.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "adapters/serve/resources.hpp"

namespace akstwin {

using Json = nlohmann::json;
using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// One version of an object, ready to be sent: text = {"kind":…,"apiVersion":…,"metadata":M…}.
struct StoredObject {
  std::uint64_t version = 0;
  std::string text;
  std::uint32_t item_begin = 0;                          ///< from here on without kind and apiVersion; a '{' is to be put before
  std::uint32_t metadata_begin = 0, metadata_end = 0;    ///< of the value of metadata
  std::string cells;                                     ///< of its table row; ages are marked (see printers.hpp)
  TextPairs labels, fields;                              ///< what selectors look at

  std::string_view metadata() const { return std::string_view(text).substr(metadata_begin, metadata_end - metadata_begin); }
};

/// What there is of an object now. Each version has one owner: this while it is current, then the entry of the log that replaced it.
struct KeptObject {
  StoredObject object;
  std::uint64_t made_by = 0;                             ///< number of the entry that made it

  const StoredObject& operator*() const { return object; }
  const StoredObject* operator->() const { return &object; }
};
using ObjectMap = std::map<std::string, KeptObject, std::less<>>;

struct LogEntry {
  enum class Type : std::uint8_t { Added, Modified, Deleted };
  Type type = Type::Added;
  bool moved = false;                                    ///< labels or fields changed: selectors may see it come or leave
  std::string key;                                       ///< "namespace/name", or "name"
  std::uint64_t version = 0;
  std::optional<StoredObject> before;                    ///< what it was; nothing when added
  std::uint64_t replaced_by = 0;                         ///< number of the entry whose `before` is what this one made; 0: it is still there
};

/// All objects of one kind.
class ObjectTable {
 public:
  const ObjectMap& objects() const { return objects_; }
  const StoredObject* find(std::string_view key) const;
  /// The log's entries are numbered; those before first() are forgotten.
  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return first_ + log_.size(); }
  const LogEntry& entry(std::uint64_t number) const { return log_[static_cast<std::size_t>(number - first_)]; }
  /// The version of the newest entry that is forgotten; a watch from before it cannot go on.
  std::uint64_t forgotten() const { return forgotten_; }
  /// The number of the first entry that is newer than `version`.
  std::uint64_t after(std::uint64_t version) const;
  /// What that entry, no deletion, made of the object.
  const StoredObject& made(std::uint64_t number) const;
  /// What changed after `version`, as it was then; null: it was not there. `version` must not be older than forgotten().
  std::map<std::string_view, const StoredObject*> changed_since(std::uint64_t version) const;

 private:
  friend class ObjectStore;
  StoredObject replace(KeptObject& kept, StoredObject next);
  void append(LogEntry entry, std::size_t keep_bytes);
  void forget_first();

  ObjectMap objects_;
  std::deque<LogEntry> log_;
  std::uint64_t first_ = 1, forgotten_ = 0;
  std::size_t log_bytes_ = 0;
};

/// Walks through the objects of a table as they were at a version, in the order of their keys. It must not outlive the next change of the table.
class ObjectCursor {
 public:
  /// Those whose keys begin with `prefix` and come after `after` (empty: from the first on). A version that nothing is newer than shows the present.
  ObjectCursor(const ObjectTable& table, std::uint64_t version, std::string prefix, std::string_view after);
  explicit operator bool() const { return object_ != nullptr; }
  void next();
  std::string_view key() const { return key_; }
  const StoredObject& object() const { return *object_; }

 private:
  void settle();

  std::string prefix_;
  const ObjectMap& present_;
  std::map<std::string_view, const StoredObject*> changed_;
  ObjectMap::const_iterator now_;
  std::map<std::string_view, const StoredObject*>::const_iterator then_;
  std::string_view key_;
  const StoredObject* object_ = nullptr;
  bool past_ = false;                                    // the object is from `changed_`
};

class ObjectStore {
 public:
  /// `keep_bytes`: how much of each kind's log is kept for watches that lag behind.
  explicit ObjectStore(std::size_t keep_bytes = std::size_t{256} << 20);

  /// Writes an object (created or changed) of kind number `kind` and returns its version; nothing changes when it is the same as before.
  std::uint64_t put(int kind, Json object);
  /// Removes it; false when there is none.
  bool erase(int kind, std::string_view key);
  /// Forgets every past version, as etcd's compaction does: watches and pages that begin before now are answered 410.
  void compact();
  const ObjectTable& table(int kind) const { return tables_[static_cast<std::size_t>(kind)]; }
  /// The object as a document, or null.
  Json get(int kind, std::string_view key) const;
  std::uint64_t version() const { return version_; }

  static std::string key_of(const Json& object);

 private:
  std::size_t keep_bytes_;
  std::uint64_t version_ = 1;
  std::vector<ObjectTable> tables_;
};

/// The same object with another version written into it.
StoredObject at_version(StoredObject object, std::uint64_t version);
/// The object as it will be sent, with its selectors' columns and cells; `version` is written into its metadata.
StoredObject stored_form(const ResourceKind& kind, Json object, std::uint64_t version);

}  // namespace akstwin
