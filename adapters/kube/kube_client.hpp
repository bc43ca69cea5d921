/// Requests to a Kubernetes API server: who asks, what is repeated, and what a refusal says.
#pragma once
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "adapters/http/client.hpp"
#include "adapters/kube/credentials.hpp"

namespace akstwin {

/// metav1.Status, or what can be said of an answer that is none (priority and fairness answers 429 in plain text).
struct KubeStatus {
  int code = 0;
  std::string reason;                    ///< "NotFound", "Conflict", "Expired", …; empty when the server gave none
  std::string message;
  std::vector<std::string> causes;       ///< details.causes[].reason: "DisruptionBudget", "ResourceVersionTooLarge"
  std::string continue_token;            ///< of an expired list: where an inconsistent list could go on
  bool is_status = false;                ///< it was a Status object

  bool has_cause(std::string_view reason_of_cause) const;
  /// 410 in any of its shapes.
  bool gone() const { return code == 410 || reason == "Expired" || reason == "Gone"; }
  std::string words() const;
};

KubeStatus status_of(const HttpResponse& response);
KubeStatus status_of(const nlohmann::json& status_object);

/// The verdict of the Eviction API on a 429: only a disruption budget's refusal is one; anything else is the server being busy.
bool refused_by_budget(const HttpResponse& response);

/// Percent-encodes a value of a query.
std::string encode_query(std::string_view text);

/// The client of one cluster. GETs and answers with Retry-After are repeated; a 401 renews the credential once.
class KubeClient {
 public:
  KubeClient(HttpTransport& transport, Credentials& credentials, RetryPolicy policy = {});

  Result<HttpResponse> send(HttpRequest request);
  /// The body of a GET, parsed; a refusal is an Error with the server's words.
  Result<nlohmann::json> get(const std::string& target);
  /// A watch. The refusal of a watch is a head with a status of 300 or more.
  Result<std::unique_ptr<HttpStream>> watch(const std::string& target);
  HttpTransport& transport() { return transport_; }
  const RetryPolicy& policy() const { return policy_; }

 private:
  Result<void> authorize(HttpRequest& request);

  HttpTransport& transport_;
  Credentials& credentials_;
  RetryPolicy policy_;
};

}  // namespace akstwin
