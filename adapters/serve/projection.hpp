/// Keeps a store's objects equal to what the simulated cluster holds: each change of the twin becomes a new version for its watchers.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/kube/encode.hpp"
#include "adapters/serve/object_store.hpp"
#include "models/api/changes.hpp"
#include "models/kube/api_server.hpp"

namespace akstwin {

/// A workload of this file name stands for one pod that no controller owns.
inline constexpr std::string_view kBarePod = "(pod)";

/// The ServiceAccount that each namespace has from the beginning.
Json default_account(const std::string& name_space, const std::string& made);

/// The member of a patch of metadata that stands for what a client changed of a pod's spec.
inline constexpr const char* kSpecWords = ".spec";

class Projection {
 public:
  Projection(const ApiServer& server, const EncodeSource& source, ObjectStore& store);

  /// All objects, once the world has begun.
  void begin();
  /// Brings the store up to what has changed since.
  void sync();
  /// What a client wrote on a pod or a node beside what the twin knows (labels, annotations, finalizers): a merge patch.
  void annotate(int kind, const std::string& key, const Json& patch);

  /// A client wrote this workload: its ReplicaSets and pods are shown in the client's words.
  void written(WorkloadId id) { written_.insert(id.row); }

  /// From now on clients see this pod no more; the simulation ends it in its own time.
  void hide_pod(const std::string& key);

  PodId pod(std::string_view key) const;
  NodeId node(std::string_view name) const;
  const EncodeSource& source() const { return source_; }
  int kind_number(std::string_view kind) const;
  /// "orders/api-r1-00042", as clients see the pod.
  std::string pod_key(PodId id) const;

 private:
  struct Known { std::uint32_t generation = 0; std::string key; };
  struct Touched {
    std::set<std::uint32_t> workloads, jobs;
    std::set<std::pair<std::uint32_t, std::uint32_t>> pods;   // row and generation: one look at each is enough
    bool policies = false, gitops = false, volumes = false, metrics = false;
  };
  void note(const Change& change, Touched& touched);
  void project_pod(PodId id, std::uint32_t row, std::uint32_t generation);
  void project_node(NodeId id, std::uint32_t row, std::uint32_t generation);
  void project_workload(WorkloadId id);
  void project_replica_sets(WorkloadId id);
  void forget_repeated_revisions(WorkloadId id, std::set<std::uint32_t>& known);
  Json replica_set(WorkloadId id, std::uint32_t revision) const;
  const Json* words_of(const Pod& pod);
  void project_job(std::uint32_t row);
  void project_autoscalers(const std::set<std::uint32_t>* workloads);
  void project_budgets(const std::set<std::uint32_t>* workloads);
  void project_gitops();
  void project_volumes();
  void project_recommendations();
  void put(int kind, Json object);
  void forget(int kind, std::vector<Known>& known, std::uint32_t row);
  Json with_written(int kind, Json live) const;
  void begin_namespaces();

  const ApiServer& server_;
  EncodeSource source_;
  ObjectStore& store_;
  ChangeCursor cursor_;
  std::vector<Known> pods_, nodes_, jobs_;                              // by row of the twin's tables
  std::map<std::string, PodId, std::less<>> pod_by_key_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> hidden_pods_;        // row and generation
  std::map<std::string, NodeId, std::less<>> node_by_name_;
  std::map<std::pair<int, std::string>, Json> annotations_;
  std::map<std::uint32_t, std::set<std::uint32_t>> revisions_;           // by workload row: ReplicaSets that exist
  std::set<std::uint32_t> written_;                                      // rows of workloads that clients wrote
  std::map<std::pair<std::uint32_t, std::uint32_t>, Json> words_;        // by row and revision: their pod templates, as written
  std::set<std::pair<int, std::string>> policies_;                       // autoscalers and budgets that were shown
};

}  // namespace akstwin
