#include "adapters/import/first_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "adapters/import/import_text.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "scenarios/imports/kustomize_select.hpp"
#include "scenarios/imports/yaml_text.hpp"
#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kSystemPool =
    "        # A System pool of three nodes is AKS's own recommendation (use-system-pools.md).\n"
    "        - {name: system, mode: System, vmSize: Standard_D4ds_v5, count: 3}\n";

std::string text(const YamlNode& node, std::string_view key) { return std::string(node.text_of(key)); }

/// "namespace/name" of everything that runs pods for ever.
std::vector<std::string> serving_workloads(const std::vector<YamlNode>& objects) {
  std::vector<std::string> out;
  for (const YamlNode& object : objects) {
    const std::string kind = text(object, "kind"), name_space = text_below(object, "metadata.namespace");
    if (kind == "Deployment" || kind == "StatefulSet") out.push_back((name_space.empty() ? "default" : name_space) + "/" + text_below(object, "metadata.name"));
  }
  std::ranges::sort(out);
  return out;
}

/// CPU that all pods ask for together, millicores; replicas as stated.
std::int64_t requested_millicores(const std::vector<YamlNode>& objects) {
  std::int64_t total = 0;
  for (const YamlNode& object : objects) {
    const YamlNode* containers = find_below(object, "spec.template.spec.containers");
    if (containers == nullptr || text(object, "kind") == "DaemonSet") continue;
    const std::int64_t replicas = parse_whole(text_below(object, "spec.replicas")).value_or(1);
    for (const YamlNode& container : containers->items)
      if (const auto cpu = parse_millicores(text_below(container, "resources.requests.cpu"))) total += cpu->value * std::clamp<std::int64_t>(replicas, 0, 10'000);
  }
  return total;
}

class Writer {
 public:
  Writer(const Imported& imported, const FirstScenarioOptions& options) : in_(imported), options_(options), clusters_(imported.fragment.clusters) {}

  FirstScenario write() {
    settle_clusters();
    head();
    networks();
    clusters();
    workloads();
    services();
    rest();
    return std::move(out_);
  }

 private:
  void line(const std::string& content) { out_.text += content + "\n"; }

  // A cluster that has what a scenario needs: a known region, known sizes, a System pool.
  void settle_clusters() {
    if (clusters_.empty() && !in_.fragment.pools.empty()) {
      YamlNode cluster = map_like(in_.fragment.pools[0]), pools = list_like(cluster);
      pools.items = in_.fragment.pools;
      put(cluster, "name", text_like(cluster, "aks"));
      put(cluster, "agentPoolProfiles", std::move(pools));
      clusters_.push_back(std::move(cluster));
    }
    for (YamlNode& cluster : clusters_) {
      if (text(cluster, "name").empty()) put(cluster, "name", text_like(cluster, "aks"));
      if (find_region(text(cluster, "location")) == nullptr) {
        if (!text(cluster, "location").empty()) remarks_.push_back(fmt::format("Region '{}' is not in the catalogue; eastus2 stands in.", text(cluster, "location")));
        put(cluster, "location", text_like(cluster, "eastus2"));
      }
      YamlNode* pools = make_below(cluster, "agentPoolProfiles");
      if (!pools->is_list()) *pools = list_like(*pools);
      for (YamlNode& pool : pools->items) settle_pool(cluster, pool);
    }
  }

  void settle_pool(const YamlNode& cluster, YamlNode& pool) {
    if (find_vm_size(text(pool, "vmSize")) == nullptr) {
      remarks_.push_back(fmt::format("VM size '{}' of pool {} is not in the catalogue; Standard_D4ds_v5 stands in.", text(pool, "vmSize"), text(pool, "name")));
      put(pool, "vmSize", text_like(pool, "Standard_D4ds_v5"));
    }
    if (const Region* region = find_region(text(cluster, "location")); region != nullptr && region->zones == 0) take_out(pool, "availabilityZones");
    if (text(pool, "mode") == "System" && text(pool, "count") == "0") {
      put(pool, "count", text_like(pool, "1"));
      remarks_.push_back("A System pool without nodes begins with one.");
    }
  }

  void head() {
    line("# A first scenario, made from what exists. It runs as it is; the comments say what to look at first.");
    line("# Check it: akstwin validate FILE. Run it: akstwin run FILE. A key's meaning: akstwin explain spec.clusters");
    for (const ImportedSource& source : in_.sources) {
      if (++sources_ > 20) continue;
      line(fmt::format("# Read: {} ({})", source.path, source.kind));
    }
    if (sources_ > 20) line(fmt::format("# and {} more.", sources_ - 20));
    for (const std::string& remark : remarks_) line("# Note: " + remark);
    line("apiVersion: akstwin.io/v1alpha1");
    line("kind: Scenario");
    line("metadata:");
    line("  name: " + yaml_scalar(text_like(YamlNode{}, options_.name, true)));
    line("  question: How many nodes does the platform need in a week, and what do they cost a month?   # write your own question here");
    line("spec:");
    line("  start: 2026-03-02T00:00:00Z              # a Monday");
    line("  horizon: 7d");
    line("  seed: 1");
    line("");
  }

  void networks() {
    line("  network:");
    if (!in_.fragment.networks.empty()) {
      YamlNode list = list_like(in_.fragment.networks[0]);
      list.items = in_.fragment.networks;
      for (YamlNode& network : list.items)
        if (find_region(text(network, "location")) == nullptr) put(network, "location", text_like(network, "eastus2"));
      out_.text += to_yaml(list, 4) + "\n";
      return;
    }
    line("    # Assumed: the ranges that AKS gives to a network of its own. Yours: az network vnet show -o json, or `- from: vnet.json`.");
    std::map<std::string, std::set<std::string>> subnets;   // by location
    for (const YamlNode& cluster : clusters_) {
      std::set<std::string>& wanted = subnets[text(cluster, "location")];
      for (const YamlNode& pool : cluster.find("agentPoolProfiles")->items)
        for (const char* key : {"vnetSubnet", "podSubnetID"})
          if (!text(pool, key).empty()) wanted.insert(text(pool, key));
    }
    if (subnets.empty()) subnets["eastus2"] = {};
    int block = 224;                       // 10.224.0.0/12 is the address space of AKS's own networks
    for (auto& [location, names] : subnets) {
      if (names.empty()) names.insert("aks-subnet");
      line(fmt::format("    - name: vnet-{}", location));
      line(fmt::format("      location: {}", location));
      line(fmt::format("      addressSpace: [10.{}.0.0/12]", block));
      line("      subnets:");
      int second = block;
      for (const std::string& name : names) line(fmt::format("        - {{name: {}, prefix: 10.{}.0.0/16}}", yaml_scalar(text_like(YamlNode{}, name, true)), std::min(second++, block + 15)));
      block = std::max(16, block - 16);
    }
    line("");
  }

  void clusters() {
    line("  clusters:");
    for (const YamlNode& cluster : clusters_) {
      YamlNode one = list_like(cluster);
      one.items.push_back(cluster);
      YamlNode pools = *cluster.find("agentPoolProfiles");
      take_out(one.items[0], "agentPoolProfiles");
      out_.text += to_yaml(one, 4);
      line("      agentPoolProfiles:                   # what the cluster autoscaler may do: enableAutoScaling, minCount, maxCount");
      const bool has_system = std::ranges::any_of(pools.items, [](const YamlNode& pool) { return pool.text_of("mode") == "System"; });
      if (!has_system) out_.text += kSystemPool;
      if (!pools.items.empty()) out_.text += to_yaml(pools, 8);
    }
    if (clusters_.empty()) {
      // Three times the requests of today, on nodes that leave some 3.8 cores to pods.
      const std::int64_t nodes = std::clamp<std::int64_t>((3 * requested_millicores(in_.objects) + 3'799) / 3'800, 3, 100);
      line("    # Assumed: no cluster was given. Yours: az aks show -o json > aks.json, then `- from: aks.json`.");
      line("    - name: aks");
      line("      location: eastus2");
      line("      kubernetesVersion: \"1.31\"");
      line("      networkProfile: {networkPlugin: azure, networkPluginMode: overlay, podCidr: 10.244.0.0/16}");
      line("      agentPoolProfiles:");
      out_.text += kSystemPool;
      line(fmt::format("        - {{name: user, mode: User, vmSize: Standard_D4ds_v5, enableAutoScaling: true, minCount: 1, maxCount: {}}}", nodes));
    }
    line("");
  }

  std::string first_cluster() const { return clusters_.empty() ? "aks" : text(clusters_.front(), "name"); }

  void workloads() {
    if (in_.objects.empty()) {
      line("  # Nothing runs yet. Manifests: folders, files, kubectl get -A -o json, kustomizations.");
      line("  # workloads:");
      line(fmt::format("  #   - {{cluster: {}, from: [./manifests/]}}", first_cluster()));
      line("");
      return;
    }
    std::vector<std::string> from = options_.manifests;
    if (from.empty()) {
      const std::string file = options_.stem + "-manifests.yaml";
      out_.files[file] = manifests();
      from.push_back("./" + file);
    }
    line("  workloads:");
    line(fmt::format("    - cluster: {}", yaml_scalar(text_like(YamlNode{}, first_cluster(), true))));
    line("      from:");
    for (const std::string& path : from) line("        - " + yaml_scalar(text_like(YamlNode{}, path, true)));
    line("");
  }

  // Only what the twin reads and what fits together: an object once, no priority class that is not there.
  std::string manifests() const {
    std::set<std::string> classes{"system-cluster-critical", "system-node-critical"};
    for (const YamlNode& object : in_.objects)
      if (text(object, "kind") == "PriorityClass") classes.insert(text_below(object, "metadata.name"));
    std::string out = "# Written by akstwin init: what the twin reads of the imported objects, without environments and secrets.\n";
    bool first = true;
    for (std::size_t i = 0; i < in_.objects.size(); ++i) {
      YamlNode object = in_.objects[i];
      const auto later = std::find_if(in_.objects.begin() + static_cast<std::ptrdiff_t>(i) + 1, in_.objects.end(), [&](const YamlNode& other) { return same_identity(object, other); });
      if (later != in_.objects.end() || text(object, "kind") == "Secret") continue;
      if (YamlNode* pod = pod_template(object))
        if (YamlNode* spec = pod->find("spec"); spec != nullptr && !classes.contains(text(*spec, "priorityClassName"))) take_out(*spec, "priorityClassName");
      out += (first ? "" : "---\n") + to_yaml(object);
      first = false;
    }
    return out;
  }

  void services() {
    const std::vector<std::string> known = serving_workloads(in_.objects);
    std::vector<MeasuredService> usable;
    for (const MeasuredService& service : in_.services)
      if (std::ranges::find(known, service.workload) != known.end()) usable.push_back(service);
    if (!usable.empty()) {
      const std::string file = options_.stem + "-traffic.csv";
      out_.files[file] = traces_csv(usable);
      line("  services:                                # load and use as Prometheus recorded them; the trace is repeated");
      out_.text += to_yaml(services_node(usable, file), 4);
    } else {
      line("  # Load: what manifests cannot say. Without it autoscalers stay at their minimum. A Prometheus range query, a CSV file or a shape:");
      line("  # services:");
    }
    int shown = 0;
    for (const std::string& workload : known) {
      if (std::ranges::find(usable, workload, &MeasuredService::workload) != usable.end() || ++shown > 12) continue;
      line(fmt::format("  #   - workload: {}", workload));
      line("  #     traffic: {shape: diurnal, peak: 100rps, trough: 10rps}");
      line("  #     cpuPerRequest: 10m·s               # CPU use at the peak, divided by the rate");
    }
    if (shown > 12) line(fmt::format("  #   … and {} more workloads", shown - 12));
    line("");
  }

  void rest() {
    if (!in_.fragment.steps.empty()) {
      YamlNode list = list_like(in_.fragment.steps[0]);
      list.items = in_.fragment.steps;
      for (YamlNode& step : list.items)
        if (!clusters_.empty() && step.find("region") != nullptr) put(step, "region", text_like(step, text(clusters_.front(), "location")));
      line("  faults:                                  # the Chaos Studio experiment, from the run's begin");
      line("    steps:");
      out_.text += to_yaml(list, 6);
      line("");
    }
    line("  thresholds:                              # exit code 99 when one does not hold");
    line("    pod_pending_seconds: [\"p(95)<300\"]");
  }

  const Imported& in_;
  const FirstScenarioOptions& options_;
  std::vector<YamlNode> clusters_;
  std::vector<std::string> remarks_;
  std::size_t sources_ = 0;
  FirstScenario out_;
};

}  // namespace

FirstScenario first_scenario(const Imported& imported, const FirstScenarioOptions& options) { return Writer(imported, options).write(); }

}  // namespace akstwin
