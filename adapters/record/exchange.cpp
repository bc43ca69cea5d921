#include "adapters/record/exchange.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "adapters/http/base64.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

Duration seconds(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return Duration{0};
  return Duration{std::llround(found->get<double>() * 1e6)};
}

/// Text at `key`; empty when it is absent, null or something else.
std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The object or list at `key`; an empty one of that type when it is absent or null.
json part(const json& object, const char* key, json::value_t type) {
  const auto found = object.find(key);
  return found != object.end() && found->type() == type ? *found : json(type);
}

/// Text at `key`, or what `key`_base64 holds.
std::string text_or_base64(const json& object, const std::string& key) {
  if (const auto found = object.find(key); found != object.end() && found->is_string()) return *found;
  if (const auto found = object.find(key + "_base64"); found != object.end() && found->is_string())
    return decode_base64(found->get<std::string>()).value_or("");
  return {};
}

bool is_text(const std::string& bytes) {
  try {
    (void)json(bytes).dump();
    return true;
  } catch (const json::exception&) {   // no UTF-8
    return false;
  }
}

void put(json& object, const std::string& key, const std::string& bytes) {
  if (is_text(bytes)) object[key] = bytes;
  else object[key + "_base64"] = encode_base64(bytes);
}

ExchangeEnd end_of(const std::string& text) {
  if (text == "complete" || text == "terminating-chunk") return ExchangeEnd::Complete;
  if (text == "client-closed") return ExchangeEnd::ClientClosed;
  if (text.starts_with("connection-closed-by-server")) return ExchangeEnd::Cut;
  return text.empty() ? ExchangeEnd::Complete : ExchangeEnd::NoAnswer;
}

const char* to_string(ExchangeEnd end) {
  switch (end) {
    case ExchangeEnd::Complete: return "complete";
    case ExchangeEnd::ClientClosed: return "client-closed";
    case ExchangeEnd::Cut: return "connection-closed-by-server";
    case ExchangeEnd::NoAnswer: return "connect-error";
  }
  return "";
}

}  // namespace

std::string Exchange::query() const {
  const std::size_t mark = request.target.find('?');
  return mark == std::string::npos ? std::string{} : request.target.substr(mark + 1);
}

std::string Exchange::whole_body() const {
  std::string all = response.body;
  for (const ExchangeChunk& chunk : chunks) all += chunk.data;
  return all;
}

Exchange exchange_from_json(const json& recorded) {
  Exchange out;
  out.id = text(recorded, "id");
  out.description = text(recorded, "description");
  if (const auto sent = recorded.find("sent_us"); sent != recorded.end() && sent->is_number_integer()) out.sent_us = sent->get<std::int64_t>();
  const json request = part(recorded, "request", json::value_t::object);
  out.user = text(request, "user");
  out.request.method = text(request, "method");
  out.request.target = text(request, "path");
  if (const std::string query = text(request, "query"); !query.empty()) out.request.target += "?" + query;
  const json headers = part(request, "headers", json::value_t::object);
  for (const auto& [key, value] : headers.items()) out.request.headers.emplace_back(key, value.get<std::string>());
  out.request.body = text_or_base64(request, "body");
  out.credential = request.contains("credential") && !request["credential"].is_null() && request["credential"] != false;
  const json response = part(recorded, "response", json::value_t::object);
  if (response.contains("status") && response["status"].is_number()) out.response.status = response["status"];
  for (const json& pair : part(response, "headers", json::value_t::array)) out.response.headers.emplace_back(pair.at(0), pair.at(1));
  out.response.body = text_or_base64(response, "body");
  for (const json& chunk : part(response, "chunks", json::value_t::array)) out.chunks.push_back({seconds(chunk, "t_s"), text_or_base64(chunk, "data")});
  out.headers_at = seconds(response, "t_headers_s");
  out.end_at = seconds(response, "t_end_s");
  out.end = end_of(text(response, "end"));
  out.error = text(response, "error");
  return out;
}

json to_json(const Exchange& exchange) {
  json request{{"method", exchange.request.method}, {"path", exchange.path()}, {"query", exchange.query()}, {"headers", json::object()}};
  for (const auto& [key, value] : exchange.request.headers) request["headers"][key] = value;
  if (!exchange.request.body.empty()) put(request, "body", exchange.request.body);
  if (exchange.credential) request["credential"] = true;
  if (!exchange.user.empty()) request["user"] = exchange.user;
  json response{{"headers", json::array()}, {"end", to_string(exchange.end)}};
  response["status"] = exchange.response.status == 0 ? json(nullptr) : json(exchange.response.status);
  for (const auto& [key, value] : exchange.response.headers) response["headers"].push_back({key, value});
  response["t_headers_s"] = static_cast<double>(exchange.headers_at.us) / 1e6;
  response["t_end_s"] = static_cast<double>(exchange.end_at.us) / 1e6;
  if (!exchange.response.body.empty()) put(response, "body", exchange.response.body);
  for (const ExchangeChunk& chunk : exchange.chunks) {
    json one{{"t_s", static_cast<double>(chunk.at.us) / 1e6}};
    put(one, "data", chunk.data);
    response["chunks"].push_back(std::move(one));
  }
  if (!exchange.error.empty()) response["error"] = exchange.error;
  json out{{"id", exchange.id}, {"description", exchange.description}, {"request", std::move(request)}, {"response", std::move(response)}};
  if (exchange.sent_us) out["sent_us"] = *exchange.sent_us;
  return out;
}

}  // namespace akstwin
