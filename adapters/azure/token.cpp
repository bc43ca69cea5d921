#include "adapters/azure/token.hpp"

#include <charconv>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "adapters/kube/kube_client.hpp"
#include "adapters/kube/run_program.hpp"
#include "scenarios/source_files.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr std::int64_t kLeewayUs = 300'000'000;   // as the Azure SDKs renew: five minutes before the end
constexpr Duration kTokenTimeout{20'000'000};
constexpr const char* kLogin = "https://login.microsoftonline.com";
constexpr const char* kMetadata = "http://169.254.169.254";   // instance metadata service: link-local, plain HTTP by design

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string(value);
}

/// A number written as a number or as text.
std::int64_t number_at(const json& object, const char* key, std::int64_t otherwise) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  if (found->is_number_integer()) return *found;
  if (!found->is_string()) return otherwise;
  const std::string text = *found;
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class AzureCredentials final : public Credentials {
 public:
  explicit AzureCredentials(AzureTokenOptions options) : options_(std::move(options)) {}
  Result<std::string> bearer(std::int64_t now_us) override {
    if (!current_.token.empty() && now_us + kLeewayUs < current_.expires_us) return current_.token;
    auto fresh = fetch(now_us);
    if (!fresh) return tl::unexpected(std::move(fresh.error()).within("Azure token"));
    current_ = *fresh;
    return current_.token;
  }
  void rejected() override { current_ = {}; }

 private:
  Result<AzureToken> fetch(std::int64_t now_us) const;
  Result<AzureToken> from_environment(std::int64_t now_us) const;
  Result<AzureToken> from_command_line(std::int64_t now_us) const;
  Result<AzureToken> from_managed_identity(std::int64_t now_us) const;
  Result<AzureToken> ask(const std::string& url, const HttpRequest& request, std::int64_t now_us) const;

  AzureTokenOptions options_;
  AzureToken current_;
};

Result<AzureToken> AzureCredentials::fetch(std::int64_t now_us) const {
  switch (options_.source) {
    case AzureTokenSource::Environment: return from_environment(now_us);
    case AzureTokenSource::CommandLine: return from_command_line(now_us);
    case AzureTokenSource::ManagedIdentity: return from_managed_identity(now_us);
    case AzureTokenSource::Automatic: break;
  }
  const bool stated = !environment("AZURE_CLIENT_SECRET").empty() || !environment("AZURE_FEDERATED_TOKEN_FILE").empty();
  if (!environment("AZURE_CLIENT_ID").empty() && stated) return from_environment(now_us);
  if (auto token = from_command_line(now_us)) return token;
  return from_managed_identity(now_us);
}

Result<AzureToken> AzureCredentials::ask(const std::string& url, const HttpRequest& request, std::int64_t now_us) const {
  auto transport = options_.connect(url);
  if (!transport) return tl::unexpected(transport.error());
  auto response = send_with_retries(**transport, request, kTokenTimeout, RetryPolicy{});
  if (!response) return tl::unexpected(response.error());
  if (!response->ok()) return fail("refused with status " + std::to_string(response->status));
  return read_token_answer(response->body, now_us);
}

Result<AzureToken> AzureCredentials::from_environment(std::int64_t now_us) const {
  const std::string tenant = environment("AZURE_TENANT_ID"), client = environment("AZURE_CLIENT_ID");
  if (tenant.empty() || client.empty()) return fail("AZURE_TENANT_ID and AZURE_CLIENT_ID are not set");
  std::string body = "grant_type=client_credentials&client_id=" + encode_query(client) + "&scope=" + encode_query(options_.resource + "/.default");
  if (const std::string file = environment("AZURE_FEDERATED_TOKEN_FILE"); !file.empty()) {
    const auto assertion = read_file(file, 1U << 20);
    if (!assertion) return fail("cannot read AZURE_FEDERATED_TOKEN_FILE");
    body += "&client_assertion_type=" + encode_query("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") + "&client_assertion=" + encode_query(*assertion);
  } else if (const std::string secret = environment("AZURE_CLIENT_SECRET"); !secret.empty()) {
    body += "&client_secret=" + encode_query(secret);
  } else {
    return fail("neither AZURE_CLIENT_SECRET nor AZURE_FEDERATED_TOKEN_FILE is set");
  }
  const std::string host = environment("AZURE_AUTHORITY_HOST");
  return ask(host.empty() ? kLogin : host, {"POST", "/" + encode_query(tenant) + "/oauth2/v2.0/token", {{"Content-Type", "application/x-www-form-urlencoded"}}, body}, now_us);
}

Result<AzureToken> AzureCredentials::from_managed_identity(std::int64_t now_us) const {
  std::string target = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + encode_query(options_.resource);
  if (const std::string client = environment("AZURE_CLIENT_ID"); !client.empty()) target += "&client_id=" + encode_query(client);
  return ask(kMetadata, {"GET", target, {{"Metadata", "true"}}, {}}, now_us);
}

Result<AzureToken> AzureCredentials::from_command_line(std::int64_t now_us) const {
  auto printed = run_program({{"az", "account", "get-access-token", "--resource", options_.resource, "--output", "json"}, {}, kTokenTimeout * 2});
  if (!printed) return tl::unexpected(printed.error());
  return read_command_line_token(*printed, now_us);
}

}  // namespace

Result<AzureToken> read_token_answer(const std::string& body, std::int64_t now_us) {
  const json answer = json::parse(body, nullptr, false);
  if (answer.is_discarded() || !answer.is_object() || !answer.contains("access_token") || !answer["access_token"].is_string()) return fail("the answer holds no token");
  AzureToken out{answer["access_token"], 0};
  const std::int64_t on = number_at(answer, "expires_on", 0);
  out.expires_us = on > 0 ? on * 1'000'000 : now_us + number_at(answer, "expires_in", 300) * 1'000'000;
  return out;
}

Result<AzureToken> read_command_line_token(const std::string& printed, std::int64_t now_us) {
  const json answer = json::parse(printed, nullptr, false);
  if (answer.is_discarded() || !answer.is_object() || !answer.contains("accessToken") || !answer["accessToken"].is_string()) return fail("az printed no token");
  AzureToken out{answer["accessToken"], 0};
  // expires_on is newer than expiresOn, which is local time without a zone and of no use.
  const std::int64_t on = number_at(answer, "expires_on", 0);
  out.expires_us = on > 0 ? on * 1'000'000 : now_us + 600'000'000;
  return out;
}

std::unique_ptr<Credentials> make_azure_credentials(AzureTokenOptions options) { return std::make_unique<AzureCredentials>(std::move(options)); }

}  // namespace akstwin
