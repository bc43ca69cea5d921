/// The Timeline's rows as Kubernetes events: what `kubectl get events` and `kubectl describe` show.
#pragma once
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "adapters/serve/projection.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Events of one cluster, each kept for an hour of simulated time (kube-apiserver --event-ttl, default 1h), the newest of them only.
class EventFeed {
 public:
  EventFeed(Name cluster, const Timeline& timeline, const Projection& projection, ObjectStore& store);
  /// Reads the rows that are new.
  void sync(SimTime now);

 private:
  struct Words { std::string kind, name_space, name, reason, message, component; bool warning = false; };
  std::string shown_name(const std::string& name_space, const std::string& name) const;
  bool describe(const TimelineEvent& row, Words& words) const;
  bool describe_scale_up(const TimelineEvent& row, Words& words) const;
  /// What controllers say of the pods that they make and take away, on the owner; `tell`: otherwise they are only counted.
  void follow_owner(const TimelineEvent& row, bool tell);
  void follow_replica_set(const Words& pod, const std::string& deployment, bool made, bool wanted, SimTime at, bool tell);
  void tell_scaling();
  const Pool* find_pool(std::string_view key) const;
  bool is_of_machines(std::string_view pool) const;
  std::int64_t size_before(Name pool, SimTime at) const;
  void add(const Words& words, SimTime at);

  Name cluster_;
  const Timeline& timeline_;
  const Projection& projection_;
  ObjectStore& store_;
  std::size_t read_ = 0;
  std::uint64_t number_ = 0;
  std::deque<std::pair<SimTime, std::string>> kept_;
  struct Replicas { std::int64_t live = 0, desired = 0; };
  struct Scaling { std::string name_space, deployment, set; std::int64_t from = 0, to = 0; SimTime at; };
  std::unordered_map<Name, WorkloadId> owners_;             // looked up, never iterated
  std::map<std::string, Replicas, std::less<>> replicas_;   // by ReplicaSet, "namespace/name"
  std::optional<Scaling> scaling_;                          // being told: the steps of one moment are one event
};

}  // namespace akstwin
