// Lists, pages and watches.
#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "adapters/http/base64.hpp"
#include "adapters/http/json_field.hpp"
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

/// A continue token as etcd's clients write them: the version, and where in its namespace the next page begins.
std::string token_of(const ListPlace& at, const std::string& prefix) {
  return encode_base64_url(Json{{"v", "meta.k8s.io/v1"}, {"rv", static_cast<std::int64_t>(at.version)}, {"start", at.after.substr(prefix.size())}, {"n", at.remaining}}.dump());
}

ApiFault bad_token(const std::string& why) { return bad_request("invalid continue token: continue key is not valid: " + why); }

/// What Go's decoder says of bytes that are no JSON.
std::string json_error(const std::string& text) {
  if (text.empty()) return "unexpected end of JSON input";
  const auto first = static_cast<unsigned char>(text.front());
  const std::string shown = first >= 0x80 ? "\\u00" + std::string(1, "0123456789abcdef"[first >> 4]) + "0123456789abcdef"[first & 15] : std::string(1, text.front());
  return "invalid character '" + shown + "' looking for beginning of value";
}

std::optional<ApiFault> read_token(const std::string& text, const std::string& prefix, ListPlace& at) {
  const auto decoded = decode_base64_url(text);
  if (!decoded) return bad_token("illegal base64 data at input byte 0");
  const Json token = Json::parse(*decoded, nullptr, false);
  if (!token.is_object()) return bad_token(json_error(*decoded));
  const Json version = token.value("rv", Json()), start = token.value("start", Json()), count = token.value("n", Json());
  if (!version.is_number_integer() || version.get<std::int64_t>() == 0) return bad_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  if (!start.is_string() || start.get_ref<const std::string&>().empty()) return bad_token("encoded start key empty (version meta.k8s.io/v1)");
  at.after = prefix + start.get<std::string>();
  at.remaining = count.is_number_integer() ? count.get<std::int64_t>() : -1;
  if (version.get<std::int64_t>() > 0) at.version = version.get<std::uint64_t>();   // -1: from there on as things are now
  else at.consistent = false;
  return std::nullopt;
}

ApiFault bad_version(const std::string& text) {
  return {500, "", "resourceVersion: Invalid value: \"" + text + "\": strconv.ParseUint: parsing \"" + text + "\": invalid syntax"};
}

/// Which options go together. Source: apimachinery 1.32 pkg/apis/meta/internalversion/validation/validation.go.
std::optional<ApiFault> check_list_options(const ApiRequest& request, bool watch) {
  for (const char* option : {"limit", "timeoutSeconds"}) {
    const std::string text = request.option(option);
    const bool negative = text.starts_with('-') && number(text.substr(1));   // as good as none
    if (!text.empty() && !negative && !number(text)) return bad_request("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
  }
  const std::string match = request.option("resourceVersionMatch");
  const bool initial = request.query.contains("sendInitialEvents"), goes_on = !request.option("continue").empty();
  std::vector<std::pair<std::string, std::string>> problems;   // {field, what is wrong}
  const auto refuse = [&](const char* field, const std::string& why) { problems.emplace_back(field, "Forbidden: " + why); };
  if (watch && initial && match != "NotOlderThan") refuse("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (watch && !match.empty()) {
    if (!initial) refuse("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (match != "NotOlderThan") problems.emplace_back("resourceVersionMatch", "Unsupported value: \"" + match + "\": supported values: \"NotOlderThan\"");
    if (goes_on) refuse("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
  }
  if (!watch && !match.empty()) {
    if (request.option("resourceVersion").empty()) refuse("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
    if (goes_on) refuse("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
    if (match != "Exact" && match != "NotOlderThan") problems.emplace_back("resourceVersionMatch", "Unsupported value: \"" + match + "\": supported values: \"Exact\", \"NotOlderThan\", \"\"");
    if (match == "Exact" && request.option("resourceVersion") == "0") refuse("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
  }
  if (!watch && initial) refuse("sendInitialEvents", "sendInitialEvents is forbidden for list");
  if (problems.empty()) return std::nullopt;
  return invalid_options("ListOptions", problems);
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
  std::vector<const StoredObject*> items;
  std::string last;                        // the key of the last of them
  std::int64_t remaining = 0;              // with a selector only whether there are any, as etcd has it
};

Selection choose(const ObjectTable& table, const std::string& prefix, const ObjectSelector& selector, const ListPlace& at, std::uint64_t limit) {
  Selection out;
  for (ObjectCursor cursor(table, at.version, prefix, at.after); cursor; cursor.next()) {
    if (!selector.matches(cursor.object())) continue;
    if (limit == 0 || out.items.size() < limit) {
      out.items.push_back(&cursor.object());
      if (out.items.size() == limit) out.last = cursor.key();
      continue;
    }
    if (!selector.everything()) out.remaining = 1;
    else if (at.remaining >= 0) out.remaining = std::max<std::int64_t>(1, at.remaining - static_cast<std::int64_t>(out.items.size()));   // counted for the page before
    else for (; cursor; cursor.next()) ++out.remaining;
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
    for (const auto& [key, stored] : cluster_.store.table(path.stored).objects()) made["items"].push_back(Json::parse(stored->text));   // those that clients made
    return list_of_made(request, path, made);
  }
  return page(request, path, selector);
}

/// Checks resourceVersion and the continue token of a list; `at`: what the list shows, and where it begins.
std::optional<ApiFault> ClusterHandler::place(const ApiRequest& request, const ResourcePath& path, ListPlace& at) const {
  const ObjectTable& table = cluster_.store.table(path.stored);
  const std::string version_text = request.option("resourceVersion"), token = request.option("continue");
  const std::uint64_t newest = cluster_.store.version();
  at.version = newest;
  if (auto fault = check_list_options(request, false)) return fault;
  if (!token.empty()) {
    if (!version_text.empty() && version_text != "0") return bad_request("specifying resource version is not allowed when using continue");
    const std::string prefix = path.prefix();
    if (auto fault = read_token(token, prefix, at)) return fault;
    if (!at.consistent || at.version >= table.forgotten()) return std::nullopt;
    ListPlace from_now = at;
    from_now.version = static_cast<std::uint64_t>(-1);
    return expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in "
                   "this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
                   "deleted between the time the first chunk was returned and now may show up in the list.",
                   token_of(from_now, prefix));
  }
  if (version_text.empty() || version_text == "0") return std::nullopt;
  const auto version = number(version_text);
  if (!version) return bad_version(version_text);
  if (*version > newest) {
    ApiFault late{504, "Timeout", "Timeout: Too large resource version: " + version_text + ", current: " + std::to_string(newest),
                  Json{{"retryAfterSeconds", 1}, {"causes", Json::array({Json{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}})}}};
    late.headers.emplace_back("Retry-After", "1");
    return late;
  }
  if (request.option("resourceVersionMatch") != "Exact") return std::nullopt;
  if (*version < table.forgotten()) return expired("The resourceVersion for the provided list is too old.");
  at.version = *version;
  return std::nullopt;
}

HttpServerResponse ClusterHandler::list_of_made(const ApiRequest& request, const ResourcePath& path, const Json& made) const {
  return shown_list(row(path.kind), made, form_of(request), world_.unix_now());
}

HttpServerResponse ClusterHandler::page(const ApiRequest& request, const ResourcePath& path, const ObjectSelector& selector) {
  const ObjectTable& table = cluster_.store.table(path.stored);
  const ResourceKind& kind = row(path.kind);
  ListPlace at;
  if (auto fault = place(request, path, at)) return status_response(*fault);
  // resourceVersion=0 asks the cache, which knows no pages.
  const std::string limit_text = request.option("limit");
  std::uint64_t limit = number(limit_text).value_or(0);
  if (request.option("resourceVersion") == "0" && at.after.empty() && request.option("resourceVersionMatch").empty()) limit = 0;
  ObjectForm form = form_of(request);
  const std::int64_t now = world_.unix_now();
  Selection chosen = choose(table, path.prefix(), selector, at, limit);
  if (form == ObjectForm::Table && chosen.remaining > 0 && at.after.empty() && choose(table, path.prefix(), selector, at, std::max(kLongList, limit * kBurst)).remaining > 0) {
    chosen = choose(table, path.prefix(), selector, at, 0);
    form = ObjectForm::TableOfNames;
  }
  const auto precedence = [](const StoredObject* object) {
    const Json document = Json::parse(object->text);
    const Json* stated = find_in(document, {"spec", "matchingPrecedence"});
    return stated != nullptr && stated->is_number_integer() ? stated->get<std::int64_t>() : 0;
  };
  if (kind.kind == "FlowSchema" && is_table(form)) std::ranges::stable_sort(chosen.items, {}, precedence);   // kubectl shows them as they are tried
  HttpServerResponse out;
  const bool table_form = is_table(form);
  out.body = R"({"kind":")" + list_kind(kind, form) + R"(","apiVersion":")" + (form == ObjectForm::Whole ? kind.api_version() : "meta.k8s.io/v1") +
             R"(","metadata":{"resourceVersion":")" + std::to_string(at.version) + "\"";
  if (chosen.remaining > 0) {
    out.body += R"(,"continue":")" + token_of({at.version, chosen.last, selector.everything() ? chosen.remaining : -1}, path.prefix()) + "\"";
    if (selector.everything()) out.body += R"(,"remainingItemCount":)" + std::to_string(chosen.remaining);
  }
  out.body += table_form ? R"(},"columnDefinitions":)" + table_columns(kind) + R"(,"rows":[)" : R"(},"items":[)";
  if (!chosen.items.empty()) out.body.reserve(out.body.size() + chosen.items.size() * (form == ObjectForm::Whole || form == ObjectForm::TableOfObjects ? chosen.items.front()->text.size() + 512 : 512));
  bool first = true;
  for (const StoredObject* object : chosen.items) {
    if (!std::exchange(first, false)) out.body += ",";
    if (path.stored != path.kind && form != ObjectForm::Metadata)
      append_item(out.body, kind, stored_form(kind, converted(path.kind, Json::parse(object->text)), object->version), form, now);
    else append_item(out.body, kind, *object, form, now);
  }
  out.body += "]}\n";
  return out;
}

HttpServerResponse ClusterHandler::watch(const ApiRequest& request, const ResourcePath& path, ObjectSelector selector) {
  if (request.accept.starts_with("application/yaml")) return status_response({406, "NotAcceptable", "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch", Json::object()});
  const std::string version_text = request.option("resourceVersion");
  const bool streaming = request.flag("sendInitialEvents");
  if (auto fault = check_list_options(request, true)) return status_response(*fault);
  WatchRequest watch;
  watch.kind = path.stored;
  if (path.stored != path.kind) {
    watch.shown = path.kind;
    watch.convert = [this, kind = path.kind](Json object) { return converted(kind, std::move(object)); };
  }
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
