/// Endpoints and EndpointSlices of Services, from the pods that they select. Made from the first time on that somebody asks for them: whoever does not pays nothing.
#pragma once
#include <cstdint>
#include <set>
#include <string>

#include "adapters/serve/projection.hpp"
#include "models/world/cluster_runtime.hpp"

namespace akstwin {

class EndpointFeed {
 public:
  EndpointFeed(const Projection& projection, ClusterRuntime& runtime, ObjectStore& store) : projection_(projection), runtime_(runtime), store_(store) {}

  /// Somebody reads them: from now on they follow the pods.
  void ask();
  /// Brings them up to the pods and Services that have changed since.
  void sync();

 private:
  void refresh(const std::string& name_space);
  void write(const Json& service);
  void forget(const std::string& key);

  const Projection& projection_;
  ClusterRuntime& runtime_;
  ObjectStore& store_;
  bool asked_ = false;
  std::uint64_t pods_seen_ = 0, services_seen_ = 0;   // entries of the logs
  std::set<std::string> written_;                     // keys of the Services that have endpoints
};

}  // namespace akstwin
