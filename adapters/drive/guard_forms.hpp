/// The only requests that driving may make: each is compared, byte for byte, with the one that kube_requests or azure_requests would make.
#pragma once
#include <cstdint>
#include <string>

#include "adapters/azure/azure_requests.hpp"
#include "adapters/kube/kube_requests.hpp"

namespace akstwin {

/// What a request would change. Everything that is not one of ours is Refused: another method, path, query, header or body.
struct RequestSubject {
  enum class Kind : std::uint8_t { Refused, Scale, Template, Eviction, PodDeletion, Node, Delivery } kind = Kind::Refused;
  std::string name_space, name;
  std::int64_t replicas = 0;             ///< Scale: what is asked for
};
RequestSubject subject_of(const HttpRequest& request);

/// The same for Azure; the resources are looked up by the guard.
struct ArmSubject {
  enum class Kind : std::uint8_t { Refused, Power, PutPool, NodeImage, Origin } kind = Kind::Refused;
  std::string pool;
  std::int64_t count = -1;               ///< PutPool: nodes asked for; −1: not stated
  bool stops = false;                    ///< Power, PutPool: machines are switched off
};
/// What the request does to this cluster, if it is one of ours about it.
ArmSubject subject_of(const ArmRequest& request, const AzureCluster& cluster);

/// Two requests of one fingerprint are the same request.
std::string fingerprint(const HttpRequest& request);
std::string fingerprint(const ArmRequest& request);

}  // namespace akstwin
