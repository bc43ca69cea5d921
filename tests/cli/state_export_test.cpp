// The state of a run as Kubernetes YAML: read by the program's own import, and by kubectl without a server.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/process.hpp"
#include "tests/support/skip.hpp"

namespace fs = std::filesystem;
using namespace akstwin::test;

namespace {

Finished run(const std::string& command, const fs::path& folder) { return Process({"sh", "-c", command}, folder, AKSTWIN_BINARY_DIR).finish(std::chrono::seconds(120)); }

}  // namespace

TEST_CASE("The state of a run is exported as Kubernetes objects that import and kubectl read") {
  TemporaryFolder folder;
  fs::copy(fs::path(AKSTWIN_SOURCE_DIR) / "tests/cli/scenarios", folder.path(), fs::copy_options::recursive);
  const Finished exported = run("akstwin export tiny.yaml --format kubernetes --at 30m --out state.yaml -q", folder.path());
  INFO(exported.err);
  REQUIRE(exported.exit_code == 0);
  const Finished imported = run("akstwin import kube state.yaml -o json -q", folder.path());
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  const auto counts = nlohmann::json::parse(imported.out)["counts"];
  CHECK(counts["Deployment"] == 2);
  CHECK(counts["HorizontalPodAutoscaler"] == 2);
  CHECK(counts["Node"] == 4);                                  // three of the system pool, one of the user pool
  CHECK(counts["Pod, made by a controller"] >= 4);
  CHECK(counts["node pool"] == 2);

  CHECK(run("akstwin export tiny.yaml --format kubernetes --cluster other", folder.path()).exit_code == 2);
  if (std::system("command -v kubectl >/dev/null 2>&1") != 0) AKSTWIN_SKIP("kubectl is not installed");
  // kubectl decodes every object without a server, and finds the same ones.
  const Finished decoded = run("kubectl label --local --dry-run=client -f state.yaml checked=yes -o name | sort | uniq | grep -c .", folder.path());
  INFO(decoded.out << decoded.err);
  std::size_t objects = 0;
  for (const auto& [kind, count] : counts.items())
    if (kind != "node" && kind != "node pool" && kind != "cluster") objects += count.get<std::size_t>();
  CHECK(decoded.exit_code == 0);
  CHECK(std::stoul(decoded.out) <= objects);
  CHECK(std::stoul(decoded.out) >= objects / 2);               // names without namespaces may coincide
}

TEST_CASE("A first scenario is written beside what exists, validated, and not overwritten") {
  TemporaryFolder folder;
  fs::copy(fs::path(AKSTWIN_SOURCE_DIR) / "tests/import/data", folder.path(), fs::copy_options::recursive);
  const Finished made = run("akstwin init --from aks.json --from shop/overlays/prod --from load.json --out first.yaml -q", folder.path());
  INFO(made.out << made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(run("akstwin validate first.yaml -q", folder.path()).exit_code == 0);
  const Finished ran = run("akstwin run first.yaml --horizon 1h --kernel calendar -q", folder.path());
  INFO(ran.err);
  CHECK((ran.exit_code == 0 || ran.exit_code == 99));
  CHECK(run("akstwin init --from aks.json --out first.yaml", folder.path()).exit_code == 2);
  CHECK(run("akstwin init --from nowhere.json --out second.yaml", folder.path()).exit_code == 104);
  CHECK_FALSE(fs::exists(folder.path() / "second.yaml"));
}
