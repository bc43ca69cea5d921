/// Bearer tokens as they are needed: fixed, from a file, or from a plugin. They are never logged and never stored.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "adapters/kube/kubeconfig.hpp"
#include "adapters/kube/run_program.hpp"

namespace akstwin {

/// Who the client is.
class Credentials {
 public:
  virtual ~Credentials() = default;
  /// The bearer token to send; empty when the identity is in the TLS certificate.
  virtual Result<std::string> bearer(std::int64_t now_us) = 0;
  /// The server answered 401: what is cached is worth nothing any more.
  virtual void rejected() = 0;
};

/// What an exec plugin answered.
struct ExecCredential {
  std::string token, certificate, key;   ///< PEM
  std::int64_t expires_us = 0;           ///< 0: not before 401
};

/// Reads the answer of a plugin; messages never quote it.
Result<ExecCredential> read_exec_credential(const std::string& text, const std::string& api_version);
/// The call of a plugin as the protocol wants it, with KUBERNETES_EXEC_INFO.
ProgramCall exec_call(const ExecPlugin& plugin, const KubeContext& context);

/// The credentials of a context. A plugin is run at once; a certificate that it answers is put into `context.tls`.
Result<std::unique_ptr<Credentials>> make_credentials(KubeContext& context, std::int64_t now_us);

}  // namespace akstwin
