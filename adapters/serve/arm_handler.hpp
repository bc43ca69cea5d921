/// Node pools as Azure Resource Manager shows them: get, list, put a count, follow the long-running operation.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "adapters/serve/api_request.hpp"
#include "adapters/serve/served_world.hpp"

namespace akstwin {

class ArmHandler {
 public:
  explicit ArmHandler(ServedWorld& world) : world_(world) {}
  HttpServerResponse handle(const ApiRequest& request, const std::string& host);

 private:
  struct Operation { std::string id; PoolId pool; std::int64_t target = 0; SimTime began; };
  PoolId find(std::string_view cluster, std::string_view pool) const;
  Json pool_object(PoolId pool, const std::string& path) const;
  bool settled(PoolId pool) const;
  HttpServerResponse put(const ApiRequest& request, PoolId pool, const std::string& path, const std::string& host);
  HttpServerResponse power(const ApiRequest& request, PoolId pool, const std::string& host, const std::string& path);
  HttpServerResponse follow(const std::string& id) const;
  HttpServerResponse accepted(PoolId pool, std::int64_t target, const std::string& path, const std::string& host, int code);

  ServedWorld& world_;
  std::vector<Operation> operations_;
};

}  // namespace akstwin
