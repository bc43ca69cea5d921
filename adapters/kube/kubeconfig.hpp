/// Which cluster and as whom: contexts of kubeconfig files, and the service account of a pod.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/http/client_transport.hpp"

namespace akstwin {

/// users[].user.exec: a program that prints an ExecCredential (client.authentication.k8s.io v1 or v1beta1), such as kubelogin.
struct ExecPlugin {
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::string api_version;
  std::string install_hint;
  bool provide_cluster_info = false;
  bool always_interactive = false;       ///< interactiveMode Always: cannot be used here
};

/// A context with everything resolved: files read, base64 decoded.
struct KubeContext {
  std::string name, cluster, user, name_space;   ///< name_space: empty for "default"
  HttpEndpoint endpoint;
  TlsClientIdentity tls;
  bool insecure = false;                 ///< insecure-skip-tls-verify: reads may go on, `apply` refuses
  std::string token;
  std::string token_file;                ///< read again and again: bound tokens are replaced every hour
  std::optional<ExecPlugin> exec;
  std::string authority_pem;             ///< for exec plugins that want the cluster's data
};

/// Reads one kubeconfig text; relative paths start at `folder`. `context` empty: the current one.
Result<KubeContext> read_kubeconfig(std::string_view text, const std::string& folder, const std::string& context);
/// The context of that name in the files of KUBECONFIG (the first that has it), or of ~/.kube/config; `file` instead when it is not empty.
/// "in-cluster" is the service account of the pod that this program runs in.
Result<KubeContext> load_context(const std::string& context, const std::string& file = {});
/// The service account mounted below `folder`, at the address that Kubernetes puts into the environment.
Result<KubeContext> in_cluster_context(const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace akstwin
