/// The served twin as a whole: a world, its door, its certificate and its kubeconfig.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/serve/pace.hpp"
#include "models/spec/scenario.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

class ServedWorld;

struct ServeOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                  ///< 0: any free one
  bool allow_remote = false;               ///< addresses other than the loopback's
  Pace pace{};
  std::string kubeconfig{};                ///< where to write it; empty: nowhere
  std::chrono::milliseconds request_timeout{15'000};   ///< a request that takes longer to arrive is 408
  std::chrono::milliseconds write_timeout{30'000};     ///< a client that takes nothing for so long is dropped
  std::size_t watch_log_bytes = std::size_t{256} << 20;   ///< of each kind, for watches that lag behind
};

class TwinServer {
 public:
  TwinServer(const Scenario& scenario, ServeOptions options);
  ~TwinServer();
  TwinServer(const TwinServer&) = delete;

  /// Makes certificate and token, binds, writes the kubeconfig. Call once before run().
  Result<void> start();
  /// Serves until stop() or until `stopped` says so; it is asked a few times a second.
  void run(const std::function<bool()>& stopped);
  void stop();

  std::uint16_t port() const;
  const std::string& token() const;
  const std::string& authority_pem() const;
  std::string kubeconfig_text() const;
  ServedWorld& world();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

/// Splits "127.0.0.1:8443", ":8443", "[::1]:0".
Result<std::pair<std::string, std::uint16_t>> parse_listen_address(std::string_view text);

}  // namespace akstwin
