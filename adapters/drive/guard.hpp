/// The last door before a real cluster: looks at the request itself, whatever was planned, and lets through only what the allow-list says.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "adapters/drive/allow_list.hpp"
#include "adapters/drive/guard_forms.hpp"
#include "adapters/kube/cluster_cache.hpp"
#include "adapters/kube/kube_cluster_api.hpp"

namespace akstwin {

class DriveGuard final : public WriteGuard {
 public:
  /// All outlive the guard. `now_us` is asked for the window and the deadline.
  DriveGuard(const DriveAllowList& allow, const ClusterCache& cache, std::string context, std::function<std::int64_t()> now_us);

  Result<void> check(const KubeRequest& request) override;
  Result<void> check_arm(const ArmRequest& request);
  /// From now on only these requests (see fingerprint()) are let through: a plan that was confirmed, and what takes it back.
  void seal(std::set<std::string> requests) { sealed_ = std::move(requests); }
  /// While a plan is made, every request of an allowed form is looked at.
  void unseal() { sealed_.reset(); }
  /// Undoing is always in time and never too much; where and what it may touch stays.
  void set_undoing(bool on) { undoing_ = on; }
  void set_deadline(std::int64_t us) { deadline_us_ = us; }
  /// From now on what is let through is counted against the blast radius. Plans count for themselves.
  void count_from_zero();
  std::int64_t affected_pods() const { return touched_.pod_count(); }
  std::int64_t affected_nodes() const { return touched_.node_count(); }

 private:
  /// What a run has taken so far. Repeating a request takes nothing more.
  struct Touched {
    std::set<std::string> pods, nodes;
    struct Level { std::int64_t peak = 0, last = 0; };
    std::map<std::string, Level> levels;             ///< replicas and pool sizes as they were last asked for
    std::int64_t scaled_away = 0, nodes_scaled_away = 0;
    /// How far `wanted` lies below what stands: what was asked for last, since the cache may lag behind it.
    std::int64_t drop(const std::string& key, std::int64_t now, std::int64_t wanted);
    std::int64_t pod_count() const { return static_cast<std::int64_t>(pods.size()) + scaled_away; }
    std::int64_t node_count() const { return static_cast<std::int64_t>(nodes.size()) + nodes_scaled_away; }
  };

  Result<void> check_frame(const std::string& fingerprint) const;
  Result<void> check_namespace(const std::string& name) const;
  Result<void> check_node(const std::string& name) const;
  Result<void> check_pool(const std::string& name) const;
  Result<void> check_spot_eviction(const ArmRequest& request);
  /// Counts, unless it were too much.
  Result<void> take(Touched next);
  void take_node(NodeId id, Touched& next) const;
  void take_pool(const std::string& pool, Touched& next) const;
  const AzureCluster* own_azure() const;
  std::int64_t nodes_of(const std::string& pool) const;

  const DriveAllowList& allow_;
  const ClusterCache& cache_;
  std::string context_;
  std::function<std::int64_t()> now_us_;
  std::int64_t deadline_us_ = INT64_MAX;
  bool undoing_ = false;
  std::optional<std::set<std::string>> sealed_;
  Touched touched_;
  std::int64_t pods_at_start_ = 0, nodes_at_start_ = 0;
};

}  // namespace akstwin
