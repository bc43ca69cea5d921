/// Azure Resource Manager: requests, long-running operations, throttling.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "adapters/http/client.hpp"
#include "adapters/kube/credentials.hpp"

namespace akstwin {

/// One change of a resource. `path` begins with /subscriptions and ends with its api-version.
struct ArmRequest {
  std::string what;                      ///< "scale pool aks-prod/user to 5"
  std::string method = "PUT", path, body;
};

struct ArmLimits {
  Duration poll{15'000'000};             ///< between two looks at an operation that states no Retry-After
  Duration patience{3'600'000'000};      ///< pool operations of AKS take minutes, rarely more than an hour
  RetryPolicy retries{.repeats = 20, .connection_repeats = 4, .first_pause = {1'000'000}, .longest_pause = {60'000'000}, .longest_retry_after = {600'000'000}};
};

/// "429 TooManyRequests: …": code and message of ARM's error object, whatever its shape.
std::string arm_error(const HttpResponse& response);

class ArmClient {
 public:
  ArmClient(HttpTransport& transport, Credentials& credentials, ArmLimits limits = {}) : transport_(transport), credentials_(credentials), limits_(limits) {}

  Result<nlohmann::json> get(const std::string& path);
  /// Sends a change and waits until it has ended: polls Azure-AsyncOperation, else Location, else the resource's provisioningState.
  Result<nlohmann::json> run(const ArmRequest& request);
  /// Sends a change and returns once it was accepted; `operation` is where to ask how it goes, empty when it has ended.
  Result<nlohmann::json> start(const ArmRequest& request, std::string& operation);
  HttpTransport& transport() { return transport_; }

 private:
  Result<HttpResponse> send(HttpRequest request);
  Result<nlohmann::json> await(const ArmRequest& request, HttpResponse accepted);

  HttpTransport& transport_;
  Credentials& credentials_;
  ArmLimits limits_;
};

}  // namespace akstwin
