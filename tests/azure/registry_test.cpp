#include "tests/azure/platform.hpp"

#include <catch2/catch.hpp>

namespace akstwin::testing {
namespace {

constexpr std::int64_t kMB = 1'000'000;

Scenario with_registry(Scenario scenario, std::vector<std::string_view> replicas = {}) {
  scenario.registry.present = true;
  scenario.registry.location = Name("eastus2");
  for (const std::string_view replica : replicas) scenario.registry.replicas.push_back(Name(replica));
  ImageSpec image;
  image.workload = Name("*");
  image.size = {250 * kMB};
  image.changed_per_release = {50 * kMB};
  scenario.images.push_back(image);
  return scenario;
}

/// A kubelet that notes when its images were there.
struct Kubelet {
  explicit Kubelet(Platform& of) : platform(of), registry(*of.kernel, of.timeline, of.scenario, of.topology) {
    done = of.kernel->handlers().add<&Kubelet::on_done>("test.done", Phase::Plant, *this);
    failed = of.kernel->handlers().add<&Kubelet::on_failed>("test.failed", Phase::Plant, *this);
  }
  void on_done(Subject subject) { arrived.push_back({subject.row, platform.kernel->now()}); }
  void on_failed(Subject) { ++failures; }
  bool pull(std::uint32_t machine, std::string_view image, std::uint32_t release, std::uint32_t waiter = 0, std::uint32_t pool = 0) {
    const SiteId nic = platform.topology.nic_slots[pool][machine];
    const Name key("node-" + std::to_string(pool) + "-" + std::to_string(machine));
    const std::uint32_t region = platform.topology.topology.sites[nic.index].region;
    return registry.cached_or_pull({nic, key, Name(image), release, region, done, failed, {waiter, 0}});
  }
  Platform& platform;
  Registry registry;
  HandlerId done, failed;
  std::vector<std::pair<std::uint32_t, SimTime>> arrived;
  int failures = 0;
};

double seconds(SimTime t) { return t.since_start().seconds_real(); }

}  // namespace

TEST_CASE("A cold pull takes the wire and then the disk; waiters share it; afterwards it is cached") {
  // Registry 1,250 MB/s, NIC of D4ds_v5 12.5 Gbps = 1,562.5 MB/s: 250 MB take 0.2 s. Ephemeral disk 400 MB/s: 0.625 s.
  // D4ds_v5 has a 150 GiB local disk, so AKS puts the OS there (facts A1). Sum 0.825 s and some hundred µs of latency.
  Platform platform(with_registry(a_scenario({a_pool("user", 1)})));
  Kubelet kubelet(platform);
  REQUIRE_FALSE(kubelet.pull(0, "orders/api", 1, 7));
  REQUIRE_FALSE(kubelet.pull(0, "orders/api", 1, 8));
  REQUIRE(kubelet.registry.pulls_under_way() == 1);
  platform.run_for(1_min);
  REQUIRE(platform.kernel->statistics().flows == 1);
  REQUIRE(kubelet.arrived.size() == 2);
  REQUIRE(seconds(kubelet.arrived[0].second) == Approx(0.825).margin(0.002));
  REQUIRE(kubelet.arrived[1].second == kubelet.arrived[0].second);
  REQUIRE(kubelet.pull(0, "orders/api", 1));
  const auto pulled = platform.events(EventKind::ImagePulled);
  REQUIRE(pulled.size() == 1);
  REQUIRE(pulled[0].object.text() == "aks-prod/orders/api");
}

TEST_CASE("A newer release moves only what changed; a forgotten machine starts cold") {
  // 50 MB: 0.04 s on the wire + 0.125 s on the disk = 0.165 s.
  Platform platform(with_registry(a_scenario({a_pool("user", 1)})));
  Kubelet kubelet(platform);
  kubelet.pull(0, "orders/api", 1);
  platform.run_for(1_min);
  kubelet.pull(0, "orders/api", 2);
  platform.run_for(1_min);
  REQUIRE(seconds(kubelet.arrived[1].second) == Approx(60.165).margin(0.002));
  kubelet.registry.forget(Name("node-0-0"));
  kubelet.pull(0, "orders/api", 2);
  platform.run_for(1_min);
  REQUIRE(seconds(kubelet.arrived[2].second) == Approx(120.825).margin(0.002));
}

TEST_CASE("Images of one machine are unpacked one after the other") {
  // Two images of 250 MB share the registry's 1,250 MB/s: both on the wire until 0.4 s; disk 0.4 → 1.025 → 1.65 s.
  Platform platform(with_registry(a_scenario({a_pool("user", 1)})));
  Kubelet kubelet(platform);
  kubelet.pull(0, "orders/api", 1, 0);
  kubelet.pull(0, "orders/web", 1, 1);
  platform.run_for(1_min);
  REQUIRE(seconds(kubelet.arrived[0].second) == Approx(1.025).margin(0.002));
  REQUIRE(seconds(kubelet.arrived[1].second) == Approx(1.65).margin(0.002));
}

TEST_CASE("Ten machines that pull at once share the registry's egress") {
  // 10 × 250 MB over 1,250 MB/s = 2.0 s, then 0.625 s on each disk.
  Platform platform(with_registry(a_scenario({a_pool("user", 10)})));
  Kubelet kubelet(platform);
  for (std::uint32_t machine = 0; machine < 10; ++machine) kubelet.pull(machine, "orders/api", 1, machine);
  platform.run_for(1_min);
  REQUIRE(kubelet.arrived.size() == 10);
  for (const auto& [waiter, at] : kubelet.arrived) REQUIRE(seconds(at) == Approx(2.625).margin(0.002));
}

TEST_CASE("While its machine is cut off a pull backs off 10, 20, 40 s; one who asks afterwards need not wait") {
  Platform platform(with_registry(a_scenario({a_pool("user", 1)})));
  Kubelet kubelet(platform);
  const SiteId nic = platform.topology.nic_slots[0][0];
  platform.kernel->set_site(nic, false);
  kubelet.pull(0, "orders/api", 1, 1);
  platform.run_for(60_s);                 // tries at 0, 10, 30; the next at 70
  REQUIRE(platform.kernel->statistics().flows == 3);
  platform.kernel->set_site(nic, true);
  kubelet.pull(0, "orders/api", 1, 2);    // at 60 s
  platform.run_for(60_s);
  REQUIRE(kubelet.arrived.size() == 2);
  REQUIRE(seconds(kubelet.arrived[0].second) == Approx(60.825).margin(0.002));
  REQUIRE(platform.kernel->statistics().flows == 4);
}

TEST_CASE("A region without a replica, or whose replica is lost, pulls from the home region") {
  for (const bool replicated : {false, true}) {
    Scenario scenario = with_standby(a_scenario({a_pool("user", 1)}));
    scenario = with_registry(scenario, replicated ? std::vector<std::string_view>{"centralus"} : std::vector<std::string_view>{});
    Platform platform(scenario);
    Kubelet kubelet(platform);
    const SiteId home = platform.topology.registry_by_region[platform.topology.region_index(Name("eastus2"))];
    if (!replicated) platform.kernel->set_site(home, false);
    kubelet.pull(0, "orders/api", 1, 0, 1);   // a machine of the standby cluster
    platform.run_for(5_s);
    REQUIRE(kubelet.arrived.size() == (replicated ? 1 : 0));   // The lost home region delays it: there is no other.
    if (!replicated) platform.kernel->set_site(home, true);
    platform.run_for(1_min);
    REQUIRE(kubelet.arrived.size() == 1);
  }
}

TEST_CASE("Pushed builds fill every region; a steady stream neither grows nor shrinks what is stored") {
  Scenario scenario = with_registry(with_standby(a_scenario({a_pool("user", 1)})), {"centralus"});
  scenario.registry.retention = 10_d;
  scenario.registry.stored_per_build = {100 * kMB};
  scenario.registry.stored_initially = {10 * 5 * 100 * kMB};   // ten days of five builds a day
  Platform platform(scenario);
  Registry registry(*platform.kernel, platform.timeline, platform.scenario, platform.topology);
  registry.start();
  for (int day = 0; day < 30; ++day) {
    for (int build = 0; build < 5; ++build) registry.build_done({Name("orders/api"), 1, 480});
    platform.run_for(1_d);
  }
  // Each of the 30 purges took 500 MB, as much as each day brought.
  REQUIRE(registry.stored() == Bytes{5'000 * kMB});
  REQUIRE(platform.gauge(GaugeKind::RegistryBytes, "centralus") == 5'000 * kMB);
  REQUIRE(platform.gauge(GaugeKind::GeoReplicatedBytesTotal, "") == 150 * 100 * kMB);
  REQUIRE(platform.gauge(GaugeKind::BuildVcpuSecondsTotal, "") == 150 * 480);
  platform.run_for(10_d);
  REQUIRE(registry.stored() == Bytes{0});   // All has grown too old.
}

}  // namespace akstwin::testing
