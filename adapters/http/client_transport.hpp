/// The live HTTP port: HTTP/1.1 over TLS with Boost.Beast. Beast and OpenSSL are included by the .cpp alone.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "adapters/http/client.hpp"

namespace akstwin {

/// Where a server is: "https://aks-prod-dns-1234.hcp.eastus2.azmk8s.io:443/prefix".
struct HttpEndpoint {
  bool secure = true;
  std::string host, port = "443";
  std::string prefix;                    ///< put in front of each path, without a slash at its end
};

/// Reads a URL. Plain HTTP is for loopback and for Azure's instance metadata address only: nothing else may see a credential unencrypted.
Result<HttpEndpoint> parse_endpoint(std::string_view url);

/// Whom to trust and who one is. All PEM, in memory.
struct TlsClientIdentity {
  std::string authorities;               ///< empty: those of the system
  std::string certificate, key;          ///< of the client; both or none
  std::string server_name;               ///< to expect and to ask for (SNI); empty: the endpoint's host
  bool verify = true;
};

struct HttpLimits {
  std::uint64_t body = 256ULL << 20;     ///< a list of 50,000 pods in one page has about 200 MB
  std::uint32_t header = 64U << 10;
  std::size_t stream_backlog = 8U << 20; ///< a stream that nobody takes from is read no further
  Duration stream_idle{330'000'000};     ///< a stream that says nothing for that long is dead (watches ask for 290 s)
  std::size_t idle_connections = 4;
};

/// A transport to one server; connects when first used. An Error says which part of the identity is unusable.
Result<std::unique_ptr<HttpTransport>> make_live_transport(const HttpEndpoint& endpoint, const TlsClientIdentity& identity, const HttpLimits& limits = {});

}  // namespace akstwin
