#include "scenarios/imports/azure_documents.hpp"

#include <algorithm>
#include <cctype>

#include "scenarios/imports/arm_template.hpp"
#include "scenarios/imports/azure_cluster.hpp"
#include "scenarios/imports/chaos_experiment.hpp"
#include "scenarios/imports/kube_nodes.hpp"
#include "scenarios/imports/terraform_plan.hpp"

namespace akstwin {
namespace {

bool type_ends(const YamlNode& node, std::string_view ending) {
  std::string type(node.text_of("type"));
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type.ends_with(ending);
}

/// Lists come bare (az) or as {"value": […]} (ARM).
const YamlNode* list_of(const YamlNode& document) {
  if (document.is_list()) return &document;
  const YamlNode* value = document.find("value");
  return value != nullptr && value->is_list() ? value : nullptr;
}

std::optional<AzureDocument> single(const YamlNode& document) {
  if (!document.is_map()) return std::nullopt;
  if (is_arm_template(document)) return AzureDocument::ArmTemplate;
  if (is_arm_parameters(document)) return AzureDocument::ArmParameters;
  if (is_terraform_plan(document)) return AzureDocument::TerraformPlan;
  if (is_chaos_experiment(document)) return AzureDocument::ChaosExperiment;
  if (type_ends(document, "/machines")) return AzureDocument::Machines;
  if (type_ends(document, "/upgradeprofiles")) return AzureDocument::UpgradeProfile;
  if (is_managed_cluster(document)) return AzureDocument::Cluster;
  if (is_agent_pool(document)) return AzureDocument::Pools;
  if (is_virtual_network(document)) return AzureDocument::Network;
  if (holds_nodes(document)) return AzureDocument::Nodes;
  return std::nullopt;
}

void read_one(const YamlNode& document, const YamlNode* parameters, Fragment& out) {
  const auto kind = azure_document(document);
  if (!kind) return;
  const YamlNode* list = list_of(document);
  if (list != nullptr) {
    for (const YamlNode& item : list->items) {
      if (is_managed_cluster(item)) read_managed_cluster(item, out);
      else if (is_agent_pool(item)) out.pools.push_back(pool_of(item, out));
      else if (is_virtual_network(item)) read_virtual_network(item, out);
      else if (type_ends(item, "/machines")) ++out.counts["machine"];
    }
    return;
  }
  switch (*kind) {
    case AzureDocument::Cluster: return read_managed_cluster(document, out);
    case AzureDocument::Pools: return out.pools.push_back(pool_of(document, out));
    case AzureDocument::Network: return read_virtual_network(document, out);
    case AzureDocument::ArmTemplate: return read_arm_template(document, parameters, out);
    case AzureDocument::TerraformPlan: return read_terraform_plan(document, out);
    case AzureDocument::ChaosExperiment: return read_chaos_experiment(document, out);
    case AzureDocument::Machines: ++out.counts["machine"]; return;
    case AzureDocument::UpgradeProfile: ++out.counts["upgrade profile"]; return;
    case AzureDocument::Nodes:
    case AzureDocument::ArmParameters: return;
  }
}

}  // namespace

std::optional<AzureDocument> azure_document(const YamlNode& document) {
  const YamlNode* list = list_of(document);
  if (list == nullptr) return single(document);
  if (list->items.empty()) return std::nullopt;
  const auto kind = single(list->items[0]);
  const bool listed = kind == AzureDocument::Cluster || kind == AzureDocument::Pools || kind == AzureDocument::Network || kind == AzureDocument::Machines;
  return listed ? kind : std::nullopt;
}

void read_azure_documents(const std::vector<YamlNode>& documents, Fragment& out) {
  const auto parameters = std::ranges::find_if(documents, [](const YamlNode& document) { return is_arm_parameters(document); });
  for (const YamlNode& document : documents) read_one(document, parameters != documents.end() ? &*parameters : nullptr, out);
  // What az says about a cluster is newer and says more than its nodes.
  std::vector<const YamlNode*> dumps;
  for (const YamlNode& document : documents)
    if (document.is_map() && holds_nodes(document)) dumps.push_back(&document);
  if (out.clusters.empty()) read_kube_nodes(dumps, out);
  // Pools by themselves belong to the only cluster; one that it lists already is the newer reading.
  if (out.clusters.size() != 1) return;
  YamlNode* pools = make_below(out.clusters[0], "agentPoolProfiles");
  if (pools->is_map()) *pools = list_like(*pools);
  for (YamlNode& pool : out.pools) {
    const auto same = std::ranges::find_if(pools->items, [&](const YamlNode& other) { return other.text_of("name") == pool.text_of("name"); });
    if (same == pools->items.end()) pools->items.push_back(std::move(pool));
    else *same = std::move(pool);
  }
  out.pools.clear();
}

}  // namespace akstwin
