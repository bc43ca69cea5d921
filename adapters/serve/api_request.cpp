#include "adapters/serve/api_request.hpp"

#include <algorithm>
#include <cctype>

namespace akstwin {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string qualified(const ResourceKind& kind) { return kind.group.empty() ? std::string(kind.plural) : std::string(kind.plural) + "." + std::string(kind.group); }

Json details_of(const ResourceKind& kind, std::string_view name) {
  Json out{{"name", name}, {"kind", kind.plural}};
  if (!kind.group.empty()) out["group"] = kind.group;
  return out;
}

bool same_header(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

/// The reason of a cause follows from how its message begins. Source: apimachinery 1.32 pkg/util/validation/field/errors.go.
std::string_view cause_reason(std::string_view message) {
  for (const auto& [words, reason] : {std::pair{"Required value", "FieldValueRequired"}, {"Forbidden", "FieldValueForbidden"}, {"Unsupported value", "FieldValueNotSupported"},
                                      {"Duplicate value", "FieldValueDuplicate"}, {"Not found", "FieldValueNotFound"}, {"Too long", "FieldValueTooLong"}, {"Too many", "FieldValueTooMany"}})
    if (message.starts_with(words)) return reason;
  return "FieldValueInvalid";
}

/// The list of problems in words, each said once; the causes, each as often as it was found, go into `details`.
std::string told_problems(const std::vector<std::pair<std::string, std::string>>& problems, Json& details) {
  std::vector<std::string> texts;
  details["causes"] = Json::array();
  for (const auto& [field, message] : problems) {
    if (std::string text = field + ": " + message; std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    details["causes"].push_back({{"reason", cause_reason(message)}, {"message", message}, {"field", field}});
  }
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
  return texts.size() > 1 ? "[" + list + "]" : list;
}

bool read_query(std::string_view text, ApiRequest& out) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto key = percent_decoded(pair.substr(0, equals), true);
    const auto value = equals == std::string_view::npos ? std::string() : percent_decoded(pair.substr(equals + 1), true);
    if (!key || !value) return false;
    out.query.emplace(*key, *value);
  }
  return true;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<ApiRequest> parse_request(const HttpServerRequest& request) {
  ApiRequest out;
  out.method = request.method;
  const std::string_view target = request.target;
  if (target.empty() || target.front() != '/') return std::nullopt;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (mark != std::string_view::npos && !read_query(target.substr(mark + 1), out)) return std::nullopt;
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    const auto segment = percent_decoded(rest.substr(0, slash), false);
    if (!segment) return std::nullopt;
    if (!segment->empty()) out.segments.push_back(*segment);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  }
  out.path = std::string(path);
  out.body = request.body;
  out.accept = std::string(request.header("Accept"));
  out.content_type = std::string(request.header("Content-Type"));
  out.content_type = out.content_type.substr(0, out.content_type.find(';'));
  out.user_agent = std::string(request.header("User-Agent"));
  out.if_none_match = std::string(request.header("If-None-Match"));
  out.impersonated = std::string(request.header("Impersonate-User"));
  for (const auto& [name, value] : request.headers)
    if (same_header(name, "Impersonate-Group")) out.impersonated_groups.push_back(value);
  return out;
}

std::string ApiRequest::option(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

bool ApiRequest::flag(std::string_view name) const {
  const std::string value = option(name);
  return value == "true" || value == "1";
}

std::string_view ApiRequest::wanted_form() const {
  // The first media range that this server can give decides.
  const std::size_t comma = accept.find(',');
  const std::string_view first = std::string_view(accept).substr(0, comma);
  if (first.find("as=Table") != std::string_view::npos) return "Table";
  if (accept.find("as=PartialObjectMetadata") != std::string::npos) return "PartialObjectMetadata";
  if (accept.find("as=Table") != std::string::npos) return "Table";
  return {};
}

bool ApiRequest::accepts_aggregated_discovery() const { return accept.find("as=APIGroupDiscoveryList") != std::string::npos; }

Json status_object(const ApiFault& fault) {
  Json out{{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Failure"}, {"message", fault.message}, {"code", fault.code}};
  if (!fault.reason.empty()) out["reason"] = fault.reason;
  if (!fault.details.is_null()) out["details"] = fault.details;
  if (fault.details.is_object() && fault.details.contains("continue")) {
    out["metadata"]["continue"] = fault.details["continue"];
    out.erase("details");
  }
  return out;
}

HttpServerResponse json_response(const Json& body, int code) {
  HttpServerResponse out;
  out.status = code;
  out.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return out;
}

HttpServerResponse status_response(const ApiFault& fault) {
  HttpServerResponse out = json_response(status_object(fault), fault.code);
  out.headers = fault.headers;
  return out;
}

HttpServerResponse text_response(int code, std::string body) {
  HttpServerResponse out;
  out.status = code;
  out.content_type = "text/plain; charset=utf-8";
  out.body = std::move(body);
  return out;
}

ApiFault not_found(const ResourceKind& kind, std::string_view name) {
  return {404, "NotFound", qualified(kind) + " \"" + std::string(name) + "\" not found", details_of(kind, name)};
}

ApiFault already_exists(const ResourceKind& kind, std::string_view name) {
  return {409, "AlreadyExists", qualified(kind) + " \"" + std::string(name) + "\" already exists", details_of(kind, name)};
}

ApiFault conflict(const ResourceKind& kind, std::string_view name, std::string_view why) {
  return {409, "Conflict", "Operation cannot be fulfilled on " + qualified(kind) + " \"" + std::string(name) + "\": " + std::string(why), details_of(kind, name)};
}

ApiFault precondition_failed(const ResourceKind& kind, std::string_view name, std::string_view field, std::string_view wanted, std::string_view is) {
  const bool uid = field == "uid";
  const std::string what = uid ? "UID" : "ResourceVersion";
  Json details{{"name", name}, {"kind", kind.kind}};
  if (!kind.group.empty()) details["group"] = kind.group;
  return {409, "Conflict", "Operation cannot be fulfilled on " + std::string(kind.kind) + (kind.group.empty() ? "" : "." + std::string(kind.group)) + " \"" + std::string(name) + "\": the " + what +
                               " in the precondition (" + std::string(wanted) + ") does not match the " + what + " in record (" + std::string(is) + "). The object might have been " +
                               (uid ? "deleted and then recreated" : "modified"), std::move(details)};
}

ApiFault bad_request(std::string message) { return {400, "BadRequest", std::move(message)}; }

ApiFault unsupported_media(std::string_view accepted) {
  return {415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: " + std::string(accepted)};
}

ApiFault method_not_allowed(std::string_view) { return {405, "MethodNotAllowed", "the server does not allow this method on the requested resource", Json::object()}; }

ApiFault expired(std::string message, std::string continue_token) {
  ApiFault out{410, "Expired", std::move(message)};
  if (!continue_token.empty()) out.details = {{"continue", std::move(continue_token)}};
  return out;
}

ApiFault invalid(const ResourceKind& kind, std::string_view name, const std::vector<std::pair<std::string, std::string>>& problems) {
  Json details{{"kind", kind.kind}};
  if (!name.empty()) details["name"] = name;
  if (!kind.group.empty()) details["group"] = kind.group;
  const std::string what = kind.group.empty() ? std::string(kind.kind) : std::string(kind.kind) + "." + std::string(kind.group);
  const std::string list = told_problems(problems, details);
  return {422, "Invalid", what + " \"" + std::string(name) + "\" is invalid: " + list, std::move(details)};
}

ApiFault invalid_options(std::string_view options, const std::vector<std::pair<std::string, std::string>>& problems) {
  Json details{{"kind", options}, {"group", "meta.k8s.io"}};
  const std::string list = told_problems(problems, details);
  return {422, "Invalid", std::string(options) + ".meta.k8s.io \"\" is invalid: " + list, std::move(details)};
}

ApiFault forbidden(const ResourceKind& kind, std::string_view name, std::string_view why) {
  Json details{{"kind", kind.plural}};
  if (!name.empty()) details["name"] = name;
  if (!kind.group.empty()) details["group"] = kind.group;
  return {403, "Forbidden", qualified(kind) + (name.empty() ? "" : " \"" + std::string(name) + "\"") + " is forbidden: " + std::string(why), std::move(details)};
}

void add_warnings(HttpServerResponse& response, const std::vector<std::string>& warnings) {
  for (const std::string& text : warnings) {
    std::string quoted;
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) continue;   // control characters would end the header
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    response.headers.emplace_back("Warning", "299 - \"" + quoted + "\"");
  }
}

}  // namespace akstwin
