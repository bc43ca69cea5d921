/// A served twin for tests: asked directly, or over TLS from another thread.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/serve/serve.hpp"
#include "adapters/serve/serve_handler.hpp"

namespace akstwin::test {

inline constexpr std::string_view kToken = "secret";

/// The catalogue's first cluster: a shop of two Deployments, two autoscalers, a disruption budget.
const Scenario& shop();

struct Answer {
  int status = 0;
  std::string text;
  Json json;                     ///< of the text, or null
  HttpHeaders headers = {};
  bool streamed = false;         ///< a watch: the text is what it had to say at once
};

/// The handler without a network.
class Desk {
 public:
  Desk() : Desk(shop()) {}
  /// `scenario` outlives it.
  explicit Desk(const Scenario& scenario) : world_(scenario, Pace{Pace::Mode::Paused, 0}), handler_(world_, std::string(kToken)) {}
  /// As the owner of the token, unless there is an Authorization header; "none" stands for no credential at all.
  Answer ask(const std::string& method, const std::string& target, const Json& body = nullptr, HttpHeaders headers = {});
  Answer get(const std::string& target) { return ask("GET", target); }
  /// A watch, to be read at will.
  std::unique_ptr<ResponseStream> watch(const std::string& target);
  void run(Duration duration) { world_.run_to(world_.now() + duration); }
  ServedWorld& world() { return world_; }

 private:
  ServedWorld world_;
  ServeHandler handler_;
};

/// The server on a free port of the loopback, in a thread of its own until the object goes.
class Running {
 public:
  explicit Running(const Pace& pace, const std::string& kubeconfig = {}) : Running(ServeOptions{.pace = pace, .kubeconfig = kubeconfig}) {}
  explicit Running(ServeOptions options);
  ~Running();
  Running(const Running&) = delete;
  std::uint16_t port() const { return server_.port(); }
  const std::string& token() const { return server_.token(); }
  /// Ends it; the world may be looked at from then on.
  void stop();
  ServedWorld& world() { return server_.world(); }
  /// Sends these bytes over TLS and returns what comes back until the server closes or `patience` is over.
  std::string exchange(const std::string& bytes, std::chrono::milliseconds patience = std::chrono::milliseconds(3'000)) const;

 private:
  TwinServer server_;
  std::thread thread_;
};

}  // namespace akstwin::test
