/// One watch: it reads the log of its kind at its own pace, so that a slow client costs no memory and a late one is told 410.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "adapters/http/server.hpp"
#include "adapters/serve/selectors.hpp"

namespace akstwin {

/// How objects are shown to the client. Table: rows with the objects' metadata. The other tables have whole objects in their rows
/// (includeObject=Object), nothing (None), or name, namespace and labels alone (lists that are long).
enum class ObjectForm : std::uint8_t { Whole, Table, Metadata, TableOfObjects, TableAlone, TableOfNames };
constexpr bool is_table(ObjectForm form) { return form != ObjectForm::Whole && form != ObjectForm::Metadata; }

struct WatchRequest {
  int kind = 0;                            ///< whose objects
  int shown = -1;                          ///< another version of the kind, if one was asked for
  std::function<nlohmann::json(nlohmann::json)> convert{};   ///< to that version
  ObjectSelector selector{};
  ObjectForm form = ObjectForm::Whole;
  std::uint64_t from = 0;                  ///< changes after this version
  bool initial = false;                    ///< first all objects as ADDED
  bool initial_end_bookmark = false;       ///< then a bookmark that says so
  bool bookmarks = false;
  std::chrono::seconds timeout{1'800};     ///< kube-apiserver draws 30 to 60 minutes; the lower end
};

class WatchStream final : public ResponseStream {
 public:
  /// `clock` gives seconds since 1970 in simulated time, for ages in tables.
  WatchStream(const ObjectStore& store, WatchRequest request, std::function<std::int64_t()> clock);
  State read(std::string& out) override;

 private:
  using Clock = std::chrono::steady_clock;
  void initial(std::string& out);
  void changes(std::string& out);
  void event(std::string& out, std::string_view type, const StoredObject& object);
  void bookmark(std::string& out, bool initial_end);
  bool in_namespace(std::string_view key) const;
  const ResourceKind& shown_kind() const { return resource_kinds()[static_cast<std::size_t>(request_.shown < 0 ? request_.kind : request_.shown)]; }

  const ObjectStore& store_;
  WatchRequest request_;
  std::function<std::int64_t()> clock_;
  std::uint64_t next_ = 0;                 // number of the log's entry to be read next
  std::string initial_key_;                // how far the initial objects have been sent
  bool initial_done_ = true, columns_sent_ = false, expired_ = false, last_bookmark_sent_ = false;
  std::uint64_t snapshot_ = 0;
  Clock::time_point began_, told_;
};

/// The text of one object in this form; rows of a table without the table.
void append_object(std::string& out, const ResourceKind& kind, const StoredObject& object, ObjectForm form, std::int64_t now);

}  // namespace akstwin
