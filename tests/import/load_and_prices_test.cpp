// Prometheus answers, price lists and traces; broken and hostile input.
#include <catch2/catch.hpp>

#include "adapters/import/import_text.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/yaml_text.hpp"
#include "tests/import/importing.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

std::string data_file(const char* name) { return (data_folder() / name).string(); }

Found imported_text(const std::string& file, const std::string& text, ImportKind kind = ImportKind::Auto) {
  const Folder folder("import-text");
  folder.write(file, text);
  return import_paths({(folder.path() / file).string()}, kind);
}

}  // namespace

TEST_CASE("A Prometheus answer is load, use and size of requests of its workloads") {
  const Found found = import_paths({data_file("load.json")});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  CHECK(counts_text(found.imported) == "sample=11, series=5, series, cpu=1, series, load=2, series, memory=1, series, request size=1");
  REQUIRE(found.imported.services.size() == 2);
  const MeasuredService& web = found.imported.services[0];
  CHECK(web.workload == "shop/web");
  CHECK(web.load == std::vector<double>{10, 30, 20});
  CHECK(web.cpu_cores == Approx(0.2));                 // 12 s of CPU in 60 s, twice
  CHECK(web.memory_bytes == Approx(200.0 * 1048576));
  // By time, for fits: a rate stands at the later of its two samples.
  REQUIRE(web.load_at.size() == 3);
  CHECK(web.load_at[1].value == Approx(30));
  REQUIRE_FALSE(web.cpu_at.empty());
  CHECK(web.cpu_at[0].value == Approx(0.2));
  CHECK(web.request_bytes == Approx(2048));            // the mean of 4096 and of a time without requests
  const MeasuredService& api = found.imported.services[1];
  // A counter: 600 in 60 s are 10/s; then it was reset, and the 100 since are 100/60 a second.
  REQUIRE(api.load.size() == 2);
  CHECK(api.load[0] == Approx(10));
  CHECK(api.load[1] == Approx(100.0 / 60));
  // 0.2 cores at a mean of 20 requests a second: 10 ms of CPU a request.
  const std::string yaml = to_yaml(services_node(found.imported.services, "traffic.csv"));
  CHECK(yaml.find("cpuPerRequest: 10000us") != std::string::npos);
  CHECK(yaml.find("base: 200Mi") != std::string::npos);
  CHECK(traces_csv(found.imported.services) == "t_seconds,shop/web,shop/api\n0,10,10\n60,30,1.66667\n120,20,0\n");
}

TEST_CASE("Services of a scenario take load and use from a Prometheus answer, and what is stated wins") {
  const Folder folder("services-from");
  std::filesystem::copy_file(data_file("load.json"), folder.path() / "load.json");
  const std::string workloads =
      "  workloads: [{cluster: aks, from: [m.yaml]}]\n";
  std::string manifests;
  for (const char* name : {"web", "api"})
    manifests += std::string(manifests.empty() ? "" : "---\n") + "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name + ", namespace: shop}\nspec: {selector: {matchLabels: {app: " + name +
                 "}}, template: {metadata: {labels: {app: " + name + "}}, spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: 100m, memory: 64Mi}}}]}}}\n";
  folder.write("m.yaml", manifests);
  folder.write("s.yaml", kHeader + kCluster + workloads + "  services: [{from: load.json, workload: shop/web, latency: {service: 5ms}, cpuPerRequest: 7ms}]\n");
  const Loaded one = folder.load("s.yaml");
  INFO(one.said);
  REQUIRE(one.scenario);
  REQUIRE(one.scenario->services.size() == 1);
  const ServiceLoadSpec& web = one.scenario->services[0];
  CHECK(web.traffic.trace_milli_rps == std::vector<std::int64_t>{10'000, 30'000, 20'000});
  CHECK(web.traffic.trace_step == Duration{60'000'000});
  CHECK(web.cpu_per_request_us == 7'000);              // stated; measured were 10 ms
  CHECK(web.memory_base == Bytes{200LL << 20});
  CHECK(web.response_size == Bytes{2'048});
  folder.write("s.yaml", kHeader + kCluster + workloads + "  services: [{from: [load.json]}]\n");
  const Loaded all = folder.load("s.yaml");
  INFO(all.said);
  REQUIRE(all.scenario);
  CHECK(all.scenario->services.size() == 2);
  folder.write("s.yaml", kHeader + kCluster + workloads + "  services:\n    - {workload: shop/none, from: load.json}\n");
  CHECK(folder.load("s.yaml").said.find("s.yaml:12:35: error[S023]: 'load.json' holds no series of shop/none") != std::string::npos);
}

TEST_CASE("What a series measures can be said") {
  const Found found = import_paths({data_file("load.json")}, ImportKind::Prometheus, SeriesMeaning::Cpu);
  CHECK(found.imported.counts.at("series, cpu") == 5);
}

TEST_CASE("An answer without samples in order is refused at the sample") {
  const Found found = imported_text("q.json", "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[2,\"1\"],\n[1,\"1\"]]}]}}");
  CHECK(found.failed);
  CHECK(found.said.find("q.json:2:1: error[S070]") != std::string::npos);
  CHECK(imported_text("q.json", "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}").said.find("not a matrix") != std::string::npos);
}

TEST_CASE("Retail prices are counted by what they are, and missing pages are said") {
  const Found found = import_paths({data_file("prices.json")});
  INFO(found.said);
  CHECK(counts_text(found.imported) == "price=4, price with savings plan=1, price, Windows=1, price, consumption=2, price, reservation=1, price, spot=1");
  CHECK(found.said.find("NextPageLink") != std::string::npos);
  CHECK(imported_as_yaml(found.imported).find("prices: ") != std::string::npos);
}

TEST_CASE("A price list of cost.prices wins over the catalogue, and what the scenario states itself over both") {
  const Folder folder("prices");
  std::filesystem::copy_file(data_file("prices.json"), folder.path() / "prices.json");
  const std::string cluster = "  clusters: [{name: aks, location: westeurope, agentPoolProfiles: [{name: system, mode: System, vmSize: Standard_D4ds_v5, count: 3}]}]\n";
  folder.write("s.yaml", kHeader + cluster + "  cost: {prices: prices.json, overrides: {\"vm:westeurope/Standard_D4ds_v5/spot\": 0.04 USD}}\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const auto price = [&](const std::string& name) {
    for (const auto& [known, amount] : loaded.scenario->cost.price_overrides)
      if (known == name) return to_string(amount);
    return std::string("none");
  };
  CHECK(price("vm:westeurope/Standard_D4ds_v5") == "$0.226");        // not the Windows meter's, not the reservation's
  CHECK(price("vm:westeurope/Standard_D4ds_v5/spot") == "$0.04");
  CHECK(loaded.said.find("S090") == std::string::npos);

  folder.write("list.csv", "arm_region,sku,usd_per_hour\nwesteurope,Standard_D4ds_v5,0.3\neastus2,Standard_D4ds_v5,0.2\n");
  folder.write("s.yaml", kHeader + cluster + "  cost: {prices: list.csv}\n");
  const Loaded table = folder.load("s.yaml");
  REQUIRE(table.scenario);
  CHECK(table.scenario->cost.price_overrides.size() == 1);           // no cluster is in eastus2
  CHECK(to_string(table.scenario->cost.price_overrides[0].second) == "$0.30");

  folder.write("list.csv", "a,b\n1,2\n");
  CHECK(folder.load("s.yaml").said.find("error[S023]: 'list.csv' holds no price of a VM size") != std::string::npos);
}

TEST_CASE("A SimKube trace gives each object as it was applied last") {
  const Found found = import_paths({data_file("trace.json")});
  CHECK(counts_text(found.imported) == "Deployment=1, object applied=2, object deleted=0, trace event=2");
  CHECK(text_below(found.imported.objects.at(0), "spec.replicas") == "5");
}

TEST_CASE("Broken and hostile files are refused with their place, and nothing crashes") {
  struct Case {
    const char *file, *said;
    std::string text;
  };
  std::string deep, bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 0; i < 5'000; ++i) deep += '[';
  for (char c = 'b'; c < 'k'; ++c) bomb += std::string(1, c) + ": &" + c + " [*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + ",*" + char(c - 1) + "]\n";
  const Case cases[] = {
      {"a.json", "a.json:1:8: error[S004]: this is not JSON: a value", "{\"a\": [nul]}"},
      {"a.json", "a.json:1:10: error[S005]: the key 'a' is written twice", "{\"a\": 1, \"a\": 2}"},
      {"a.json", "error[S007]: values are nested more than 100 deep", deep},
      {"a.json", "error[S004]: this is not JSON: the closing quote", "{\"a\": \"b"},
      {"a.json", "error[S004]: text follows after the end", "{} {}"},
      {"a.json", "error[S003]", std::string("{\"a\": \"\xFF\"}")},
      {"a.yaml", "error[S002]: the file holds more than", bomb},
      {"a.yaml", "error[S004]: this is not YAML", "a: [1, 2\nb: 3\n"},
      {"a.yaml", "error[S023]: what this document is cannot be told", "hello: world\n"},
      {"a.csv", "error[S023]", "a,b\n1,2\n"},
      {"a.json", "error[S023]", "[1, 2, 3]"},
  };
  for (const Case& one : cases) {
    const Found found = imported_text(one.file, one.text);
    INFO(one.text.substr(0, 80) << "\n" << found.said.substr(0, 2'000));
    CHECK(found.failed);
    CHECK(found.said.find(one.said) != std::string::npos);
  }
  CHECK(import_paths({"/no/such/file.json"}).said.find("error[S001]") != std::string::npos);
  CHECK(imported_text("a.yaml", "apiVersion: v1\nkind: Pod\n", ImportKind::Terraform).said.find("this is not of kind tfplan") != std::string::npos);
}

TEST_CASE("A tree written as YAML or JSON reads back to itself") {
  const std::string text =
      "plain: a b\nquoted: \"true\"\nnumber: 12\ntext_number: \"12\"\nempty: \"\"\nnothing: null\nlist: [a, \"- b\", {c: d}, []]\nlines: |\n  one\n  two: three\n\"odd: key\": \"x # y\"\nstar: \"*\"\ncolon: \"a: b\"\n";
  Diagnostics diagnostics;
  const auto first = parse_yaml("a.yaml", text, kManifestLimits, diagnostics);
  REQUIRE(first.size() == 1);
  const auto again = parse_yaml("b.yaml", to_yaml(first[0]), kManifestLimits, diagnostics);
  INFO(to_yaml(first[0]));
  REQUIRE(again.size() == 1);
  CHECK(same_content(first[0], again[0]));
  const auto json = parse_json("c.json", to_json_text(first[0]), kJsonLimits, diagnostics);
  REQUIRE(json.size() == 1);
  CHECK(same_content(first[0], json[0]));
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(to_yaml(again[0]).find("quoted: \"true\"") != std::string::npos);
}
