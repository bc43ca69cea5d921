/// What a client writes becomes actions of the twin: the simulation carries them out, the store keeps the client's words.
#pragma once
#include <optional>
#include <string>

#include "adapters/serve/api_request.hpp"
#include "adapters/serve/served_world.hpp"

namespace akstwin {

class ObjectWriter {
 public:
  ObjectWriter(ServedWorld& world, ServedCluster& cluster) : world_(world), cluster_(cluster) {}

  /// Carries out the change from `before` (null: created) to `after`; a fault: nothing has changed.
  std::optional<ApiFault> write(int kind, const Json& before, const Json& after);
  /// What write() would refuse, without doing anything.
  std::optional<ApiFault> check(int kind, const Json& before, const Json& after) const;
  /// Deletes the object for the twin; the store forgets it by itself where the twin makes it.
  std::optional<ApiFault> remove(int kind, const Json& object);
  /// replicas of a workload, as its scale subresource sets them.
  std::optional<ApiFault> scale(int kind, const Json& object, std::int64_t replicas);
  std::optional<ApiFault> evict(const ResourceKind& pods, PodId pod, const std::string& name, bool dry_run);

  /// What the client should know of an object that was taken.
  std::vector<std::string> warnings(int kind, const Json& object) const;

  WorkloadId workload(std::string_view kind, std::string_view name_space, std::string_view name) const;

 private:
  std::optional<ApiFault> write_workload(int kind, const Json& before, const Json& after);
  std::optional<ApiFault> write_pod(int kind, const Json& before, const Json& after);
  std::optional<ApiFault> write_node(int kind, const Json& before, const Json& after);
  std::optional<ApiFault> write_gitops(int kind, const Json& after);
  std::optional<ApiFault> submit(int kind, const Json& object, const Action& action);
  std::vector<PriorityClassSpec> priority_classes() const;
  /// The class that `object` names and nobody has made; empty: none.
  std::string missing_priority_class(const Json& object) const;
  void annotate(int kind, const Json& before, const Json& after);

  ServedWorld& world_;
  ServedCluster& cluster_;
};

}  // namespace akstwin
