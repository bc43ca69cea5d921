/// One request to a server with the answer as it came, chunk by chunk: what a recording consists of.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "adapters/http/client.hpp"

namespace akstwin {

struct ExchangeChunk {
  Duration at;                           ///< since the request was sent
  std::string data;
};

/// How an answer ended.
enum class ExchangeEnd : std::uint8_t { Complete, ClientClosed, Cut, NoAnswer };

/// A recorded exchange. Credentials are never part of it: `credential` says that there was one.
struct Exchange {
  std::string id, description;
  std::string user;                      ///< who asked, in words; empty: unknown
  std::optional<std::int64_t> sent_us;   ///< when, on the recorder's clock (microseconds since 1970); recordings of others do not say
  HttpRequest request;
  bool credential = false;
  HttpResponse response;                 ///< status 0: no answer
  std::vector<ExchangeChunk> chunks;     ///< a streamed body; response.body is then empty
  Duration headers_at, end_at;           ///< since the request was sent
  ExchangeEnd end = ExchangeEnd::Complete;
  std::string error;                     ///< of NoAnswer

  /// Path and query of the request apart.
  std::string path() const { return std::string(path_of(request.target)); }
  std::string query() const;
  /// The body, streamed or not, in one piece.
  std::string whole_body() const;
};

/// Reads the form in which recordings are kept; bodies in base64 are decoded.
Exchange exchange_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Exchange& exchange);

}  // namespace akstwin
