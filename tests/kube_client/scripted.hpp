/// Answers written by hand, and clients that need no server.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "adapters/kube/kube_client.hpp"
#include "adapters/record/replay_transport.hpp"

namespace akstwin::test {

/// No credential at all.
class Nobody final : public Credentials {
 public:
  Result<std::string> bearer(std::int64_t) override { return token; }
  void rejected() override { ++rejections; }
  std::string token;
  int rejections = 0;
};

/// An answer to a request of that method and target.
inline Exchange answer(std::string method, std::string target, int status, std::string body, HttpHeaders headers = {}) {
  Exchange exchange;
  exchange.request = {std::move(method), std::move(target), {}, {}};
  exchange.response = {status, std::move(headers), std::move(body)};
  return exchange;
}

/// A connection that fails.
inline Exchange no_answer(std::string method, std::string target) {
  Exchange exchange;
  exchange.request = {std::move(method), std::move(target), {}, {}};
  exchange.end = ExchangeEnd::NoAnswer;
  exchange.error = "Connection refused";
  return exchange;
}

/// A watch that says these chunks, one a second, and ends as told.
inline Exchange watch_answer(std::string target, const std::vector<std::string>& chunks, ExchangeEnd end = ExchangeEnd::ClientClosed) {
  Exchange exchange = answer("GET", std::move(target), 200, "");
  std::int64_t at = 0;
  for (const std::string& chunk : chunks) exchange.chunks.push_back({Duration{at += 1'000'000}, chunk});
  exchange.end_at = Duration{at + 1'000'000};
  exchange.end = end;
  return exchange;
}

inline nlohmann::json config_map(const std::string& name, const std::string& version, const std::string& uid = "") {
  return {{"kind", "ConfigMap"}, {"apiVersion", "v1"}, {"metadata", {{"name", name}, {"namespace", "a"}, {"uid", uid.empty() ? "uid-" + name : uid}, {"resourceVersion", version}}}};
}

inline std::string list_of(const std::vector<nlohmann::json>& items, const std::string& version, const std::string& token = "") {
  nlohmann::json list{{"kind", "ConfigMapList"}, {"apiVersion", "v1"}, {"metadata", {{"resourceVersion", version}}}, {"items", items}};
  if (!token.empty()) list["metadata"]["continue"] = token;
  return list.dump();
}

inline std::string event(const std::string& type, const nlohmann::json& object) { return nlohmann::json{{"type", type}, {"object", object}}.dump() + "\n"; }

inline nlohmann::json status_object(int code, const std::string& reason) {
  return {{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"}, {"code", code}, {"reason", reason}, {"message", reason}};
}

}  // namespace akstwin::test
