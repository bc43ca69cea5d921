/// ClusterApi of a real cluster: informers keep the state, actions become requests.
#pragma once
#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kube/cluster_cache.hpp"
#include "adapters/kube/kube_requests.hpp"
#include "models/api/ports.hpp"

namespace akstwin {

/// How a real cluster is read.
struct ClusterReading {
  bool streaming_lists = false;          ///< see InformerOptions
  /// What is read instead when the credential may not list a kind in the whole cluster (403); empty: that is an Error.
  std::vector<std::string> namespaces = {};
};

/// Who may change what a real cluster is. Nobody, unless told otherwise.
enum class WriteMode : std::uint8_t { Refuse, DryRun, Act };

/// Asked before each write, dry runs included; an Error refuses it.
class WriteGuard {
 public:
  virtual ~WriteGuard() = default;
  virtual Result<void> check(const KubeRequest& request) = 0;
};

/// What became of one request.
struct KubeAnswer {
  Verdict verdict = Verdict::InternalError;
  int status = 0;
  std::string message;                   ///< the server's words when it refused
  bool by_budget = false;                ///< 429 of the Eviction API, not of a busy server
  std::string body;
};

class KubeClusterApi final : public ClusterApi {
 public:
  /// `spec`, `timeline` and `client` outlive it. Without a guard nothing is written.
  KubeClusterApi(KubeClient& client, const ClusterSpec& spec, Timeline& timeline, std::int64_t epoch_us, ClusterReading reading = {});

  const ClusterState& state() const override { return cache_.state(); }
  ChangeSpan changes_since(ChangeCursor cursor) const override { return cache_.changes().since(cursor); }
  Verdict submit(const Action& action) override;

  void set_writes(WriteMode mode, WriteGuard* guard) {
    mode_ = mode;
    guard_ = guard;
  }
  /// The requests that an action stands for, as the cluster is now; an Error when it is none of a real cluster.
  Result<std::vector<KubeRequest>> requests_for(const Action& action);
  /// Sends one request as the mode allows. The Eviction API's 429 is a verdict; a busy server is waited for.
  KubeAnswer perform(const KubeRequest& request);

  /// Lists everything; an Error names the kind that could not be listed in that time.
  Result<void> sync(Duration patience);
  /// Lets informers progress, in turn; returns early when one of them waited for an answer. Call wait() of the transport in between.
  void step();
  /// Reads metrics.k8s.io once; false when the cluster has none, or they are not ours to see.
  bool sample_metrics();
  /// The faults of informers that are not whole, in words.
  std::vector<std::string> faults() const;
  /// Why the state may be out of date: the fault of a watch that must be there (nodes, pods, workloads, namespaces). Empty while it is followed.
  std::string blindness() const;
  /// What the credential does not let be seen, in words; empty: the whole cluster is read.
  std::string narrowed() const;
  /// Whether nodes are read. Without them nothing may be concluded of nodes: their number would be 0.
  bool sees_nodes() const { return sees_nodes_; }
  const std::deque<Informer>& informers() const { return informers_; }
  ClusterCache& cache() { return cache_; }
  const ClusterCache& cache() const { return cache_; }
  KubeClient& client() { return client_; }
  /// Time since the epoch; it never goes back, whatever the machine's clock does.
  SimTime now() {
    last_now_ = std::max(last_now_, SimTime{client_.transport().now_us() - cache_.epoch_us()});
    return last_now_;
  }
  /// Why the last submit() was not accepted.
  const std::string& last_refusal() const { return last_refusal_; }

 private:
  using CacheEvent = void (ClusterCache::*)(const ObjectEvent&, SimTime);
  struct Watched {
    std::string path;
    bool optional;
    Informer::Handler handler;
  };
  void watch(const char* path, bool optional, CacheEvent event);
  void watch_workloads(const char* path, WorkloadKind kind);
  void begin(Watched what);
  /// Reads what may not be listed in the whole cluster by namespace, if that is wanted.
  bool narrow(std::size_t informer);
  /// Namespaces that may not be listed are read by name, because their labels allow or forbid changes.
  void read_namespaces();
  ObjectName pod_name(PodId id) const;
  ObjectName workload_name(WorkloadId id) const;
  Result<std::vector<KubeRequest>> gitops_requests(bool suspended) const;
  Result<std::vector<KubeRequest>> roll_back_requests(WorkloadId id);

  KubeClient& client_;
  ClusterCache cache_;
  std::vector<Watched> watched_;         // what each informer is for
  std::deque<Informer> informers_;
  std::size_t next_informer_ = 0;
  ClusterReading reading_;
  bool narrowed_ = false, sees_nodes_ = true;
  std::int64_t namespaces_due_us_ = std::numeric_limits<std::int64_t>::max();
  WriteMode mode_ = WriteMode::Refuse;
  WriteGuard* guard_ = nullptr;
  std::string last_refusal_;
  SimTime last_now_{0};
};

}  // namespace akstwin
