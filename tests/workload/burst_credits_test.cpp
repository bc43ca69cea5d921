// B2ms: 2 vCPUs, base 30 % = 600m, first 60 credits, at most 864 (facts A1). A credit is 60,000 millicore-seconds.
#include <catch2/catch.hpp>

#include "models/observe/kinds.hpp"
#include "models/workload/burst_credits.hpp"

namespace akstwin {
namespace {

using namespace akstwin::literals;

class Speeds final : public NodeRegistrar {
 public:
  NodeId node_joined(InstanceId, const Instance&, const NodePoolSpec&, SiteId) override { return {}; }
  void node_preempted(NodeId, Duration) override {}
  void node_gone(NodeId, Name) override {}
  void region_changed(bool) override {}
  void node_speed_changed(NodeId, std::int64_t speed_ppm) override { speeds.push_back(speed_ppm); }
  std::vector<std::int64_t> speeds;
};

/// One B2ms node with one pod that uses what `use` says.
struct Burstable {
  explicit Burstable(std::string_view size = "Standard_B2ms") {
    pool.name = Name("user");
    pool.vm_size = Name(size);
    Pool row;
    row.spec = &pool;
    row.key = Name("aks/user");
    Node made;
    made.pool = cloud.pools.insert(row);
    made.ready = true;
    node = state.nodes.insert(made);
    Pod pod;
    pod.owner = state.workloads.insert({});
    pod.node = node;
    pod.ready = true;
    pod.started = SimTime{};
    state.nodes[node].pods.push_back(state.pods.insert(pod));
    usage.by_workload.resize(1);
    credits = std::make_unique<BurstCredits>(BurstCredits::Parts{*kernel, timeline, state, cloud, usage, speeds, Name("aks")});
    credits->start();
  }
  void use(std::int64_t milli) { usage.by_workload[0].cpu = Millicores{milli}; }
  void run_for(Duration time) { kernel->run_until(kernel->now() + time); }

  Topology topology;
  std::unique_ptr<Kernel> kernel = make_kernel(KernelKind::Calendar, topology);
  Timeline timeline;
  NodePoolSpec pool;
  CloudState cloud;
  ClusterState state;
  UsageTruth usage;
  Speeds speeds;
  NodeId node;
  std::unique_ptr<BurstCredits> credits;
};

}  // namespace

TEST_CASE("A burstable node banks its base less what it uses, up to its maximum") {
  Burstable b;
  b.use(300);   // (600 − 300) · 60 / 60,000 = 0.3 credits a minute
  b.run_for(10_min);
  CHECK(b.credits->credits(b.node) == Approx(63.0));
  b.use(0);     // 36 an hour (facts A1)
  b.run_for(1_h);
  CHECK(b.credits->credits(b.node) == Approx(99.0));
  b.run_for(24_h * 2);
  CHECK(b.credits->credits(b.node) == Approx(864.0));
  CHECK(b.speeds.speeds.empty());
}

TEST_CASE("At full load 60 credits last 43 minutes; then the node has 30 % of its speed until a minute of full speed is banked") {
  Burstable b;
  b.use(2'000);   // 1.4 credits a minute: 60 / 1.4 = 42.86
  b.run_for(42_min);
  CHECK(b.speeds.speeds.empty());
  b.run_for(1_min);
  CHECK(b.speeds.speeds == std::vector<std::int64_t>{300'000});
  b.run_for(1_h);
  CHECK(b.speeds.speeds.size() == 1);   // at its base it neither banks nor spends
  b.use(0);       // 0.6 a minute: 1.4 after 3 minutes
  b.run_for(2_min);
  CHECK(b.speeds.speeds.size() == 1);
  b.run_for(1_min);
  CHECK(b.speeds.speeds == std::vector<std::int64_t>{300'000, 1'000'000});
  const Series* gauge = b.timeline.find(key(GaugeKind::BurstCredits, Name("aks"), Name("aks/user")));
  REQUIRE(gauge != nullptr);
  CHECK(gauge->current() == 1);
}

TEST_CASE("Sizes that do not burst have no bank") {
  Burstable b("Standard_D4ds_v5");
  b.use(4'000);
  b.run_for(2_h);
  CHECK(b.speeds.speeds.empty());
  ClusterSpec cluster;
  cluster.pools.push_back(b.pool);
  CHECK_FALSE(BurstCredits::needed(cluster));
  cluster.pools[0].vm_size = Name("Standard_B4s_v2");
  CHECK(BurstCredits::needed(cluster));
}

}  // namespace akstwin
