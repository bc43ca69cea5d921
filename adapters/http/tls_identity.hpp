/// A certificate authority and a server certificate of its own, made at start: the served twin needs no files from anybody.
#pragma once
#include <string>
#include <vector>

#include "sim/base/result.hpp"

namespace akstwin {

struct TlsIdentity {
  std::string authority_pem;         ///< what clients trust; goes into the kubeconfig
  std::string certificate_pem;       ///< the server's, signed by that authority
  std::string key_pem;               ///< the server's private key (P-256); never written to a file
};

/// Makes an identity that is valid for these host names and IP addresses, for one year from now.
Result<TlsIdentity> make_tls_identity(const std::vector<std::string>& hosts);

/// `bytes` random bytes of the system as hexadecimal text: a bearer token.
Result<std::string> random_token(int bytes);

}  // namespace akstwin
