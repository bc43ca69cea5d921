/// The Kubernetes API of one served cluster: paths to kinds, verbs to reads and writes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "adapters/serve/access.hpp"
#include "adapters/serve/api_request.hpp"
#include "adapters/serve/managed_fields.hpp"
#include "adapters/serve/object_writer.hpp"
#include "adapters/serve/served_world.hpp"
#include "adapters/serve/watch_stream.hpp"

namespace akstwin {

/// Where a path points: a kind, maybe a namespace, a name and a subresource.
struct ResourcePath {
  int kind = -1;                           ///< as asked for
  int stored = -1;                         ///< whose table holds the objects (autoscaling/v1 and events.k8s.io are views)
  std::string name_space, name, subresource;
  std::string key() const { return prefix() + name; }
  /// What the keys of all objects of its namespace begin with.
  std::string prefix() const { return name_space.empty() ? std::string() : name_space + "/"; }
};

/// What a list shows and where its page begins; clients carry it as a continue token.
struct ListPlace {
  std::uint64_t version = 0;
  std::string after{};                     ///< the last key of the page before
  std::int64_t remaining = -1;             ///< how many objects follow that page; -1: to be counted
  bool consistent = true;                  ///< false: goes on with what there is now
};

class ClusterHandler {
 public:
  /// `key` signs the tokens of service accounts.
  ClusterHandler(ServedWorld& world, ServedCluster& cluster, std::string key) : world_(world), cluster_(cluster), writer_(world, cluster), key_(std::move(key)) {}
  ClusterHandler(const ClusterHandler&) = delete;

  /// Requests below /api and /apis; discovery, OpenAPI, version and health are answered elsewhere.
  HttpServerResponse handle(const ApiRequest& request);

 private:
  using Response = HttpServerResponse;
  Response serve(const ApiRequest& request, const ResourcePath& path);
  Response read(const ApiRequest& request, const ResourcePath& path);
  Response get(const ApiRequest& request, const ResourcePath& path);
  Response list(const ApiRequest& request, const ResourcePath& path);
  Response watch(const ApiRequest& request, const ResourcePath& path, ObjectSelector selector);
  std::optional<ApiFault> select(const ApiRequest& request, const ResourcePath& path, ObjectSelector& selector) const;
  std::optional<ApiFault> place(const ApiRequest& request, const ResourcePath& path, ListPlace& at) const;
  /// A list whose objects were made when it was asked for.
  Response list_of_made(const ApiRequest& request, const ResourcePath& path, const Json& made) const;
  Response page(const ApiRequest& request, const ResourcePath& path, const ObjectSelector& selector);

  Response create(const ApiRequest& request, const ResourcePath& path);
  Response replace(const ApiRequest& request, const ResourcePath& path);
  Response patch(const ApiRequest& request, const ResourcePath& path);
  Response apply(const ApiRequest& request, const ResourcePath& path, const Json& before, const FieldWriter& writer);
  Response remove(const ApiRequest& request, const ResourcePath& path);
  Response remove_collection(const ApiRequest& request, const ResourcePath& path);
  /// Deletes `object`, which is then what the client sees if `whole`; otherwise it sees a Status.
  std::optional<ApiFault> erase(const ApiRequest& request, const ResourcePath& path, Json& object, bool& whole);
  std::optional<ApiFault> erase_pod(const ResourcePath& path, std::optional<std::int64_t> grace, bool dry_run, Json& object);
  void erase_namespace(const ResourcePath& path, Json& object);
  void hold_until_released(int kind, Json object);
  void release_dependents(const std::string& owner_uid, const std::string& name_space, bool orphan);
  std::string time_text(std::int64_t seconds_from_now) const;
  /// The last step of every write: the twin carries it out, the store keeps it, the client sees the result.
  Response commit(const ApiRequest& request, const ResourcePath& path, const Json& before, Json after, int code);
  Response carry_out(const ApiRequest& request, const ResourcePath& path, const Json& before, Json after, int code);
  Response shown(const ApiRequest& request, const ResourcePath& path, const Json& object, int code);
  std::optional<ApiFault> patched(const ApiRequest& request, const ResourcePath& path, const Json& before, Json& after, std::vector<std::string>& warnings) const;
  std::optional<ApiFault> admit_namespace(const ResourcePath& path, const std::string& name) const;

  Response subresource(const ApiRequest& request, const ResourcePath& path);
  Response scale(const ApiRequest& request, const ResourcePath& path);
  Response evict(const ApiRequest& request, const ResourcePath& path);
  Response log(const ApiRequest& request, const ResourcePath& path);
  Response no_process(const ApiRequest& request, const ResourcePath& path);
  Response status(const ApiRequest& request, const ResourcePath& path);
  Response account_token(const ApiRequest& request, const ResourcePath& path);
  Response components(const ApiRequest& request, const ResourcePath& path);
  Response review(const ApiRequest& request);
  /// What the user that a client acts as may not do.
  std::optional<ApiFault> deny(const ApiRequest& request, const ResourcePath& path) const;

  /// An object of a kind that is made when asked for (leases of nodes, metrics), or null.
  Json computed(int kind, const ResourcePath& path) const;
  Json computed_list(int kind, const std::string& name_space) const;
  /// As the version that was asked for shows it.
  Json converted(int kind, Json object) const;
  Json stored_version(int kind, Json object) const;
  const ResourceKind& row(int kind) const { return resource_kinds()[static_cast<std::size_t>(kind)]; }

  ServedWorld& world_;
  ServedCluster& cluster_;
  ObjectWriter writer_;
  std::string key_;
  std::uint64_t created_ = 0;              // numbers objects for their UIDs and generated names
};

/// Who asks: the owner of the token, or whom it acts as.
AccessUser user_of(const ApiRequest& request);
/// What a request for a resource wants to do.
AccessWish wish_of(const ApiRequest& request, const ResourcePath& path);

/// The resource that a request is about; kind -1: there is none.
ResourcePath resource_path(const ApiRequest& request);

}  // namespace akstwin
