/// A small HTTPS server in a thread, with answers byte by byte as a test wants them, good and bad.
#pragma once
#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace akstwin::test {

/// What the server does with one request.
struct RawAnswer {
  std::vector<std::string> pieces;       ///< sent one after the other, 20 ms apart
  bool close = false;                    ///< end the connection without ending TLS, as a killed process does
  int silent_ms = 0;                     ///< before the first piece
};

class TlsServer {
 public:
  using Handler = std::function<RawAnswer(const std::string& head_and_body)>;
  /// Listens on loopback with a fresh certificate for "localhost" and 127.0.0.1.
  explicit TlsServer(Handler handler);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;

  int port() const { return port_; }
  const std::string& certificate() const { return certificate_; }   ///< PEM, its own authority
  int connections() const { return connections_; }

 private:
  void run();
  void serve(int fd);

  Handler handler_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1, port_ = 0;
  std::string certificate_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<std::thread> clients_;
  std::thread thread_;
};

/// "HTTP/1.1 200 OK" with a body and its length.
std::string http_ok(const std::string& body, const std::string& headers = "");
/// One chunk of a chunked body.
std::string http_chunk(const std::string& data);

}  // namespace akstwin::test
