#include "scenarios/overrides.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

LoadOptions with(const std::string& path, const std::string& value) {
  LoadOptions options;
  options.overrides.push_back({path, value});
  return options;
}

const std::string kTwo = kHeader + kCluster +
                         "        - {name: user, vmSize: Standard_D4ds_v5, enableAutoScaling: true, minCount: 6, maxCount: 30}\n"
                         "      autoScalerProfile: {scan-interval: 20s}\n"
                         "    - {name: standby, location: centralus, like: aks, standby: {pattern: warm}}\n";

}  // namespace

TEST_CASE("A path goes by key, by name, by index, with or without spec") {
  for (const char* path : {"clusters.aks.agentPoolProfiles.user.maxCount", "spec.clusters.aks.agentPoolProfiles.user.maxCount", "clusters.0.agentPoolProfiles.1.maxCount"}) {
    const Loaded loaded = load_text(kTwo, with(path, "12"));
    INFO(loaded.said);
    REQUIRE(loaded.scenario);
    CHECK(loaded.scenario->clusters[0].pools[1].max_count == 12);
  }
}

TEST_CASE("What the scenario does not state is added where the format has such a key") {
  const Loaded loaded = load_text(kTwo, with("clusters.aks.serviceMesh.dataPlane", "ambient"));
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->clusters[0].mesh.data_plane == MeshDataPlane::Ambient);
  const Loaded horizon = load_text(kTwo, with("horizon", "7d"));
  REQUIRE(horizon.scenario);
  CHECK(horizon.scenario->horizon == Duration{7 * 86'400'000'000LL});
}

TEST_CASE("A changed cluster also changes the cluster that is like it") {
  const Loaded loaded = load_text(kTwo, with("clusters.aks.autoScalerProfile.scan-interval", "60s"));
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->clusters[0].autoscaler.scan_interval == Duration{60'000'000});
  CHECK(loaded.scenario->clusters[1].autoscaler.scan_interval == Duration{60'000'000});
}

TEST_CASE("A pool of a copying cluster can be changed although it is not written there") {
  const Loaded loaded = load_text(kTwo, with("clusters.standby.agentPoolProfiles.user.minCount", "2"));
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->clusters[0].pools[1].min_count == 6);
  CHECK(loaded.scenario->clusters[1].pools[1].min_count == 2);
  CHECK(loaded.scenario->clusters[1].pools[1].max_count == 30);
}

TEST_CASE("A star changes every item and x multiplies") {
  const Loaded loaded = load_text(kTwo, with("clusters.aks.agentPoolProfiles.user.minCount", "x0.5"));
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->clusters[0].pools[1].min_count == 3);
  const Loaded all = load_text(kTwo, with("clusters.*.kubernetesVersion", "1.29"));
  REQUIRE(all.scenario);
  CHECK(all.scenario->clusters[0].kubernetes_minor == 29);
  CHECK(all.scenario->clusters[1].kubernetes_minor == 29);
  const Loaded defaulted = load_text(kTwo, with("clusters.aks.autoScalerProfile.scale-down-unneeded-time", "x0.3"));
  REQUIRE(defaulted.scenario);
  CHECK(defaulted.scenario->clusters[0].autoscaler.scale_down_unneeded_time == Duration{180'000'000});   // 10 min · 0.3
}

TEST_CASE("Scaling keeps the unit") {
  CHECK(scaled_text("900rps", 0.5, false) == "450rps");
  CHECK(scaled_text("2h30m", 0.5, false) == "1h15m");
  CHECK(scaled_text("60%", 1.5, false) == "90%");
  CHECK(scaled_text("3", 0.5, true) == "2");            // whole numbers round half away from zero
  CHECK(scaled_text("0.3", 1.0 / 3, false) == "0.1");
  CHECK(scaled_text("abc", 2, false).empty());
}

TEST_CASE("A path that leads nowhere says which part is wrong and what was meant") {
  const Loaded loaded = load_text(kTwo, with("clusters.aks.agentPoolProfile.user.maxCount", "12"));
  CHECK_FALSE(loaded.scenario);
  CHECK(loaded.said.find("there is no key 'agentPoolProfile' in clusters.aks") != std::string::npos);
  CHECK(loaded.said.find("did you mean 'agentPoolProfiles'?") != std::string::npos);
}

TEST_CASE("A value that does not fit is reported at the change, not in the file") {
  const Loaded loaded = load_text(kTwo, with("horizon", "soon"));
  CHECK_FALSE(loaded.scenario);
  CHECK(loaded.said.find("horizon=soon: error[S013]") == 0);
}

TEST_CASE("A standby cluster takes its primary from like and starts at its minimum") {
  const Loaded loaded = load_text(kTwo);
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const ClusterSpec& standby = loaded.scenario->clusters[1];
  CHECK(standby.standby.primary == Name("aks"));
  CHECK(standby.location == Name("centralus"));
  CHECK(standby.pools.size() == 2);
  CHECK(standby.pools[1].count == 6);
}

TEST_CASE("A sweep becomes one variant for each value") {
  const Loaded loaded = load_text(kTwo + "  sweep: {clusters.aks.autoScalerProfile.scan-interval: [10s, 60s]}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  REQUIRE(loaded.scenario->variants.size() == 2);
  CHECK(loaded.scenario->variants[1].name == "clusters.aks.autoScalerProfile.scan-interval=60s");
  CHECK(loaded.scenario->variants[1].set[0].value == "60s");
}

TEST_CASE("The traffic of all services can be halved at once") {
  const std::string text = kHeader + kCluster +
                           "  workloads: [{cluster: aks, generate: {team: shop, services: 2}}]\n"
                           "  services:\n    - {workload: shop/shop-01, traffic: {peak: 900rps}}\n    - {workload: shop/shop-02, traffic: {peak: 31rps}}\n";
  const Loaded loaded = load_text(text, with("services.*.traffic.peak", "x0.5"));
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->services[0].traffic.peak_milli_rps == 450'000);
  CHECK(loaded.scenario->services[1].traffic.peak_milli_rps == 15'500);
  const Loaded one = load_text(text, with("services.shop/shop-02.traffic.peak", "5rps"));
  REQUIRE(one.scenario);
  CHECK(one.scenario->services[0].traffic.peak_milli_rps == 900'000);
  CHECK(one.scenario->services[1].traffic.peak_milli_rps == 5'000);
}
