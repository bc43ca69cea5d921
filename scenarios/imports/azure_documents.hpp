/// Documents about Azure resources, whatever tool wrote them, as parts of a scenario. And `from:`, which puts them there.
#pragma once
#include <optional>
#include <string_view>

#include "scenarios/imports/fragment.hpp"
#include "scenarios/source_files.hpp"

namespace akstwin {

/// What a document about Azure is. Nodes: a dump of kubectl get with nodes in it.
enum class AzureDocument { Cluster, Pools, Network, ArmTemplate, ArmParameters, TerraformPlan, ChaosExperiment, Machines, UpgradeProfile, Nodes };

/// What the document is; nothing when it is none of these.
std::optional<AzureDocument> azure_document(const YamlNode& document);

/// Adds what the documents hold. Parameters files apply to the templates among them.
void read_azure_documents(const std::vector<YamlNode>& documents, Fragment& out);

/// Replaces `from` of clusters, networks and the game day by what the files hold; what the scenario states itself wins. False when a
/// file is missing or holds something else; diagnostics say so.
bool expand_from(YamlNode& scenario, SourceFiles& files, Diagnostics& diagnostics);

}  // namespace akstwin
