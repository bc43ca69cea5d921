// Azure's documents in the shapes that az, ARM, Bicep and Terraform write, and `from:` in scenarios.
#include <catch2/catch.hpp>

#include "adapters/import/import_text.hpp"
#include "scenarios/imports/chaos_experiment.hpp"
#include "tests/import/importing.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

std::string data(const char* name) { return (data_folder() / name).string(); }

const YamlNode& pool(const YamlNode& cluster, std::size_t index) { return cluster.find("agentPoolProfiles")->items.at(index); }

}  // namespace

TEST_CASE("az aks show and az aks nodepool list together are one cluster, the list being newer") {
  const Found found = import_paths({data("aks.json"), data("nodepools.json")});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  REQUIRE(found.imported.fragment.clusters.size() == 1);
  const YamlNode& cluster = found.imported.fragment.clusters[0];
  CHECK(text_below(cluster, "sku.tier") == "Standard");
  CHECK(cluster.text_of("kubernetesVersion") == "1.31");
  CHECK(text_below(cluster, "autoScalerProfile.scan-interval") == "20s");        // scanInterval of az
  CHECK(text_below(cluster, "autoScalerProfile.scale-down-utilization-threshold") == "0.6");
  CHECK(text_below(cluster, "networkProfile.networkPluginMode") == "overlay");
  REQUIRE(cluster.find("agentPoolProfiles")->items.size() == 4);
  CHECK(pool(cluster, 0).text_of("vnetSubnet") == "nodes");                      // last part of the resource id
  CHECK(pool(cluster, 1).text_of("name") == "user");
  CHECK(pool(cluster, 1).text_of("maxCount") == "9");
  CHECK(pool(cluster, 3).text_of("count") == "0");                               // powerState Stopped: not autoscaled either
  CHECK(pool(cluster, 3).find("maxCount") == nullptr);
  CHECK(pool(cluster, 2).text_of("scaleSetPriority") == "Spot");
  CHECK(pool(cluster, 2).find("spotMaxPrice") == nullptr);                       // -1: no limit
  CHECK(cluster.find("addons")->items.size() == 2);                              // azure-policy and keda; omsagent is off
  CHECK(found.said.find("agentPool.gpuProfile is not read") != std::string::npos);
  CHECK(found.said.find("managedCluster.ingressProfile is not read") != std::string::npos);
}

TEST_CASE("Nothing secret of a document is in a result or a message") {
  const Found found = import_paths({data("aks.json"), data("template.json"), data("dump.json"), data("shop/overlays/prod")});
  Diagnostics none;
  const std::string all = imported_as_json(found.imported, none) + imported_as_yaml(found.imported) + imported_as_table(found.imported, none) + found.said;
  CHECK(all.find("never-read-me") == std::string::npos);
  CHECK(all.find("bmV2ZXI") == std::string::npos);                               // the same in base64
  CHECK(all.find("ssh-rsa") == std::string::npos);
}

TEST_CASE("A compiled ARM template is read with its modules, expressions and parameters file") {
  const Found defaults = import_paths({data("template.json")});
  INFO(defaults.said);
  REQUIRE_FALSE(defaults.failed);
  CHECK(counts_text(defaults.imported) == "cluster=1, node pool=2, subnet=2, virtual network=1");
  const YamlNode& cluster = defaults.imported.fragment.clusters.at(0);
  CHECK(cluster.text_of("name") == "aks-dev");                                   // format('aks-{0}', 'dev')
  CHECK(cluster.find("location") == nullptr);                                    // resourceGroup().location is not known
  CHECK(text_below(cluster, "sku.tier") == "Free");
  CHECK(pool(cluster, 0).text_of("vnetSubnet") == "nodes");
  CHECK(pool(cluster, 1).text_of("maxCount") == "4");
  CHECK(defaults.said.find("resource Microsoft.Storage") == std::string::npos);  // its condition is false

  const Found prod = import_paths({data("template.json"), data("parameters.json")});
  const YamlNode& other = prod.imported.fragment.clusters.at(0);
  CHECK(other.text_of("name") == "aks-prod");
  CHECK(other.text_of("location") == "northeurope");
  CHECK(text_below(other, "sku.tier") == "Standard");
  CHECK(pool(other, 1).text_of("maxCount") == "12");
  CHECK(prod.imported.fragment.networks.at(0).find("subnets")->items.size() == 2);
  CHECK(prod.said.find("resource Microsoft.Storage/storageAccounts is not read") != std::string::npos);
}

TEST_CASE("A Terraform plan gives cluster, pools and network, and follows references between them") {
  const Found found = import_paths({data("tfplan.json")});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  CHECK(counts_text(found.imported) == "cluster=1, node pool=2, subnet=1, virtual network=1");
  const YamlNode& cluster = found.imported.fragment.clusters.at(0);
  CHECK(cluster.text_of("location") == "eastus2");
  CHECK(text_below(cluster, "autoScalerProfile.scale-down-unneeded-time") == "5m");
  CHECK(pool(cluster, 0).text_of("mode") == "System");
  CHECK(pool(cluster, 0).text_of("vnetSubnet") == "snet-nodes");
  CHECK(pool(cluster, 0).find("nodeTaints")->items.at(0).text == "CriticalAddonsOnly=true:NoSchedule");
  CHECK(pool(cluster, 1).text_of("vnetSubnet") == "snet-nodes");
  CHECK(pool(cluster, 1).text_of("count") == "2");                               // planned by the autoscaler: begins at minCount
  CHECK(found.imported.fragment.networks.at(0).find("subnets")->items.at(0).text_of("prefix") == "10.60.0.0/22");
  CHECK(found.said.find("resource azurerm_role_assignment is not read") != std::string::npos);
}

TEST_CASE("A Chaos Studio experiment becomes steps: in order, branches side by side") {
  const Found found = import_paths({data("experiment.json")});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  const auto& steps = found.imported.fragment.steps;
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].text_of("at") == "5m");                                         // after the delay
  CHECK(steps[0].text_of("zone") == "2");
  CHECK(steps[0].text_of("duration") == "20m");
  CHECK(steps[1].text_of("at") == "1h");                                         // the longer branch of the first step takes an hour
  CHECK(found.said.find("chaos action azurekubernetesservicechaosmesh:podchaos is not read") != std::string::npos);
  CHECK(parse_iso_duration("P1DT2H3M4S") == Duration{(86'400LL + 7'200 + 180 + 4) * 1'000'000});
  CHECK_FALSE(parse_iso_duration("PT"));
  CHECK_FALSE(parse_iso_duration("10m"));
}

TEST_CASE("Pods that an experiment kills and scale sets that it shuts down become steps on the cluster") {
  const Folder folder("chaos");
  const std::string selector = "{\"type\": \"List\", \"id\": \"aks\", \"targets\": [{\"type\": \"ChaosTarget\", \"id\": \"/subscriptions/0/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/aks-shop/providers/Microsoft.Chaos/targets/Microsoft-AzureKubernetesServiceChaosMesh\"}]},"
                               "{\"type\": \"List\", \"id\": \"set\", \"targets\": [{\"type\": \"ChaosTarget\", \"id\": \"/subscriptions/0/resourceGroups/MC_shop_aks-shop_westeurope/providers/Microsoft.Compute/virtualMachineScaleSets/aks-user-12345678-vmss/providers/Microsoft.Chaos/targets/x\"}]}";
  const auto mesh = [](const std::string& spec) {
    return "{\"type\": \"continuous\", \"name\": \"urn:csci:microsoft:azureKubernetesServiceChaosMesh:podChaos/2.2\", \"selectorId\": \"aks\", \"duration\": \"PT10M\", \"parameters\": [{\"key\": \"jsonSpec\", \"value\": \"" + spec + "\"}]}";
  };
  const std::string select = R"(\"selector\":{\"namespaces\":[\"shop\"],\"labelSelectors\":{\"app\":\"web\"}})";
  folder.write("e.json", "{\"type\": \"Microsoft.Chaos/experiments\", \"location\": \"westeurope\", \"properties\": {\"selectors\": [" + selector + "], \"steps\": [{\"name\": \"s\", \"branches\": [{\"name\": \"b\", \"actions\": [" +
                             mesh(R"({\"action\":\"pod-kill\",\"mode\":\"fixed\",\"value\":\"2\",)" + select + "}") + "," + mesh(R"({\"action\":\"pod-failure\",\"mode\":\"one\",)" + select + "}") + "," +
                             mesh(R"({\"action\":\"pod-kill\",\"mode\":\"fixed-percent\",\"value\":\"50\",)" + select + "}") +
                             ",{\"type\": \"continuous\", \"name\": \"urn:csci:microsoft:virtualMachineScaleSet:shutdown/2.0\", \"selectorId\": \"set\", \"duration\": \"PT10M\"}]}]}]}}");
  const Found found = import_paths({(folder.path() / "e.json").string()});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  const auto& steps = found.imported.fragment.steps;
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].text_of("action") == "deletePods");
  CHECK(steps[0].text_of("cluster") == "aks-shop");
  CHECK(steps[0].text_of("workload") == "shop/web");
  CHECK(steps[0].text_of("count") == "2");
  CHECK(steps[1].text_of("action") == "breakNodes");
  CHECK(steps[1].text_of("cluster") == "aks-shop");
  CHECK(steps[1].text_of("pool") == "user");
  CHECK(steps[1].text_of("at") == "30m");   // three actions of ten minutes before it
  CHECK(found.said.find("podchaos is not read (2 times)") != std::string::npos);
}

TEST_CASE("A scenario takes cluster, network and game day from files, and what it states itself wins") {
  const Folder folder("from");
  for (const char* file : {"aks.json", "nodepools.json", "experiment.json", "tfplan.json", "dump.json"}) std::filesystem::copy_file(data_folder() / file, folder.path() / file);
  folder.write("s.yaml", kHeader +
                             "  network: [{name: vnet-shop, location: westeurope, addressSpace: [10.1.0.0/16], subnets: [{name: nodes, prefix: 10.1.0.0/22}]}, {from: tfplan.json}]\n"
                             "  clusters:\n    - from: [aks.json, nodepools.json]\n      kubernetesVersion: \"1.32\"\n      agentPoolProfiles: [{name: user, maxCount: 7}]\n"
                             "  workloads: [{cluster: aks-shop, from: [dump.json]}]\n"
                             "  faults: {from: experiment.json, start: 2d}\n"
                             "  variants: [{name: larger, set: {clusters.aks-shop.agentPoolProfiles.user.maxCount: 20}}]\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const ClusterSpec& cluster = loaded.scenario->clusters.at(0);
  CHECK(cluster.name == Name("aks-shop"));
  CHECK(cluster.kubernetes_minor == 32);
  CHECK(cluster.pools.size() == 4);
  CHECK(cluster.pools.at(1).max_count == 7);
  CHECK(cluster.pools.at(1).min_count == 2);
  CHECK(loaded.scenario->networks.size() == 2);
  REQUIRE(loaded.scenario->steps.size() == 2);
  CHECK(loaded.scenario->steps[0].at == SimTime{} + Duration{(172'800LL + 300) * 1'000'000});
  CHECK(loaded.scenario->workloads.at(0).manifests.workloads.size() == 1);       // web; its ReplicaSet and Pod are made again
}

TEST_CASE("A file that `from` names but that holds something else is an error at its line") {
  const Folder folder("from-wrong");
  folder.write("s.yaml", kHeader + "  clusters:\n    - name: aks\n      from: x.json\n");
  folder.write("x.json", "{\"kind\": \"Pod\"}");
  CHECK(folder.load("s.yaml").said.find("x.json:1:1: error[S023]: this is no description of Azure resources") != std::string::npos);
  folder.write("x.json", "[{\"name\": \"a\", \"agentPoolProfiles\": []},\n {\"name\": \"b\", \"agentPoolProfiles\": []}]");
  CHECK(folder.load("s.yaml").said.find("'x.json' holds 2 of kind cluster: a, b") != std::string::npos);
  folder.write("x.json", "{\"name\": \"a\",\n \"agentPoolProfiles\": [}");
  CHECK(folder.load("s.yaml").said.find("x.json:2:24: error[S004]: this is not JSON") != std::string::npos);
}

TEST_CASE("A dump of kubectl get is a cluster with the nodes that it has") {
  const Found found = import_paths({data("dump.json")});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  CHECK(counts_text(found.imported) == "Deployment=1, Node=3, Pod, made by a controller=1, ReplicaSet, made by a controller=1, Secret=1, Widget=1, cluster=1, node=3, node pool=2");
  const YamlNode& cluster = found.imported.fragment.clusters.at(0);
  CHECK(cluster.text_of("name") == "aks-shop");
  CHECK(cluster.text_of("location") == "westeurope");
  CHECK(cluster.text_of("kubernetesVersion") == "1.31");
  CHECK(pool(cluster, 0).text_of("mode") == "System");
  CHECK(pool(cluster, 1).text_of("count") == "2");
  CHECK(pool(cluster, 1).find("availabilityZones")->items.size() == 2);
  CHECK(pool(cluster, 1).find("nodeTaints")->items.at(0).text == "sku=shop:NoSchedule");   // the unreachable taint passes
  CHECK(text_below(pool(cluster, 1), "nodeLabels.team") == "shop");
  CHECK(found.said.find("1 object of kind Widget (example.com/v1) not read") != std::string::npos);
}
