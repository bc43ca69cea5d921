#include "tests/kube_client/tls_server.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace akstwin::test {
namespace {

/// A certificate that signs itself, and its key.
std::pair<X509*, EVP_PKEY*> make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  for (const auto& [nid, value] : {std::pair{NID_basic_constraints, "CA:TRUE"}, std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  return {certificate, key};
}

std::string pem(X509* certificate) {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(out);
  return text;
}

/// Length of the body that a head announces.
std::size_t length_of(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  std::size_t value = 0;
  if (at != std::string::npos) std::from_chars(head.data() + at + 16, head.data() + head.size(), value);
  return value;
}

void rest(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace

std::string http_ok(const std::string& body, const std::string& headers) { return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body; }

std::string http_chunk(const std::string& data) {
  std::array<char, 32> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return size.data() + data + "\r\n";
}

TlsServer::TlsServer(Handler handler) : handler_(std::move(handler)), context_(SSL_CTX_new(TLS_server_method())) {
  auto [certificate, key] = make_certificate();
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  certificate_ = pem(certificate);
  X509_free(certificate);
  EVP_PKEY_free(key);
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(listener_, 16);
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

TlsServer::~TlsServer() {
  stop_ = true;
  thread_.join();
  for (std::thread& client : clients_) client.join();
  ::close(listener_);
  SSL_CTX_free(context_);
}

void TlsServer::run() {
  while (!stop_) {
    pollfd one{listener_, POLLIN, 0};
    if (::poll(&one, 1, 20) <= 0) continue;
    const int fd = ::accept(listener_, nullptr, nullptr);
    if (fd < 0) continue;
    ++connections_;
    clients_.emplace_back([this, fd] { serve(fd); });
  }
}

void TlsServer::serve(int fd) {
  const timeval patience{0, 50'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  SSL* ssl = SSL_new(context_);
  SSL_set_fd(ssl, fd);
  int accepted = -1;
  for (int i = 0; i < 40 && !stop_ && accepted != 1; ++i) {
    accepted = SSL_accept(ssl);
    if (accepted != 1 && SSL_get_error(ssl, accepted) != SSL_ERROR_WANT_READ) break;
  }
  std::string received;
  bool open = accepted == 1;
  while (open && !stop_) {
    std::array<char, 4096> buffer{};
    const int read = SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
    if (read <= 0) {
      open = SSL_get_error(ssl, read) == SSL_ERROR_WANT_READ;
      continue;
    }
    received.append(buffer.data(), static_cast<std::size_t>(read));
    const std::size_t head = received.find("\r\n\r\n");
    if (head == std::string::npos || received.size() < head + 4 + length_of(received)) continue;
    RawAnswer answer;
    {
      const std::lock_guard lock(mutex_);
      answer = handler_(received);
    }
    received.clear();
    for (int waited = 0; waited < answer.silent_ms && !stop_; waited += 10) rest(10);
    for (const std::string& piece : answer.pieces) {
      if (SSL_write(ssl, piece.data(), static_cast<int>(piece.size())) <= 0) break;
      rest(20);
    }
    if (answer.close) open = false;
  }
  SSL_free(ssl);
  ::close(fd);
}

}  // namespace akstwin::test
