/// Tokens of service accounts: signed by the twin, for as long as it runs.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// Whom a token is of, where it is good, and until when.
struct AccountToken {
  std::string cluster, name_space, name;
  std::int64_t expires = 0;               ///< seconds since 1970, in the twin's time
  std::string audience = {};

  /// "system:serviceaccount:NAMESPACE:NAME"
  std::string user() const { return "system:serviceaccount:" + name_space + ":" + name; }
};

/// A JSON Web Token (RFC 7519), signed with HMAC-SHA-256 under `key`.
std::string sign_account_token(std::string_view key, const AccountToken& token);
/// Nothing when it is no such token, or was not signed under `key`. Whether it has ended is the caller's to see.
std::optional<AccountToken> read_account_token(std::string_view key, std::string_view text);

}  // namespace akstwin
