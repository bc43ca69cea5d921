/// A TLS connection to a served twin, as a client holds it: many of them fit into one thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace akstwin::test {

class TlsClient {
 public:
  /// Connects; `receive_buffer`: bytes that the system takes for a client that does not read, 0: as many as usual.
  explicit TlsClient(std::uint16_t port, int receive_buffer = 0);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;

  void send(std::string_view bytes);
  /// Takes what has arrived, without waiting, into received(); false: the server has closed.
  bool take();
  /// Waits until the server has closed, or `milliseconds` are over; whether it has.
  bool take_all(int milliseconds);
  /// Waits for one answer with a Content-Length, and returns its body.
  std::string answer(int milliseconds = 30'000);
  const std::string& received() const { return received_; }
  int descriptor() const { return socket_; }

 private:
  int socket_ = -1;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* tls_ = nullptr;
  std::string received_;
  bool open_ = false;
};

/// The body of an answer in chunks, as far as it has arrived.
std::string unchunked(std::string_view answer);
/// The lines of a text.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace akstwin::test
