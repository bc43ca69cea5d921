// Deletions of nodes as the autoscaler's actuator carries them out, second by second.
#include <catch2/catch.hpp>

#include <map>

#include "models/controllers/autoscaling/drain_rules.hpp"
#include "models/controllers/autoscaling/node_deletion.hpp"

using namespace akstwin;

namespace {

constexpr SimTime at(std::int64_t seconds) { return SimTime{seconds * 1'000'000}; }

/// One node with two pods of a ReplicaSet and one of a DaemonSet; evictions are accepted from `accepts` on.
class OneNode final : public NodeDeletionHands {
 public:
  OneNode() {
    spec.name_space = Name("shop");
    for (std::uint64_t uid = 1; uid <= 3; ++uid) {
      AutoscaledPod pod;
      pod.spec = &spec;
      pod.uid = uid;
      pod.owner = uid;
      pod.owner_kind = uid == 3 ? PodOwnerKind::DaemonSet : PodOwnerKind::ReplicaSet;
      pods.push_back(pod);
    }
    node.id = 7;
  }
  const AutoscaledNode* look_at(std::uint64_t) override {
    node.pods = pods;
    return exists ? &node : nullptr;
  }
  std::span<const DisruptionBudget> budgets() override { return {}; }
  EvictionAnswer evict(std::uint64_t pod) override {
    ++asked[pod];
    if (now < accepts) return EvictionAnswer::Refused;
    gone_at[pod] = now + shutdown;
    return EvictionAnswer::Done;
  }
  bool is_gone(std::uint64_t pod) override { return gone_at.contains(pod) && gone_at[pod] <= now; }
  bool delete_nodes(std::uint32_t, std::span<const std::uint64_t> nodes) override {
    calls.emplace_back(now, nodes.size());
    return cloud_accepts;
  }
  void deleted(std::uint64_t) override { deleted_at = now; }
  void given_up(std::uint64_t, NodeDeletionFailure why) override {
    given_up_at = now;
    failure = why;
  }
  void run(NodeDeletions& deletions, const ClusterAutoscalerOptions& options, SimTime until) {
    for (; now <= until; now += Duration{1'000'000}) deletions.advance(*this, options, now);
  }

  PodSpec spec;
  AutoscaledNode node;
  std::vector<AutoscaledPod> pods;
  std::map<std::uint64_t, int> asked;
  std::map<std::uint64_t, SimTime> gone_at;
  std::vector<std::pair<SimTime, std::size_t>> calls;
  bool exists = true, cloud_accepts = true;
  SimTime now, accepts, deleted_at = kNever, given_up_at = kNever;
  Duration shutdown{12'000'000};
  NodeDeletionFailure failure{};
};

}  // namespace

TEST_CASE("A drained node goes at the first poll after its last pod: 5 s taint, 12 s shutdown, polls each 5 s") {
  OneNode hands;
  NodeDeletions deletions;
  deletions.start(7, 0, NodeDeletionKind::Drain, {}, at(0));
  CHECK(deletions.in_progress(7) == NodeDeletionKind::Drain);
  hands.run(deletions, {}, at(60));
  // Evicted at 5, gone at 17; polls at 5, 10, 15, 20.
  CHECK(hands.deleted_at == at(20));
  CHECK(hands.asked == std::map<std::uint64_t, int>{{1, 1}, {2, 1}, {3, 1}});   // the DaemonSet's pod is asked, too
  CHECK(deletions.in_progress(7) == NodeDeletionKind::None);
}

TEST_CASE("A refused eviction is asked for again each 10 s, and given up after max-pod-eviction-time") {
  OneNode hands;
  hands.accepts = at(1'000);
  NodeDeletions deletions;
  deletions.start(7, 0, NodeDeletionKind::Drain, {}, at(0));
  hands.run(deletions, {}, at(300));
  // Asked at 5, 15, …, 115: twelve times before 125 = 5 + 120.
  CHECK(hands.asked[1] == 12);
  CHECK(hands.given_up_at == at(125));
  CHECK(hands.failure == NodeDeletionFailure::FailedToEvictPods);
  CHECK(hands.calls.empty());
}

TEST_CASE("A pod that will not end holds its node for max-graceful-termination and 30 s") {
  OneNode hands;
  hands.shutdown = Duration{10'000'000'000};
  ClusterAutoscalerOptions options;
  options.max_graceful_termination = Duration{60'000'000};
  NodeDeletions deletions;
  deletions.start(7, 0, NodeDeletionKind::Drain, options, at(0));
  hands.run(deletions, options, at(300));
  CHECK(hands.given_up_at == at(5 + 60 + 30));
}

TEST_CASE("A pod that lands on an empty node before the last look keeps it") {
  OneNode hands;
  NodeDeletions deletions;
  deletions.start(7, 0, NodeDeletionKind::Empty, {}, at(0));
  hands.run(deletions, {}, at(30));
  CHECK(hands.given_up_at == at(5));
  CHECK(hands.failure == NodeDeletionFailure::Internal);
  CHECK(hands.asked.empty());
}

TEST_CASE("Deletions of one pool within the batch interval are one call to the cloud") {
  OneNode hands;
  hands.pods.resize(0);
  ClusterAutoscalerOptions options;
  options.node_deletion_batcher_interval = Duration{10'000'000};
  NodeDeletions deletions;
  deletions.start(7, 0, NodeDeletionKind::Empty, options, at(0));
  deletions.start(8, 0, NodeDeletionKind::Empty, options, at(4));
  deletions.start(9, 0, NodeDeletionKind::Empty, options, at(11));
  hands.run(deletions, options, at(60));
  // The window opens at 5 and closes at 15, just before the third node, ready at 16, opens the next.
  CHECK(hands.calls == std::vector<std::pair<SimTime, std::size_t>>{{at(15), 2}, {at(26), 1}});
}

TEST_CASE("A node that the cloud refuses to delete is given up") {
  OneNode hands;
  hands.pods.resize(0);
  hands.cloud_accepts = false;
  NodeDeletions deletions;
  deletions.start(7, 0, NodeDeletionKind::Empty, {}, at(0));
  hands.run(deletions, {}, at(10));
  CHECK(hands.given_up_at == at(5));
  CHECK(hands.failure == NodeDeletionFailure::FailedToDelete);
}

TEST_CASE("Since 1.33 a kube-system pod holds its node for an hour after its creation, before for ever") {
  PodSpec spec;
  spec.name_space = Name("kube-system");
  AutoscaledPod pod;
  pod.spec = &spec;
  pod.uid = pod.owner = 1;
  pod.owner_kind = PodOwnerKind::ReplicaSet;
  pod.created = at(100);
  const RemainingBudgets none;
  const auto blocks = [&](int minor, std::int64_t second) {
    const ClusterAutoscalerOptions options = autoscaler_options({}, minor);
    return drain_verdict(pod, {.options = options, .now = at(second), .budgets = &none, .controllers_known = true}).outcome == DrainVerdict::Outcome::Block;
  };
  CHECK(blocks(32, 100'000));
  CHECK(blocks(33, 3'699));
  CHECK_FALSE(blocks(33, 3'700));
}
