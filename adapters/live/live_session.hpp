/// A connection to a real cluster with all that belongs to it; or to a recording of one.
#pragma once
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "adapters/azure/arm_client.hpp"
#include "adapters/kube/kube_client.hpp"
#include "adapters/record/recording_transport.hpp"

namespace akstwin {

struct SessionOptions {
  std::string context;                   ///< of the kubeconfig; empty: the current one
  std::string kubeconfig;                ///< a file; empty: KUBECONFIG, ~/.kube/config
  std::string record;                    ///< a file that gets every exchange
  std::string replay;                    ///< a recording instead of a cluster
  bool require_verified = false;         ///< refuse insecure-skip-tls-verify and plain HTTP
};

/// Members in the order of who needs whom.
struct LiveSession {
  KubeContext context;
  std::unique_ptr<HttpTransport> transport;
  std::unique_ptr<std::ofstream> record_file;
  std::unique_ptr<RecordingTransport> recorder;
  std::unique_ptr<Credentials> credentials;
  std::unique_ptr<KubeClient> client;
  std::unique_ptr<HttpTransport> arm_transport;
  std::unique_ptr<RecordingTransport> arm_recorder;
  std::unique_ptr<Credentials> arm_credentials;
  std::unique_ptr<ArmClient> arm;

  HttpTransport& http() { return recorder ? static_cast<HttpTransport&>(*recorder) : *transport; }
};

/// Why a session was not opened: `refused` is a matter of safety, not of the way.
struct SessionError {
  Error error;
  bool refused = false;
};

tl::expected<std::unique_ptr<LiveSession>, SessionError> open_session(const SessionOptions& options);
/// Adds a client of Azure Resource Manager to a session.
Result<void> open_azure(LiveSession& session);
/// Passes time until `until_us`: informers progress through `step`, which says false to end early.
void pump(HttpTransport& transport, std::int64_t until_us, const std::function<bool()>& step);

}  // namespace akstwin
