#include "scenarios/load.hpp"

#include <catch2/catch.hpp>

#include "tests/scenarios/reading.hpp"
#include "tests/support/skip.hpp"

namespace fs = std::filesystem;
using namespace akstwin;
using namespace akstwin::test;

namespace {

const std::string kApi =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}\n";
const std::string kScenario = kHeader + kCluster + "  workloads: [{cluster: aks, from: [m]}]\n";

}  // namespace

TEST_CASE("The smallest scenario is valid and has the documented defaults") {
  const Loaded loaded = load_text(kHeader + kCluster);
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.said.empty());
  const Scenario& s = *loaded.scenario;
  CHECK(s.horizon == Duration{30LL * 86'400'000'000});
  CHECK(s.seed == 1);
  CHECK(s.start.iso(SimTime{}) == "2026-01-05T00:00:00Z");
  CHECK(s.start.civil(SimTime{}).weekday == 1);
  CHECK(s.clusters[0].mesh.data_plane == MeshDataPlane::None);
  CHECK(s.clusters[0].pools[0].count == 3);
  CHECK_FALSE(s.delivery.enabled);
  CHECK_FALSE(s.registry.present);
  CHECK(s.edge.kind == EdgeSpec::Kind::None);
  CHECK(s.workloads.size() == 1);
}

TEST_CASE("Command-line options win over the file") {
  LoadOptions options;
  options.seed = 7;
  options.replications = 20;
  options.horizon = Duration{3'600'000'000};
  const Loaded loaded = load_text(kHeader + kCluster, options);
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->seed == 7);
  CHECK(loaded.scenario->replications == 20);
  CHECK(loaded.scenario->horizon == Duration{3'600'000'000});
}

TEST_CASE("The hash covers the scenario and every file it refers to, wherever the folder lies") {
  std::string first;
  for (const char* name : {"hash-a", "hash-b"}) {
    const Folder folder(name);
    folder.write("s.yaml", kScenario);
    folder.write("m/api.yaml", kApi);
    const Loaded loaded = folder.load("s.yaml");
    REQUIRE(loaded.scenario);
    if (first.empty()) first = loaded.scenario->sha256;
    CHECK(loaded.scenario->sha256 == first);
    CHECK(first.size() == 64);
    folder.write("m/api.yaml", kApi + "# a remark\n");
    CHECK(folder.load("s.yaml").scenario->sha256 != first);
  }
}

TEST_CASE("A symbolic link cannot lead out of the folder unless that is allowed") {
  const Folder outside("outside"), folder("inside");
  outside.write("api.yaml", kApi);
  folder.write("s.yaml", kScenario);
  fs::create_directory_symlink(outside.path(), folder.path() / "m");
  const Loaded refused = folder.load("s.yaml");
  CHECK_FALSE(refused.scenario);
  CHECK(refused.said.find("error[S022]: 'm' leads out of the scenario's folder") != std::string::npos);
  LoadOptions options;
  options.allow_outside = true;
  CHECK(folder.load("s.yaml", options).scenario);
  fs::remove(folder.path() / "m");
  fs::create_directory(folder.path() / "m");
  fs::create_symlink(outside.path() / "api.yaml", folder.path() / "m" / "api.yaml");
  CHECK_FALSE(folder.load("s.yaml").scenario);
}

TEST_CASE("A loop of links ends") {
  const Folder folder("loop");
  folder.write("s.yaml", kScenario);
  folder.write("m/api.yaml", kApi);
  fs::create_directory_symlink(folder.path(), folder.path() / "m" / "again");
  CHECK(folder.load("s.yaml").scenario);
}

TEST_CASE("A missing file, a folder and a huge file are errors, not crashes") {
  const Folder folder("files");
  CHECK(folder.load("nothing.yaml").said.find("error[S001]") != std::string::npos);
  fs::create_directory(folder.path() / "d.yaml");
  CHECK(folder.load("d.yaml").said.find("error[S001]") != std::string::npos);
  folder.write("big.yaml", std::string(2 << 20, '#'));
  CHECK(folder.load("big.yaml").said.find("error[S002]") != std::string::npos);
}

TEST_CASE("A standby cluster without workloads of its own has those of its primary") {
  const Folder folder("standby");
  folder.write("s.yaml", kHeader + kCluster + "    - {name: two, location: centralus, like: aks, standby: {pattern: warm, gitops: suspended}}\n  workloads: [{cluster: aks, from: [m]}]\n");
  folder.write("m/api.yaml", kApi);
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  REQUIRE(loaded.scenario->workloads.size() == 2);
  CHECK(loaded.scenario->workloads[1].cluster == Name("two"));
  CHECK(loaded.scenario->workloads[1].manifests.workloads.size() == 1);
  CHECK(loaded.scenario->clusters[1].standby.gitops_suspended);
}

TEST_CASE("A trace is read from CSV as requests a step, and peak scales it") {
  const Folder folder("trace");
  folder.write("m/api.yaml", kApi);
  folder.write("t.csv", "minute,requests,max\n0,60,5\n1,120,6\n2,30,7\n");
  folder.write("s.yaml", kScenario + "  services: [{workload: shop/api, traffic: {trace: {file: t.csv, column: requests}}}]\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const TrafficSpec& traffic = loaded.scenario->services[0].traffic;
  CHECK(traffic.shape == TrafficShape::Trace);
  CHECK(traffic.trace_milli_rps == std::vector<std::int64_t>{1'000, 2'000, 500});    // 60, 120, 30 a minute
  CHECK(loaded.scenario->services[0].edge);
  folder.write("s.yaml", kScenario + "  services: [{workload: shop/api, traffic: {peak: 8rps, trace: {file: t.csv, column: requests}}}]\n");
  CHECK(folder.load("s.yaml").scenario->services[0].traffic.trace_milli_rps == std::vector<std::int64_t>{4'000, 8'000, 2'000});
}

TEST_CASE("A Prometheus answer and k6 stages become traces") {
  const Folder folder("prometheus");
  folder.write("m/api.yaml", kApi);
  folder.write("p.json", R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1700000000,"1.5"],[1700000030,"2"]]}]}})");
  folder.write("s.yaml", kScenario + "  services: [{workload: shop/api, traffic: {prometheus: p.json}}]\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.scenario->services[0].traffic.trace_milli_rps == std::vector<std::int64_t>{1'500, 2'000});
  CHECK(loaded.scenario->services[0].traffic.trace_step == Duration{30'000'000});
  folder.write("s.yaml", kScenario + "  services: [{workload: shop/api, traffic: {stages: [{duration: 20s, target: 4rps}, {duration: 10s, target: 4rps}]}}]\n");
  const Loaded staged = folder.load("s.yaml");
  INFO(staged.said);
  REQUIRE(staged.scenario);
  // Two steps on the ramp, at 5 s and 15 s of 20: 1 and 3 rps; then 4.
  CHECK(staged.scenario->services[0].traffic.trace_milli_rps == std::vector<std::int64_t>{1'000, 3'000, 4'000});
}

TEST_CASE("A game day is read: times, conditions, runbooks with durations") {
  const Loaded loaded = load_text(kHeader + kCluster +
                                  "    - {name: two, location: centralus, like: aks, standby: {pattern: warm}}\n"
                                  "  data: [{name: sql, replicationLag: {p50: 1s, p99: 5s}}]\n"
                                  "  edge: {kind: frontDoor, origins: [aks, two]}\n"
                                  "  faults:\n"
                                  "    steps:\n"
                                  "      - {at: 10d 14:00, action: regionLoss, region: eastus2, duration: 4h}\n"
                                  "      - {when: regionLost, after: {p50: 4m, p95: 9m}, action: runbook, do: [frontDoor.failover(two), {action: flux.resume(two), takes: {p50: 60s, p95: 3m}}, sql.failover]}\n");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const auto& steps = loaded.scenario->steps;
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].at == SimTime{(10 * 24 + 14) * 3'600'000'000LL});
  CHECK(steps[0].actions[0].duration == Duration{4 * 3'600'000'000LL});
  CHECK(steps[1].when == Name("regionLost"));
  CHECK(steps[1].after == LogNormal{{240'000'000}, {540'000'000}});
  REQUIRE(steps[1].actions.size() == 3);
  CHECK(steps[1].actions[1].kind == ActionKind::FluxResume);
  CHECK(steps[1].actions[1].takes == LogNormal{{60'000'000}, {180'000'000}});
  // p99 5 s of a log-normal with median 1 s: sigma = ln 5 / 2.3263 = 0.6918; p95 = exp(1.6449 · 0.6918) = 3.12 s.
  CHECK(loaded.scenario->data[0].replication_lag.p95.seconds_real() == Approx(3.12).margin(0.01));
}

TEST_CASE("The Northwind scenario loads without a remark") {
  const fs::path file = fs::path(AKSTWIN_SOURCE_DIR) / "scenarios" / "catalog" / "northwind.yaml";
  if (!fs::exists(file)) AKSTWIN_SKIP("no " + file.string());
  Diagnostics diagnostics;
  LoadOptions options;
  options.path = file.string();
  const auto scenario = load_scenario(options, diagnostics);
  std::ostringstream out;
  diagnostics.print(out);
  CHECK(out.str().empty());
  REQUIRE(scenario);
  CHECK(scenario->clusters.size() == 2);
  CHECK(scenario->services.size() >= 26);
}

TEST_CASE("Every scenario of the catalog is valid") {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(AKSTWIN_SOURCE_DIR) / "scenarios" / "catalog")) {
    if (entry.path().extension() != ".yaml") continue;
    Diagnostics diagnostics;
    LoadOptions options;
    options.path = entry.path().string();
    const auto scenario = load_scenario(options, diagnostics);
    std::ostringstream out;
    diagnostics.print(out);
    INFO(out.str());
    CHECK(scenario);
    ++count;
  }
  CHECK(count > 0);
}

TEST_CASE("The design's example of a scenario loads, with a remark for each part that is not simulated") {
  const fs::path design = fs::path(AKSTWIN_SOURCE_DIR) / ".." / "shared" / "design" / "scenario.md";
  if (!fs::exists(design)) AKSTWIN_SKIP("no " + design.string());
  std::ifstream in(design);
  std::string text, line;
  bool inside = false;
  while (std::getline(in, line)) {
    if (line.starts_with("```")) inside = line == "```yaml";
    else if (inside) text += line + "\n";
  }
  const Folder folder("design");
  folder.write("s.yaml", text);
  const std::string api = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: NAME, namespace: orders}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}\n";
  for (const std::string name : {"api", "pricing"}) {
    std::string manifest = api;
    folder.write("manifests/" + std::string(name == "api" ? "orders" : "pricing") + "/a.yaml", manifest.replace(manifest.find("NAME"), 4, name));
  }
  folder.write("clusters/prod/git.yaml", "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: config}\nspec: {interval: 1m, url: x}\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.said.find("error") == std::string::npos);
  // And one for its maintenance window, which holds nothing back without a channel.
  const std::size_t window = loaded.said.find("warning[S083]: the window aksManagedNodeOSUpgradeSchedule holds nothing back");
  REQUIRE(window == loaded.said.find("warning[S0"));
  CHECK(loaded.said.find("warning[S0", window + 1) == loaded.said.find("warning[S090]"));
  CHECK(loaded.scenario->workloads.at(0).manifests.workloads.size() == 14);     // two written, twelve generated
  CHECK(loaded.scenario->variants.size() == 5);                                 // two named, three of the sweep
  CHECK(loaded.scenario->thresholds.size() == 4);
}
