/// Tokens for Azure Resource Manager: from the environment, from a managed identity, or from the Azure command line. Never logged, never stored.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "adapters/http/client.hpp"
#include "adapters/kube/credentials.hpp"

namespace akstwin {

enum class AzureTokenSource : std::uint8_t { Automatic, Environment, ManagedIdentity, CommandLine };

/// Where a token comes from and what it is for.
struct AzureTokenOptions {
  AzureTokenSource source = AzureTokenSource::Automatic;
  std::string resource = "https://management.azure.com";
  /// Makes a transport to a URL; tests put a recording behind it.
  std::function<Result<std::unique_ptr<HttpTransport>>(const std::string& url)> connect;
};

struct AzureToken {
  std::string token;
  std::int64_t expires_us = 0;
};

/// The three answers that hold a token; messages never quote them.
Result<AzureToken> read_token_answer(const std::string& body, std::int64_t now_us);
Result<AzureToken> read_command_line_token(const std::string& printed, std::int64_t now_us);

/// Automatic: the environment if AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE is set, else `az` if it is logged in, else
/// the managed identity of this machine. Asked when first needed; renewed five minutes before the end.
std::unique_ptr<Credentials> make_azure_credentials(AzureTokenOptions options);

}  // namespace akstwin
