/// A request taken apart, and the answers of a Kubernetes API that are not objects: Status documents with the genuine server's words.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "adapters/http/server.hpp"
#include "adapters/serve/resources.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

using Json = nlohmann::json;

struct ApiRequest {
  std::string method, path, body;
  std::vector<std::string> segments;               ///< of the path, decoded
  std::map<std::string, std::string, std::less<>> query;
  std::string accept, content_type, user_agent, if_none_match;
  std::string impersonated;                        ///< the user that the client acts as; empty: whom the token is of
  std::vector<std::string> impersonated_groups;
  bool anonymous = false;                          ///< nobody has said who asks: version and health

  std::string option(std::string_view name) const;
  bool flag(std::string_view name) const;          ///< "true" or "1"
  /// What the client wants to read: "Table", "PartialObjectMetadata(List)" or empty for the object itself.
  std::string_view wanted_form() const;
  bool accepts_aggregated_discovery() const;
  bool dry_run() const { return option("dryRun") == "All"; }
};

/// Nothing when the target is malformed (bad percent-encoding, no leading slash).
std::optional<ApiRequest> parse_request(const HttpServerRequest& request);
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// A refusal in Kubernetes' terms.
struct ApiFault {
  int code = 500;
  std::string reason, message;
  Json details = nullptr;
  HttpHeaders headers = {};
};

Json status_object(const ApiFault& fault);
HttpServerResponse status_response(const ApiFault& fault);
HttpServerResponse json_response(const Json& body, int code = 200);
HttpServerResponse text_response(int code, std::string body);

ApiFault not_found(const ResourceKind& kind, std::string_view name);
ApiFault already_exists(const ResourceKind& kind, std::string_view name);
ApiFault conflict(const ResourceKind& kind, std::string_view name, std::string_view why);
/// A delete or an eviction that names another version ("resourceVersion") or another object ("uid") than there is.
ApiFault precondition_failed(const ResourceKind& kind, std::string_view name, std::string_view field, std::string_view wanted, std::string_view is);
ApiFault bad_request(std::string message);
ApiFault unsupported_media(std::string_view accepted);
ApiFault method_not_allowed(std::string_view method);
ApiFault expired(std::string message, std::string continue_token = {});
/// 422 with one cause for each problem: {field, message}.
ApiFault invalid(const ResourceKind& kind, std::string_view name, const std::vector<std::pair<std::string, std::string>>& problems);
/// The same for the options of a request: "CreateOptions".
ApiFault invalid_options(std::string_view options, const std::vector<std::pair<std::string, std::string>>& problems);
ApiFault forbidden(const ResourceKind& kind, std::string_view name, std::string_view why);
/// A Warning header as client-go shows it: 299 - "text".
void add_warnings(HttpServerResponse& response, const std::vector<std::string>& warnings);

}  // namespace akstwin
