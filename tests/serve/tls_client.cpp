#include "tests/serve/tls_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace akstwin::test {

TlsClient::TlsClient(std::uint16_t port, int receive_buffer) : context_(SSL_CTX_new(TLS_client_method())), tls_(SSL_new(context_)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  SSL_set_fd(tls_, socket_);
  open_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && SSL_connect(tls_) == 1;
  if (!open_) throw std::runtime_error("no connection to the served twin");
}

TlsClient::~TlsClient() {
  SSL_free(tls_);
  SSL_CTX_free(context_);
  ::close(socket_);
}

void TlsClient::send(std::string_view bytes) {
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) & ~O_NONBLOCK);
  if (SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) <= 0) open_ = false;
}

bool TlsClient::take() {
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
  std::array<char, 16 << 10> buffer{};
  while (open_) {
    const int count = SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()));
    if (count > 0) received_.append(buffer.data(), static_cast<std::size_t>(count));
    else if (SSL_get_error(tls_, count) == SSL_ERROR_WANT_READ) break;
    else open_ = false;
  }
  return open_;
}

bool TlsClient::take_all(int milliseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (take() && std::chrono::steady_clock::now() < end) {
    pollfd ready{socket_, POLLIN, 0};
    ::poll(&ready, 1, 20);
  }
  return !open_;
}

std::string TlsClient::answer(int milliseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  constexpr std::string_view kLength = "Content-Length: ";
  for (;;) {
    const bool more = take();
    const std::size_t head = received_.find("\r\n\r\n"), length = received_.find(kLength);
    if (head != std::string::npos && length < head) {
      const std::size_t size = std::strtoull(received_.c_str() + length + kLength.size(), nullptr, 10);
      if (received_.size() >= head + 4 + size) {
        std::string body = received_.substr(head + 4, size);
        received_.erase(0, head + 4 + size);
        return body;
      }
    }
    if (!more || std::chrono::steady_clock::now() > end) throw std::runtime_error("no whole answer of the served twin");
    pollfd ready{socket_, POLLIN, 0};
    ::poll(&ready, 1, 20);
  }
}

std::string unchunked(std::string_view answer) {
  std::string body;
  const std::size_t head = answer.find("\r\n\r\n");
  if (head == std::string_view::npos) return body;
  answer.remove_prefix(head + 4);
  for (;;) {
    const std::size_t line = answer.find("\r\n");
    if (line == std::string_view::npos) return body;
    const std::size_t size = std::strtoull(std::string(answer.substr(0, line)).c_str(), nullptr, 16);
    if (size == 0 || answer.size() < line + 2 + size) return body;
    body.append(answer.substr(line + 2, size));
    answer.remove_prefix(std::min(answer.size(), line + 2 + size + 2));
  }
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

}  // namespace akstwin::test
