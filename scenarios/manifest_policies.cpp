#include <regex>

#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

/// A nested list item of dependsOn.
struct Reference {
  Name name;
};

void describe(Fields& f, Reference& out) {
  f.required("name", out.name, "");
  ignore(f, {"namespace", "readyExpr"});
}

void read_optional_duration(Fields& f, std::string_view key, std::optional<Duration>& out) {
  Duration value{};
  f.optional(key, value, "");
  if (f.has(key)) out = value;
}

}  // namespace

void read_pod_disruption_budget(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<PodDisruptionBudgetSpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    IntOrPercent available, unavailable;
    g.optional("minAvailable", available, "");
    g.optional("maxUnavailable", unavailable, "");
    if (g.has("minAvailable")) out.min_available = available;
    if (g.has("maxUnavailable")) out.max_unavailable = unavailable;
    if (g.has("minAvailable") && g.has("maxUnavailable")) g.report(Severity::Error, "S064", g.at(), "a PodDisruptionBudget states minAvailable and maxUnavailable", "keep one of them");
    read_selector(g, "selector", out.selector);
    g.choice("unhealthyPodEvictionPolicy", out.always_allow_unhealthy, {{"IfHealthyBudget", false}, {"AlwaysAllow", true}}, "");
  });
  target.set.disruption_budgets.push_back(std::move(out));
}

void read_service(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<ServiceSpec>(f, target);
  bool selects = false;
  f.group("spec", "", [&](Fields& g) {
    Labels labels;
    read_labels(g, "selector", labels);
    for (const auto& [label, value] : labels.pairs) out.selector.requirements.push_back({label, SelectorRequirement::Operator::In, {value}});
    selects = !labels.pairs.empty();
    ignore(g, {"ports", "type", "clusterIP", "clusterIPs", "externalIPs", "externalName", "externalTrafficPolicy", "internalTrafficPolicy", "ipFamilies", "ipFamilyPolicy", "loadBalancerIP", "loadBalancerClass",
               "loadBalancerSourceRanges", "sessionAffinity", "sessionAffinityConfig", "publishNotReadyAddresses", "healthCheckNodePort", "allocateLoadBalancerNodePorts", "trafficDistribution"});
  });
  if (selects) target.set.services.push_back(std::move(out));
}

void read_namespace(Fields& f, const ManifestTarget& target) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  ignore(f, {"apiVersion", "kind", "status", "spec"});
  target.set.namespaces.emplace_back(metadata.name, metadata.labels);
}

/// The text below data.priorities: a mapping of priorities to lists of regular expressions on pool names
/// (cluster-autoscaler expander/priority/readme.md). One that upstream could not read is an error; upstream would run without it.
void read_expander_priorities(Fields& f, const YamlNode& text, ManifestSet& set) {
  const auto refuse = [&](const std::string& what) {
    f.error("S013", text, what, "the form is a priority, a colon, and a list of regular expressions, such as 10: [\".*spot.*\"]");
  };
  Diagnostics inside;                               // positions in a text within a text would mislead
  const std::vector<YamlNode> documents = parse_yaml(text.position().file, text.text, kManifestLimits, inside);
  if (inside.has_errors()) return refuse("priorities is no YAML: " + inside.sorted().front().message);
  for (const YamlNode& document : documents) {
    if (!document.is_map()) return refuse("priorities is no mapping");
    for (const auto& member : document.members) {
      const auto priority = parse_whole(member.key);
      if (!priority || *priority < 0 || *priority > INT32_MAX || !member.value.is_list()) return refuse("'" + member.key + "' in priorities is no priority with a list");
      std::vector<std::string> patterns;
      for (const YamlNode& pattern : member.value.items) {
        try {
          const std::regex compiled(pattern.text);
        } catch (const std::regex_error&) {
          return refuse("'" + pattern.text + "' in priorities is no regular expression");
        }
        patterns.push_back(pattern.text);
      }
      set.expander_priorities.emplace_back(static_cast<int>(*priority), std::move(patterns));
    }
  }
}

/// One ConfigMap decides something: that of the autoscaler's priority expander.
void read_config_map(Fields& f, const ManifestTarget& target) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  ignore(f, {"apiVersion", "kind", "binaryData", "immutable"});
  const bool priorities = metadata.name_space == Name("kube-system") && metadata.name == Name("cluster-autoscaler-priority-expander");
  if (!priorities) return ignore(f, {"data"});
  f.group("data", "", [&](Fields& g) {
    g.custom("priorities", {"text", "the expander's priorities", "string", ""}, "", [&](const YamlNode& node) { read_expander_priorities(g, node, target.set); });
  });
}

void read_priority_class(Fields& f, const ManifestTarget& target) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  PriorityClassSpec out;
  out.name = metadata.name;
  f.required("value", out.value, "");
  f.choice("preemptionPolicy", out.preempts, {{"PreemptLowerPriority", true}, {"Never", false}}, "");
  bool global = false;
  f.optional("globalDefault", global, "");
  if (global) f.report(Severity::Warning, "S051", f.at(), "globalDefault of PriorityClass '" + metadata.name.str() + "' is not read", "name the class in the pods that need it");
  ignore(f, {"apiVersion", "kind", "description"});
  target.set.priority_classes.push_back(out);
}

void read_git_repository(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<GitRepositorySpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    g.optional("interval", out.interval, "").at_least(Duration{1'000'000});
    g.optional("suspend", out.suspend, "");
    ignore(g, {"url", "ref", "secretRef", "timeout", "verify", "ignore", "include", "recurseSubmodules", "proxySecretRef", "provider", "sparseCheckout", "serviceAccountName"});
  });
  target.set.git_repositories.push_back(std::move(out));
}

void read_kustomization(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<KustomizationSpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    g.optional<Text>("path", out.path, "");
    g.optional("interval", out.interval, "").at_least(Duration{1'000'000});
    read_optional_duration(g, "retryInterval", out.retry_interval);
    read_optional_duration(g, "timeout", out.timeout);
    std::vector<Reference> depends;
    g.list("dependsOn", depends, "");
    for (const Reference& reference : depends) out.depends_on.push_back(reference.name);
    g.group("sourceRef", "", [&](Fields& h) {
      h.required("name", out.source, "");
      ignore(h, {"kind", "namespace", "apiVersion"});
    });
    g.optional("wait", out.wait, "");
    g.optional("prune", out.prune, "");
    g.optional("suspend", out.suspend, "");
    ignore(g, {"targetNamespace", "healthChecks", "healthCheckExprs", "serviceAccountName", "kubeConfig", "decryption", "force", "commonMetadata", "namePrefix", "nameSuffix", "deletionPolicy", "ignoreMissingComponents"});
  });
  target.set.kustomizations.push_back(std::move(out));
}

}  // namespace akstwin
