// `akstwin init`: what it writes is valid and runs, from own examples and from published ones.
#include <catch2/catch.hpp>

#include "adapters/import/first_scenario.hpp"
#include "models/observe/kinds.hpp"
#include "models/world/simulate.hpp"
#include "tests/import/importing.hpp"
#include "tests/support/skip.hpp"

namespace fs = std::filesystem;
using namespace akstwin;
using namespace akstwin::test;

namespace {

/// Writes the scenario into a folder and loads it from there.
Loaded write_and_load(const Folder& folder, const std::vector<std::string>& paths) {
  const Found found = import_paths(paths);
  INFO(found.said);
  CHECK_FALSE(found.failed);
  const FirstScenario made = first_scenario(found.imported, {.name = "first", .manifests = {}});
  for (const auto& [name, text] : made.files) folder.write(name, text);
  folder.write("scenario.yaml", made.text);
  return folder.load("scenario.yaml");
}

/// An hour on the small kernel; how many pods became ready.
int ready_pods(Scenario scenario) {
  scenario.horizon = Duration{3'600'000'000};
  const RunOutcome run = simulate(scenario, {.kernel = KernelKind::Calendar, .progress = {}});
  int ready = 0;
  for (const TimelineEvent& event : run.timeline.events()) ready += event.kind == code(EventKind::PodReady) ? 1 : 0;
  return ready;
}

}  // namespace

TEST_CASE("A first scenario of manifests, az, Prometheus and an experiment is valid and runs") {
  const Folder folder("init-own");
  const auto data = [](const char* name) { return (data_folder() / name).string(); };
  const Loaded loaded = write_and_load(folder, {data("dump.json"), data("aks.json"), data("load.json"), data("experiment.json")});
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const Scenario& scenario = *loaded.scenario;
  CHECK(scenario.clusters.at(0).pools.size() == 2);
  CHECK(scenario.networks.at(0).subnets.at(0).name == Name("nodes"));
  REQUIRE(scenario.services.size() == 1);                    // shop/api has load, but no manifest
  CHECK(scenario.services[0].cpu_per_request_us == 10'000);
  CHECK(scenario.services[0].traffic.trace_milli_rps == std::vector<std::int64_t>{10'000, 30'000, 20'000});
  CHECK(scenario.steps.size() == 2);
  CHECK(ready_pods(scenario) >= 2);
}

TEST_CASE("A first scenario without a cluster assumes one that holds the workloads, and says so") {
  const Folder folder("init-assumed");
  const Loaded loaded = write_and_load(folder, {(data_folder() / "shop/overlays/prod").string()});
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(ready_pods(*loaded.scenario) >= 2);
  std::ifstream in(folder.path() / "scenario.yaml");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(text.find("# Assumed: no cluster was given.") != std::string::npos);
  CHECK(text.find("#   - workload: prod/eu-web-v2") != std::string::npos);
}

TEST_CASE("First scenarios of published manifests and clusters are valid and run") {
  const fs::path data = fs::path(AKSTWIN_SOURCE_DIR) / ".." / "shared" / "data";
  if (!fs::exists(data)) AKSTWIN_SKIP("no " + data.string());
  const std::vector<std::vector<std::string>> inputs = {
      {"manifests/podinfo/deploy/overlays/dev", "aks-json/managedcluster_zones.json"},
      {"manifests/podinfo/deploy/webapp"},
      {"manifests/podinfo/deploy/overlays/production", "manifests/podinfo/deploy/overlays/staging"},
      {"manifests/aks-store-demo", "aks-json/managedcluster_overlay_cilium.json"},
      {"manifests/aks-baseline/workload"},
      {"manifests/keda", "manifests/karpenter-azure/inflate.yaml"},
      {"manifests/cluster-autoscaler-azure"},
      {"manifests/flux2-kustomize-helm-example"},
      {"manifests/karpenter-azure"},
      {"manifests/flagger"},
      {"aks-json/agentpool_zones.json", "aks-json/agentpool_upgrade_settings.json"},
      {"simkube/large_trace.json"},
  };
  for (const auto& input : inputs) {
    const Folder folder("init-published");
    std::vector<std::string> paths;
    for (const std::string& path : input) paths.push_back((data / path).lexically_normal().string());
    const Loaded loaded = write_and_load(folder, paths);
    INFO(input[0] << "\n" << loaded.said);
    REQUIRE(loaded.scenario);
    ready_pods(*loaded.scenario);
  }
}
