#include "adapters/live/live_session.hpp"

#include <algorithm>
#include <chrono>

#include "adapters/azure/token.hpp"
#include "adapters/record/replay_transport.hpp"

namespace akstwin {
namespace {

constexpr const char* kManagement = "https://management.azure.com";
constexpr Duration kLiveStep{500'000};

class NoCredentials final : public Credentials {
 public:
  Result<std::string> bearer(std::int64_t) override { return std::string{}; }
  void rejected() override {}
};

std::int64_t wall_clock_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<std::unique_ptr<HttpTransport>> connect_to(const std::string& url) {
  auto endpoint = parse_endpoint(url);
  if (!endpoint) return tl::unexpected(endpoint.error());
  return make_live_transport(*endpoint, {});
}

Result<void> open_record(LiveSession& session, const std::string& path) {
  session.record_file = std::make_unique<std::ofstream>(path, std::ios::binary | std::ios::trunc);
  if (!*session.record_file) return fail("cannot write " + path);
  session.recorder = std::make_unique<RecordingTransport>(*session.transport, *session.record_file);
  return {};
}

Result<void> open_replay(LiveSession& session, const SessionOptions& options) {
  std::ifstream in(options.replay, std::ios::binary);
  if (!in) return fail("cannot read " + options.replay);
  auto exchanges = read_recording(in);
  if (!exchanges) return tl::unexpected(std::move(exchanges.error()).within(options.replay));
  session.context.name = options.context.empty() ? "replay" : options.context;
  // Not the clock of this machine: ages and time stamps shall be those of then, and the same again and again.
  const auto began = began_us(*exchanges);
  if (!began) return fail(options.replay + " does not say when it was recorded");
  session.transport = std::make_unique<ReplayTransport>(std::move(*exchanges), *began);
  session.credentials = std::make_unique<NoCredentials>();
  return {};
}

}  // namespace

tl::expected<std::unique_ptr<LiveSession>, SessionError> open_session(const SessionOptions& options) {
  const auto failed = [](Error error, bool refused = false) { return tl::unexpected<SessionError>(SessionError{std::move(error), refused}); };
  auto session = std::make_unique<LiveSession>();
  if (!options.replay.empty()) {
    if (auto opened = open_replay(*session, options); !opened) return failed(opened.error());
  } else {
    auto context = load_context(options.context, options.kubeconfig);
    if (!context) return failed(context.error());
    session->context = *context;
    if (options.require_verified && session->context.insecure)
      return failed({"context '" + session->context.name + "' has insecure-skip-tls-verify: nobody knows whom it would change"}, true);
    if (options.require_verified && !session->context.endpoint.secure)
      return failed({"context '" + session->context.name + "' is plain HTTP: nobody knows whom a proxy would change"}, true);
    auto credentials = make_credentials(session->context, wall_clock_us());
    if (!credentials) return failed(credentials.error());
    session->credentials = std::move(*credentials);
    auto transport = make_live_transport(session->context.endpoint, session->context.tls);
    if (!transport) return failed(transport.error());
    session->transport = std::move(*transport);
  }
  if (!options.record.empty())
    if (auto opened = open_record(*session, options.record); !opened) return failed(opened.error());
  session->client = std::make_unique<KubeClient>(session->http(), *session->credentials);
  return session;
}

Result<void> open_azure(LiveSession& session) {
  auto transport = connect_to(kManagement);
  if (!transport) return tl::unexpected(transport.error());
  session.arm_transport = std::move(*transport);
  HttpTransport* http = session.arm_transport.get();
  if (session.record_file) {
    session.arm_recorder = std::make_unique<RecordingTransport>(*http, *session.record_file);
    http = session.arm_recorder.get();
  }
  AzureTokenOptions options;
  options.connect = connect_to;
  session.arm_credentials = make_azure_credentials(std::move(options));
  session.arm = std::make_unique<ArmClient>(*http, *session.arm_credentials);
  return {};
}

void pump(HttpTransport& transport, std::int64_t until_us, const std::function<bool()>& step) {
  while (step()) {
    const Duration left{until_us - transport.now_us()};
    if (left.us <= 0) return;
    const std::int64_t before = transport.now_us();
    transport.wait(std::min(kLiveStep, left));
    // A stream with news ends the wait at once; one that an informer in its back-off leaves alone must not make this a spin.
    if (transport.now_us() - before < 1'000) transport.pause(Duration{2'000});
  }
}

}  // namespace akstwin
