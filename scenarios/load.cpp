#include "models/spec/field_gates.hpp"
#include "scenarios/load.hpp"

#include <algorithm>

#include "models/catalog/machine_sizes.hpp"
#include "scenarios/check_scenario.hpp"
#include "scenarios/draft.hpp"
#include "scenarios/generate.hpp"
#include "scenarios/imports/azure_documents.hpp"
#include "scenarios/overrides.hpp"
#include "scenarios/read_manifests.hpp"
#include "scenarios/schema.hpp"

namespace akstwin {
namespace {

// Where a variant's change is written, so that a wrong path is shown there.
Position position_of_change(const YamlNode& document, const std::string& variant, const std::string& path) {
  const YamlNode* spec = document.find("spec");
  const YamlNode* variants = spec != nullptr ? spec->find("variants") : nullptr;
  if (variants == nullptr) return document.position();
  for (const YamlNode& item : variants->items) {
    const YamlNode* set = item.text_of("name") == variant ? item.find("set") : nullptr;
    if (set == nullptr) continue;
    for (const YamlMember& member : set->members)
      if (member.key == path) return position_of_key(*set, member);
  }
  return variants->position();
}

// Every variant is tried on a copy, so that a wrong path is known before hours of simulation.
void check_variants(const YamlNode& document, const FieldDoc& fields, const Scenario& scenario, Diagnostics& diagnostics) {
  for (const VariantSpec& variant : scenario.variants) {
    YamlNode copy = document;
    for (const OverrideSpec& change : variant.set) {
      Position at = position_of_change(document, variant.name, change.path);
      if (variant.declared_at.line > 0 && variant.name == change.path + "=" + change.value) at = variant.declared_at;
      apply_override(copy, fields, change, at, diagnostics);
    }
  }
}

void set_primaries(const YamlNode& document, Scenario& scenario) {
  const YamlNode* spec = document.find("spec");
  const YamlNode* clusters = spec != nullptr ? spec->find("clusters") : nullptr;
  if (clusters == nullptr) return;
  for (ClusterSpec& cluster : scenario.clusters) {
    for (const YamlNode& node : clusters->items) {
      if (node.text_of("name") != cluster.name.text() || node.text_of("like").empty()) continue;
      if (cluster.standby.pattern != StandbyPattern::None && cluster.standby.primary.empty()) cluster.standby.primary = Name(node.text_of("like"));
    }
  }
}

// Initial counts inside minCount…maxCount; a warm standby starts at its minimum, a cold one without user nodes.
void settle_counts(Scenario& scenario) {
  for (ClusterSpec& cluster : scenario.clusters) {
    for (NodePoolSpec& pool : cluster.pools) {
      if (pool.autoscaling) pool.count = nodes_at_start(pool);
      if (pool.autoscaling && cluster.provisioning.automatic) {   // AKS allows one of the two
        pool.autoscaling = false;
        pool.count = pool.min_count;
      }
      if (pool.autoscaling && cluster.standby.pattern == StandbyPattern::Warm) pool.count = pool.min_count;
      if (cluster.standby.pattern == StandbyPattern::Cold && pool.mode == PoolMode::User) pool.count = pool.min_count = 0;
    }
  }
}

std::vector<std::string> kustomization_roots(const SpecDraft& draft) {
  if (!draft.delivery.repository.empty()) return {SourceFiles::normalized(draft.delivery.repository)};
  std::vector<std::string> roots;
  for (const WorkloadSourceDraft& source : draft.workloads)
    for (const std::string& from : source.from) roots.push_back(SourceFiles::normalized(from));
  roots.emplace_back();
  return roots;
}

// The node that the scenario writes at `path` is gone by now; its position is kept.
YamlNode node_at(const ReadContext& context, const std::string& path) {
  YamlNode node;
  const auto found = context.positions.find(path);
  if (found == context.positions.end()) return node;
  node.file = Name(found->second.file);
  node.line = found->second.line;
  node.column = found->second.column;
  node.length = found->second.length;
  return node;
}

void read_cluster_workloads(SpecDraft& draft, const ClusterSpec& cluster, ReadContext& context, ParsedFiles& parsed) {
  ManifestReader reader(context, parsed);
  std::vector<const GenerateDraft*> generated;
  bool any = false;
  // A standby cluster without workloads of its own runs those of its primary once they are applied.
  const bool own = std::ranges::any_of(draft.workloads, [&](const auto& w) { return std::ranges::find(w.clusters, cluster.name) != w.clusters.end(); });
  const Name owner = own || cluster.standby.primary.empty() ? cluster.name : cluster.standby.primary;
  for (const WorkloadSourceDraft& source : draft.workloads) {
    if (std::ranges::find(source.clusters, owner) == source.clusters.end()) continue;
    any = true;
    for (std::size_t i = 0; i < source.from.size(); ++i) reader.read(source.from[i], node_at(context, source.path + ".from." + std::to_string(i)));
    if (source.generate.present) generated.push_back(&source.generate);
  }
  for (std::size_t i = 0; i < draft.delivery.gitops_from.size(); ++i)
    reader.read(draft.delivery.gitops_from[i], node_at(context, "spec.delivery.gitops.from." + std::to_string(i)));
  ClusterWorkloads result{cluster.name, reader.finish(kustomization_roots(draft))};
  for (const DroppedField& dropped : drop_newer_fields(result.manifests, cluster.kubernetes_minor))
    context.diagnostics.add({Severity::Warning, "S051", dropped.at, dropped.field + " of " + dropped.object + " is dropped by the API server of '" + cluster.name.str() + "' (1." + std::to_string(cluster.kubernetes_minor) + ")",
                             "it is kept from 1." + std::to_string(dropped.since) + " on"});
  for (const GenerateDraft* generate : generated) generate_workloads(*generate, result.manifests, draft.scenario.images);
  if (!any && !draft.workloads.empty()) {
    context.diagnostics.add({Severity::Warning, "S020", cluster.declared_at, "nothing runs on cluster '" + cluster.name.str() + "'", "add an entry under workloads with cluster: " + cluster.name.str()});
  }
  draft.scenario.workloads.push_back(std::move(result));
}

void check_workload_clusters(const SpecDraft& draft, ReadContext& context) {
  std::vector<std::string> names;
  for (const ClusterSpec& cluster : draft.scenario.clusters) names.push_back(cluster.name.str());
  for (const WorkloadSourceDraft& source : draft.workloads) {
    const YamlNode at = node_at(context, source.path + ".cluster");
    for (const Name cluster : source.clusters) {
      if (std::ranges::find(names, cluster.text()) != names.end()) continue;
      context.diagnostics.add({Severity::Error, "S020", at.position(), "there is no cluster '" + cluster.str() + "' to run workloads on", Check::suggestion(cluster.text(), names)});
    }
    if (source.from.empty() && !source.generate.present && !source.clusters.empty())
      context.diagnostics.add({Severity::Error, "S010", at.position(), "an entry of workloads has neither 'from' nor 'generate'", "add from: [./manifests/]"});
  }
}

/// A shorter look at the scenario: steps that the file's own horizon reaches but this one does not are left out, and said so.
void shorten(Duration horizon, Scenario& scenario, Diagnostics& diagnostics) {
  const auto never_comes = [&](const StepSpec& step) {
    return step.at && step.at->since_start() >= horizon && step.at->since_start() < scenario.horizon;
  };
  for (const StepSpec& step : scenario.steps)
    if (never_comes(step))
      diagnostics.add({Severity::Warning, "S081", step.declared_at, "the step at " + to_string(step.at->since_start()) + " is left out: the horizon asked for is " +
                       to_string(horizon), "leave --horizon out to see it"});
  std::erase_if(scenario.steps, never_comes);
  const bool loses = std::ranges::any_of(scenario.steps, [](const StepSpec& step) {
    return std::ranges::any_of(step.actions, [](const ActionSpec& a) { return a.kind == ActionKind::RegionLoss || a.kind == ActionKind::ZoneLoss; });
  });
  if (!loses) std::erase_if(scenario.steps, [](const StepSpec& step) { return !step.when.empty(); });   // what they wait for never comes
  scenario.horizon = horizon;
}

// NodePools and node classes of the manifests, and those that AKS makes, are part of the cluster. With them its node pools are not autoscaled.
void settle_provisioning(Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.clusters.size(); ++i) {
    NodeProvisioningSpec& provisioning = scenario.clusters[i].provisioning;
    if (!provisioning.automatic) continue;
    const ManifestSet& manifests = scenario.workloads[i].manifests;
    provisioning.node_pools = manifests.node_pools;
    provisioning.node_classes = manifests.node_classes;
    const auto add_class = [&](Name name) {
      if (std::ranges::find(provisioning.node_classes, name, &AksNodeClassSpec::name) == provisioning.node_classes.end()) provisioning.node_classes.emplace_back().name = name;
    };
    if (!provisioning.default_pools) continue;
    add_class(Name("default"));
    for (KarpenterNodePoolSpec& pool : default_node_pools()) {
      if (std::ranges::find(provisioning.node_pools, pool.name, &KarpenterNodePoolSpec::name) != provisioning.node_pools.end()) continue;
      pool.declared_at = provisioning.declared_at;
      provisioning.node_pools.push_back(pool);
    }
  }
}

// A price list holds every region; those without a cluster would only be searched in vain.
void keep_prices_of_regions(Scenario& scenario) {
  std::erase_if(scenario.cost.price_overrides, [&](const auto& stated) {
    return stated.first.starts_with("vm:") && std::ranges::none_of(scenario.clusters, [&](const ClusterSpec& cluster) { return stated.first.starts_with("vm:" + cluster.location.str() + "/"); });
  });
}

void apply_options(const LoadOptions& options, Scenario& scenario, Diagnostics& diagnostics) {
  if (options.seed) scenario.seed = *options.seed;
  if (options.replications) scenario.replications = *options.replications;
  if (options.horizon) shorten(*options.horizon, scenario, diagnostics);
}

}  // namespace

std::optional<Scenario> load_scenario_text(std::string_view text, const LoadOptions& options, Diagnostics& diagnostics) {
  diagnostics.add_source(options.path, std::string(text));
  auto documents = parse_yaml(options.path, text, kScenarioLimits, diagnostics);
  const auto refuse = [&](std::string message, std::string hint) {
    diagnostics.add({Severity::Error, "S008", {options.path, 0, 0, 1}, std::move(message), std::move(hint)});
    return std::nullopt;
  };
  if (diagnostics.has_errors()) return std::nullopt;
  if (documents.empty()) return refuse("the file is empty", "a scenario begins with apiVersion: akstwin.io/v1alpha1");
  YamlNode& document = documents.front();
  if (!document.is_map()) return refuse("the file is " + std::string(kind_in_words(document)) + ", not a mapping", "a scenario begins with apiVersion: akstwin.io/v1alpha1");
  SourceFiles files(options.path, options.allow_outside);
  files.remember("", text);
  if (!expand_from(document, files, diagnostics)) return std::nullopt;
  const FieldDoc fields = scenario_fields();
  for (const OverrideSpec& change : options.overrides) apply_override(document, fields, change, {change.path + "=" + change.value, 0, 0, 1}, diagnostics);
  YamlNode written = document;
  if (!expand_like(document, diagnostics)) return std::nullopt;

  ReadContext context{diagnostics, files};
  ScenarioDraft draft;
  Fields reader(context, document, "");
  describe(reader, draft);
  reader.finish();
  Scenario& scenario = draft.spec.scenario;
  scenario.file = options.path;
  scenario.delivery = draft.spec.delivery.spec;
  apply_options(options, scenario, diagnostics);
  set_primaries(document, scenario);
  check_workload_clusters(draft.spec, context);
  ParsedFiles parsed;
  for (std::size_t i = 0; i < scenario.clusters.size(); ++i) read_cluster_workloads(draft.spec, scenario.clusters[i], context, parsed);
  settle_provisioning(scenario);
  check_variants(written, fields, scenario, diagnostics);
  check_scenario(scenario, context);
  settle_counts(scenario);
  keep_prices_of_regions(scenario);
  scenario.sha256 = files.sha256();
  if (diagnostics.has_errors()) return std::nullopt;
  return std::move(scenario);
}

std::optional<Scenario> load_scenario(const LoadOptions& options, Diagnostics& diagnostics) {
  const auto text = read_file(options.path, kScenarioLimits.bytes * 4);
  if (!text) {
    diagnostics.add({Severity::Error, "S001", {options.path, 0, 0, 1}, "the scenario cannot be read", "check the path; a scenario is a file of at most 1 MiB"});
    return std::nullopt;
  }
  return load_scenario_text(*text, options, diagnostics);
}

}  // namespace akstwin
