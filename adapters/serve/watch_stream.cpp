#include "adapters/serve/watch_stream.hpp"

#include <algorithm>

#include "adapters/serve/api_request.hpp"
#include "adapters/serve/printers.hpp"

namespace akstwin {
namespace {

// One write to a client at most; the others get their turn in between.
constexpr std::size_t kBatch = 256 << 10;
// A quiet watch hears once a minute how far it is (recorded: 59.5 s), and about 2 s before its end.
constexpr std::chrono::seconds kBookmarkEvery{59}, kBeforeEnd{2};

void append_text(std::string& out, const std::string& text) {
  const bool plain = std::ranges::none_of(text, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  if (plain) out.append("\"").append(text).append("\"");
  else out.append(Json(text).dump());
}

/// What kubectl needs of an object beside its cells: where it is, and its labels.
void append_name(std::string& out, const StoredObject& object) {
  out.append(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":)");
  append_text(out, object.fields[0].second);   // fields_of() begins with name and namespace
  if (!object.fields[1].second.empty()) append_text(out.append(R"(,"namespace":)"), object.fields[1].second);
  for (std::size_t i = 0; i < object.labels.size(); ++i) {
    append_text(out.append(i == 0 ? R"(,"labels":{)" : ","), object.labels[i].first);
    append_text(out.append(":"), object.labels[i].second);
  }
  out.append(object.labels.empty() ? "}}" : "}}}");
}

}  // namespace

void append_object(std::string& out, const ResourceKind& kind, const StoredObject& object, ObjectForm form, std::int64_t now) {
  if (form == ObjectForm::Whole) {
    out.append(object.text);
  } else if (form == ObjectForm::Metadata) {
    out.append(R"({"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":)").append(object.metadata()).append("}");
  } else {
    out.append(R"({"cells":)").append(with_ages(object.cells, now));
    if (form != ObjectForm::TableAlone) out.append(R"(,"object":)");
    if (form == ObjectForm::TableOfNames) append_name(out, object);
    else if (form != ObjectForm::TableAlone) append_object(out, kind, object, form == ObjectForm::Table ? ObjectForm::Metadata : ObjectForm::Whole, now);
    out.append("}");
  }
}

WatchStream::WatchStream(const ObjectStore& store, WatchRequest request, std::function<std::int64_t()> clock)
    : store_(store), request_(std::move(request)), clock_(std::move(clock)), began_(Clock::now()), told_(began_) {
  const ObjectTable& table = store_.table(request_.kind);
  snapshot_ = store_.version();
  if (request_.initial) {
    initial_done_ = false;
    next_ = table.end();
  } else {
    expired_ = request_.from < table.forgotten();
    next_ = table.after(request_.from);
  }
}

bool WatchStream::in_namespace(std::string_view key) const {
  const std::string& wanted = request_.selector.name_space;
  return wanted.empty() || (key.size() > wanted.size() && key[wanted.size()] == '/' && key.starts_with(wanted));
}

void WatchStream::event(std::string& out, std::string_view type, const StoredObject& stored) {
  const ResourceKind& kind = shown_kind();
  StoredObject view;
  if (request_.convert) view = stored_form(kind, request_.convert(Json::parse(stored.text)), stored.version);
  const StoredObject& object = request_.convert ? view : stored;
  out.append(R"({"type":")").append(type).append(R"(","object":)");
  if (is_table(request_.form)) {
    out.append(R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":")").append(std::to_string(object.version)).append(R"("},"columnDefinitions":)");
    out.append(columns_sent_ ? "null" : table_columns(kind)).append(R"(,"rows":[)");
    columns_sent_ = true;
    append_object(out, kind, object, request_.form, clock_());
    out.append("]}");
  } else {
    append_object(out, kind, object, request_.form, clock_());
  }
  out.append("}\n");
}

void WatchStream::bookmark(std::string& out, bool initial_end) {
  const ResourceKind& kind = shown_kind();
  Json metadata{{"resourceVersion", std::to_string(initial_end ? snapshot_ : store_.version())}, {"creationTimestamp", nullptr}};
  if (initial_end) metadata["annotations"]["k8s.io/initial-events-end"] = "true";
  Json object{{"kind", kind.kind}, {"apiVersion", kind.api_version()}, {"metadata", metadata}};
  if (request_.form == ObjectForm::Metadata) object = {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", metadata}};
  if (is_table(request_.form))
    object = {{"kind", "Table"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", {{"resourceVersion", metadata["resourceVersion"]}}}, {"columnDefinitions", Json::parse(table_columns(kind))},
              {"rows", Json::array({Json{{"cells", Json::array()}, {"object", {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", metadata}}}}})}};
  out.append(Json{{"type", "BOOKMARK"}, {"object", object}}.dump()).append("\n");
  told_ = Clock::now();
}

/// As of one version, however many batches that takes: what changes meanwhile comes from the log.
void WatchStream::initial(std::string& out) {
  const ObjectTable& table = store_.table(request_.kind);
  if (next_ < table.first()) {
    expired_ = true;
    return;
  }
  const std::string& wanted = request_.selector.name_space;
  for (ObjectCursor cursor(table, snapshot_, wanted.empty() ? std::string() : wanted + "/", initial_key_); cursor; cursor.next()) {
    if (out.size() > kBatch) return;
    initial_key_ = cursor.key();
    if (request_.selector.matches(cursor.object())) event(out, "ADDED", cursor.object());
  }
  initial_done_ = true;
  if (request_.initial_end_bookmark) bookmark(out, true);
}

void WatchStream::changes(std::string& out) {
  const ObjectTable& table = store_.table(request_.kind);
  if (next_ < table.first()) {
    expired_ = true;
    return;
  }
  for (; next_ < table.end() && out.size() < kBatch; ++next_) {
    const LogEntry& entry = table.entry(next_);
    if (!in_namespace(entry.key)) continue;
    if (entry.type == LogEntry::Type::Deleted) {
      if (request_.selector.matches(*entry.before)) event(out, "DELETED", at_version(*entry.before, entry.version));
      continue;
    }
    const StoredObject& object = table.made(next_);
    const bool now = request_.selector.matches(object);
    const bool before = entry.type == LogEntry::Type::Modified && (entry.moved ? request_.selector.matches(*entry.before) : now);
    if (now) event(out, before ? "MODIFIED" : "ADDED", object);
    else if (before) event(out, "DELETED", at_version(*entry.before, entry.version));   // the last state that still matched, with the version of the change
  }
}

WatchStream::State WatchStream::read(std::string& out) {
  if (!initial_done_ && !expired_) initial(out);
  if (initial_done_ && !expired_) changes(out);
  if (expired_) {
    const ApiFault gone = expired("too old resource version: " + std::to_string(request_.from) + " (" + std::to_string(store_.table(request_.kind).forgotten() + 1) + ")");
    out.append(Json{{"type", "ERROR"}, {"object", status_object(gone)}}.dump()).append("\n");
    return State::Ended;
  }
  if (!out.empty()) return State::Open;
  const auto now = Clock::now();
  if (now - began_ >= request_.timeout) return State::Ended;
  const bool last = request_.timeout > kBeforeEnd && now - began_ >= request_.timeout - kBeforeEnd && !last_bookmark_sent_;
  if (request_.bookmarks && initial_done_ && (last || now - told_ >= kBookmarkEvery)) {
    last_bookmark_sent_ = last_bookmark_sent_ || last;
    bookmark(out, false);
  }
  return State::Open;
}

}  // namespace akstwin
