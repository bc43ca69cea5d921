// Lists, pages and watches.
#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "adapters/http/base64.hpp"
#include "adapters/serve/cluster_handler.hpp"
#include "adapters/serve/printers.hpp"

namespace akstwin {
namespace {

// kubectl asks for pages of 500 and waits after the tenth: client-go lets 10 requests pass at once, then 5 a second (rest/config.go
// DefaultBurst, DefaultQPS). 50,000 pods in pages take it 18 s of waiting. A server may answer without pages (API concepts, "Retrieving
// large results sets in chunks"); this one does for tables that are longer than such a client gets at once, in rows as short as can be.
constexpr std::uint64_t kBurst = 10, kLongList = 5'000;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

ObjectForm form_of(const ApiRequest& request) {
  const std::string_view wanted = request.wanted_form();
  if (wanted != "Table") return wanted.empty() ? ObjectForm::Whole : ObjectForm::Metadata;
  const std::string included = request.option("includeObject");
  return included == "Object" ? ObjectForm::TableOfObjects : included == "None" ? ObjectForm::TableAlone : ObjectForm::Table;
}

std::string token_of(const ListPlace& at) { return encode_base64(Json{{"v", "meta.k8s.io/v1"}, {"rv", at.version}, {"start", at.after}, {"n", at.remaining}}.dump()); }

std::optional<ListPlace> parse_token(std::string_view text) {
  const auto decoded = decode_base64(text);
  const Json token = decoded ? Json::parse(*decoded, nullptr, false) : Json();
  if (!token.is_object() || !token.contains("rv") || !token["rv"].is_number_unsigned() || !token.contains("start") || !token["start"].is_string()) return std::nullopt;
  const Json count = token.value("n", Json());
  return ListPlace{token["rv"].get<std::uint64_t>(), token["start"].get<std::string>(), count.is_number_integer() ? count.get<std::int64_t>() : -1};
}

ApiFault bad_version(const std::string& text) {
  return {400, "BadRequest", "Invalid value: \"" + text + "\": strconv.ParseUint: parsing \"" + text + "\": invalid syntax"};
}

std::string list_kind(const ResourceKind& kind, ObjectForm form) {
  return is_table(form) ? "Table" : form == ObjectForm::Metadata ? "PartialObjectMetadataList" : std::string(kind.kind) + "List";
}

void append_item(std::string& out, const ResourceKind& kind, const StoredObject& object, ObjectForm form, std::int64_t now) {
  // Items of a list of a built-in kind do not say what they are; custom resources do.
  if (form == ObjectForm::Whole && !kind.custom) out.append("{").append(object.text, object.item_begin);
  else append_object(out, kind, object, form, now);
}

/// A list that was made when it was asked for.
HttpServerResponse shown_list(const ResourceKind& kind, const Json& made, ObjectForm form, std::int64_t now) {
  if (form == ObjectForm::Whole) return json_response(made);
  HttpServerResponse out;
  out.body = R"({"kind":")" + list_kind(kind, form) + R"(","apiVersion":"meta.k8s.io/v1","metadata":)" + made["metadata"].dump();
  out.body += form == ObjectForm::Table ? R"(,"columnDefinitions":)" + table_columns(kind) + R"(,"rows":[)" : R"(,"items":[)";
  bool first = true;
  for (const Json& item : made["items"]) {
    if (!std::exchange(first, false)) out.body += ",";
    append_item(out.body, kind, stored_form(kind, item, 0), form, now);
  }
  out.body += "]}\n";
  return out;
}

/// The objects of a page, and how many follow it.
struct Selection {
  std::vector<const std::pair<const std::string, StoredObject>*> items;
  std::int64_t remaining = 0;              // with a selector only whether there are any, as etcd has it
};

Selection choose(const ObjectTable& table, const std::string& name_space, const ObjectSelector& selector, const ListPlace& at, std::uint64_t limit) {
  Selection out;
  const std::string prefix = name_space.empty() ? std::string() : name_space + "/";
  auto object = at.after.empty() ? table.objects().lower_bound(prefix) : table.objects().upper_bound(at.after);
  const auto here = [&] { return object != table.objects().end() && object->first.starts_with(prefix); };
  for (; here(); ++object) {
    if (object->second.created_version > at.version || !selector.matches(object->second)) continue;
    if (limit == 0 || out.items.size() < limit) {
      out.items.push_back(&*object);
      continue;
    }
    if (!selector.everything()) {
      out.remaining = 1;
    } else if (at.remaining >= 0) {
      // Counted for the page before: what came and went since is not worth a walk through all objects for each page.
      out.remaining = std::max<std::int64_t>(1, at.remaining - static_cast<std::int64_t>(out.items.size()));
    } else {
      for (; here(); ++object) out.remaining += object->second.created_version <= at.version ? 1 : 0;
    }
    break;
  }
  return out;
}

}  // namespace

std::optional<ApiFault> ClusterHandler::select(const ApiRequest& request, const ResourcePath& path, ObjectSelector& selector) const {
  selector.name_space = path.name_space;
  auto labels = parse_label_selector(request.option("labelSelector"));
  if (!labels) return bad_request(labels.error().message);
  auto fields = parse_field_selector(request.option("fieldSelector"), row(path.stored));
  if (!fields) return bad_request(fields.error().message);
  selector.labels = std::move(*labels);
  selector.fields = std::move(*fields);
  if (!path.name.empty()) selector.fields.push_back({"metadata.name", SelectorTerm::Operator::In, {path.name}});
  return std::nullopt;
}

HttpServerResponse ClusterHandler::list(const ApiRequest& request, const ResourcePath& path) {
  ObjectSelector selector;
  if (auto fault = select(request, path, selector)) return status_response(*fault);
  const bool old_watch = request.segments.size() > 2 && std::ranges::find(request.segments, "watch") != request.segments.end();
  if (row(path.kind).backing == Backing::Metrics) {
    if (request.flag("watch")) return status_response(method_not_allowed(request.method));
    Json made = computed_list(path.kind, path.name_space), kept = Json::array();
    for (Json& item : made["items"]) {
      const StoredObject stored = stored_form(row(path.kind), item, 0);
      if (selector.matches(stored)) kept.push_back(std::move(item));
    }
    made["items"] = std::move(kept);
    return json_response(made);
  }
  if (request.flag("watch") || old_watch) return watch(request, path, std::move(selector));
  if (row(path.kind).backing == Backing::Leases && (path.name_space.empty() || path.name_space == "kube-node-lease")) {
    Json made = computed_list(path.kind, path.name_space);
    for (const auto& [key, stored] : cluster_.store.table(path.stored).objects()) made["items"].push_back(Json::parse(stored.text));   // those that clients made
    return shown_list(row(path.kind), made, form_of(request), world_.unix_now());
  }
  return page(request, path, selector);
}

/// Checks resourceVersion and the continue token of a list; `at`: what the list shows, and where it begins.
std::optional<ApiFault> ClusterHandler::place(const ApiRequest& request, const ObjectTable& table, ListPlace& at) const {
  const std::string version_text = request.option("resourceVersion"), token = request.option("continue");
  const std::uint64_t newest = cluster_.store.version();
  at.version = newest;
  if (!token.empty()) {
    const auto parsed = parse_token(token);
    if (!parsed) return bad_request("continue key is not valid: illegal base64 data");
    at = *parsed;
    if (at.version >= table.forgotten()) return std::nullopt;
    return expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the "
                   "continue token in this response to go on with an inconsistent one.",
                   token_of({newest, at.after}));
  }
  const std::string match = request.option("resourceVersionMatch");
  const auto forbidden = [](std::string why) {
    return ApiFault{422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: " + std::move(why), Json{{"kind", "ListOptions"}, {"group", "meta.k8s.io"}}};
  };
  if (!match.empty() && match != "Exact" && match != "NotOlderThan") return forbidden("Unsupported value: \"" + match + "\": supported values: \"Exact\", \"NotOlderThan\"");
  if (!match.empty() && version_text.empty()) return forbidden("Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (match == "Exact" && version_text == "0") return forbidden("Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  if (version_text.empty() || version_text == "0") return std::nullopt;
  const auto version = number(version_text);
  if (!version) return bad_version(version_text);
  if (*version > newest) {
    ApiFault late{504, "Timeout", "Too large resource version: " + version_text + ", current: " + std::to_string(newest),
                  Json{{"retryAfterSeconds", 1}, {"causes", Json::array({Json{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}})}}};
    late.headers.emplace_back("Retry-After", "1");
    return late;
  }
  if (match == "Exact" && table.after(*version) < table.end())
    return expired("The provided resource version is too old: " + version_text);
  return std::nullopt;
}

HttpServerResponse ClusterHandler::page(const ApiRequest& request, const ResourcePath& path, const ObjectSelector& selector) {
  const ObjectTable& table = cluster_.store.table(path.stored);
  const ResourceKind& kind = row(path.kind);
  ListPlace at;
  if (auto fault = place(request, table, at)) return status_response(*fault);
  // resourceVersion=0 asks the cache, which knows no pages.
  const std::string limit_text = request.option("limit");
  if (!limit_text.empty() && !number(limit_text)) return status_response({400, "BadRequest", "strconv.ParseInt: parsing \"" + limit_text + "\": invalid syntax"});
  std::uint64_t limit = number(limit_text).value_or(0);
  if (request.option("resourceVersion") == "0" && at.after.empty() && request.option("resourceVersionMatch").empty()) limit = 0;
  ObjectForm form = form_of(request);
  const std::int64_t now = world_.unix_now();
  Selection chosen = choose(table, path.name_space, selector, at, limit);
  if (form == ObjectForm::Table && chosen.remaining > 0 && at.after.empty() && choose(table, path.name_space, selector, at, std::max(kLongList, limit * kBurst)).remaining > 0) {
    chosen = choose(table, path.name_space, selector, at, 0);
    form = ObjectForm::TableOfNames;
  }
  HttpServerResponse out;
  const bool table_form = is_table(form);
  out.body = R"({"kind":")" + list_kind(kind, form) + R"(","apiVersion":")" + (form == ObjectForm::Whole ? kind.api_version() : "meta.k8s.io/v1") +
             R"(","metadata":{"resourceVersion":")" + std::to_string(at.version) + "\"";
  if (chosen.remaining > 0) {
    out.body += R"(,"continue":")" + token_of({at.version, chosen.items.back()->first, selector.everything() ? chosen.remaining : -1}) + "\"";
    if (selector.everything()) out.body += R"(,"remainingItemCount":)" + std::to_string(chosen.remaining);
  }
  out.body += table_form ? R"(},"columnDefinitions":)" + table_columns(kind) + R"(,"rows":[)" : R"(},"items":[)";
  if (!chosen.items.empty()) out.body.reserve(out.body.size() + chosen.items.size() * (form == ObjectForm::Whole || form == ObjectForm::TableOfObjects ? chosen.items.front()->second.text.size() + 512 : 512));
  bool first = true;
  for (const auto* object : chosen.items) {
    if (!std::exchange(first, false)) out.body += ",";
    if (path.stored != path.kind && form != ObjectForm::Metadata)
      append_item(out.body, kind, stored_form(kind, converted(path.kind, Json::parse(object->second.text)), object->second.version), form, now);
    else append_item(out.body, kind, object->second, form, now);
  }
  out.body += "]}\n";
  return out;
}

HttpServerResponse ClusterHandler::watch(const ApiRequest& request, const ResourcePath& path, ObjectSelector selector) {
  if (request.accept.starts_with("application/yaml")) return status_response({406, "NotAcceptable", "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch", Json::object()});
  const std::string version_text = request.option("resourceVersion");
  const bool streaming = request.flag("sendInitialEvents");
  if (request.query.contains("sendInitialEvents") && request.option("resourceVersionMatch") != "NotOlderThan")
    return status_response({422, "Invalid", "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan", Json{{"kind", "ListOptions"}, {"group", "meta.k8s.io"}}});
  WatchRequest watch;
  watch.kind = path.stored;
  watch.selector = std::move(selector);
  watch.form = form_of(request);
  watch.bookmarks = request.flag("allowWatchBookmarks");
  if (!version_text.empty() && !number(version_text)) return status_response(bad_version(version_text));
  watch.from = number(version_text).value_or(0);
  watch.initial = streaming || ((version_text.empty() || version_text == "0") && !request.query.contains("sendInitialEvents"));
  // 1.32 treats a watch from the beginning with bookmarks as a streaming list.
  watch.initial_end_bookmark = watch.initial && watch.bookmarks;
  if (const auto timeout = number(request.option("timeoutSeconds")); timeout && *timeout > 0) watch.timeout = std::chrono::seconds(std::min<std::uint64_t>(*timeout, 86'400));
  HttpServerResponse out;
  out.stream = std::make_unique<WatchStream>(cluster_.store, std::move(watch), [this] { return world_.unix_now(); });
  return out;
}

}  // namespace akstwin
