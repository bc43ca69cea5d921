#include "adapters/serve/account_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include <nlohmann/json.hpp>

#include "adapters/http/base64.hpp"
#include "adapters/http/json_field.hpp"

namespace akstwin {
namespace {

std::string signature_of(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return encode_base64_url({reinterpret_cast<const char*>(digest.data()), size});
}

constexpr std::string_view kIssuer = "https://kubernetes.default.svc";

}  // namespace

std::string sign_account_token(std::string_view key, const AccountToken& token) {
  const nlohmann::json head{{"alg", "HS256"}, {"typ", "JWT"}};
  const nlohmann::json claims{{"iss", kIssuer}, {"sub", token.user()}, {"aud", nlohmann::json::array({token.audience.empty() ? std::string(kIssuer) : token.audience})}, {"exp", token.expires},
                              {"akstwin/cluster", token.cluster}, {"kubernetes.io", {{"namespace", token.name_space}, {"serviceaccount", {{"name", token.name}}}}}};
  const std::string text = encode_base64_url(head.dump()) + "." + encode_base64_url(claims.dump());
  return text + "." + signature_of(key, text);
}

std::optional<AccountToken> read_account_token(std::string_view key, std::string_view text) {
  const std::size_t last = text.rfind('.'), first = text.find('.');
  if (last == std::string_view::npos || first == last) return std::nullopt;
  const std::string wanted = signature_of(key, text.substr(0, last));
  const std::string_view given = text.substr(last + 1);
  if (given.size() != wanted.size() || CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) != 0) return std::nullopt;
  const auto payload = decode_base64_url(text.substr(first + 1, last - first - 1));
  const auto claims = payload ? nlohmann::json::parse(*payload, nullptr, false) : nlohmann::json();
  if (!claims.is_object() || !claims.contains("kubernetes.io") || !claims.contains("exp")) return std::nullopt;
  AccountToken out;
  out.cluster = text_at(claims, "akstwin/cluster");
  out.name_space = text_at(claims["kubernetes.io"], "namespace");
  out.name = text_at(claims["kubernetes.io"].value("serviceaccount", nlohmann::json()), "name");
  out.expires = claims["exp"].get<std::int64_t>();
  return out;
}

}  // namespace akstwin
