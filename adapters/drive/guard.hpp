/// The last door before a real cluster: looks at the request itself, whatever was planned, and lets through only what the allow-list says.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "adapters/drive/allow_list.hpp"
#include "adapters/kube/cluster_cache.hpp"
#include "adapters/kube/kube_cluster_api.hpp"

namespace akstwin {

/// What a request would change, read from its method and path. Everything that is not known here is refused.
struct RequestSubject {
  enum class Kind : std::uint8_t { Refused, Workload, Eviction, PodDeletion, Node, Delivery } kind = Kind::Refused;
  std::string name_space, name;
};
RequestSubject subject_of(const HttpRequest& request);

class DriveGuard final : public WriteGuard {
 public:
  /// All outlive the guard. `now_us` is asked for the window and the deadline.
  DriveGuard(const DriveAllowList& allow, const ClusterCache& cache, std::string context, std::function<std::int64_t()> now_us);

  Result<void> check(const KubeRequest& request) override;
  Result<void> check_arm(const ArmRequest& request);
  /// Undoing is always in time and never too much; where and what it may touch stays.
  void set_undoing(bool on) { undoing_ = on; }
  void set_deadline(std::int64_t us) { deadline_us_ = us; }
  /// From now on what is let through is counted against the blast radius. Plans count for themselves.
  void count_from_zero();
  std::int64_t affected_pods() const { return static_cast<std::int64_t>(pods_.size()) + scaled_away_; }
  std::int64_t affected_nodes() const { return static_cast<std::int64_t>(nodes_.size()); }

 private:
  Result<void> check_time() const;
  Result<void> check_namespace(const std::string& name) const;
  Result<void> check_node(const std::string& name);
  Result<void> check_radius();
  std::int64_t scaled_away(const KubeRequest& request, const RequestSubject& subject) const;

  const DriveAllowList& allow_;
  const ClusterCache& cache_;
  std::string context_;
  std::function<std::int64_t()> now_us_;
  std::int64_t deadline_us_ = INT64_MAX;
  bool undoing_ = false;
  std::set<std::string> pods_, nodes_;
  std::int64_t scaled_away_ = 0, pods_at_start_ = 0, nodes_at_start_ = 0;
};

}  // namespace akstwin
