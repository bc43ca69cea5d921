#include "scenarios/manifest_parts.hpp"

#include "models/spec/taint_text.hpp"

namespace akstwin {

using Operator = SelectorRequirement::Operator;

namespace {

constexpr std::int64_t kMaxSeconds = 10LL * 365 * 86'400;
constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

void read_affinity(Fields& f, Affinity& out) {
  f.group("nodeAffinity", "", [&](Fields& g) {
    g.group(kRequired, "", [&](Fields& h) {
      out.node_required.emplace();
      h.list("nodeSelectorTerms", *out.node_required, "", true);
    });
    g.list(kPreferred, out.node_preferred, "");
  });
  f.group("podAffinity", "", [&](Fields& g) {
    g.list(kRequired, out.pod_required, "");
    g.list(kPreferred, out.pod_preferred, "");
  });
  f.group("podAntiAffinity", "", [&](Fields& g) {
    g.list(kRequired, out.pod_anti_required, "");
    g.list(kPreferred, out.pod_anti_preferred, "");
  });
}

}  // namespace

std::string_view kind_name(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::Deployment: return "Deployment";
    case WorkloadKind::StatefulSet: return "StatefulSet";
    case WorkloadKind::DaemonSet: return "DaemonSet";
    case WorkloadKind::Job: return "Job";
    case WorkloadKind::CronJob: return "CronJob";
    case WorkloadKind::ScaledJob: return "ScaledJob";
  }
  return "";
}

void ignore(Fields& f, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) f.without_effect(key, "");
}

void read_seconds(Fields& f, std::string_view key, Duration& out) {
  std::int64_t seconds = out.seconds();
  f.optional(key, seconds, "").between(0, kMaxSeconds);
  if (seconds >= 0 && seconds <= kMaxSeconds) out = Duration{seconds * 1'000'000};
}

void read_labels(Fields& f, std::string_view key, Labels& out) {
  f.entries(key, "", "", [&](const YamlNode&, const YamlMember& member, const std::string&) {
    if (member.value.is_scalar() || member.value.is_null()) {
      out.set(Name(member.key), Name(member.value.text));
    } else {
      f.wrong_kind(member.value, key, "a mapping of text to text");
    }
  });
}

void read_metadata(Fields& f, ObjectMetadata& out) {
  f.group("metadata", "", [&](Fields& g) {
    g.required("name", out.name, "");
    g.optional("namespace", out.name_space, "");
    read_labels(g, "labels", out.labels);
    read_labels(g, "annotations", out.annotations);
    ignore(g, {"creationTimestamp", "uid", "resourceVersion", "generation", "managedFields", "ownerReferences", "finalizers", "selfLink", "generateName"});
  });
}

bool read_selector(Fields& f, std::string_view key, LabelSelector& out) {
  bool present = false;
  f.group(key, "", [&](Fields& g) {
    present = true;
    Labels labels;
    read_labels(g, "matchLabels", labels);
    for (const auto& [label, value] : labels.pairs) out.requirements.push_back({label, Operator::In, {value}});
    g.list("matchExpressions", out.requirements, "");
  });
  return present;
}

void describe(Fields& f, SelectorRequirement& out) {
  f.required("key", out.key, "");
  f.choice("operator", out.op, {{"In", Operator::In}, {"NotIn", Operator::NotIn}, {"Exists", Operator::Exists}, {"DoesNotExist", Operator::DoesNotExist}, {"Gt", Operator::Gt}, {"Lt", Operator::Lt}}, "");
  f.values<LabelText>("values", out.values, "");
}

void describe(Fields& f, NodeSelectorTerm& out) {
  f.list("matchExpressions", out.match_expressions, "");
  f.list("matchFields", out.match_fields, "");
}

void describe(Fields& f, PreferredNodeTerm& out) {
  f.required("weight", out.weight, "").between(1, 100);
  f.object("preference", out.term, "");
}

void describe(Fields& f, PodAffinityTerm& out) {
  LabelSelector selector, spaces;
  if (read_selector(f, "labelSelector", selector)) out.selector = std::move(selector);
  if (read_selector(f, "namespaceSelector", spaces)) out.namespace_selector = std::move(spaces);
  f.values("namespaces", out.namespaces, "");
  f.required("topologyKey", out.topology_key, "");
  f.values("matchLabelKeys", out.match_label_keys, "");
  f.values("mismatchLabelKeys", out.mismatch_label_keys, "");
}

void describe(Fields& f, WeightedPodAffinityTerm& out) {
  f.required("weight", out.weight, "").between(1, 100);
  f.object("podAffinityTerm", out.term, "");
}

void describe(Fields& f, Toleration& out) {
  f.optional("key", out.key, "");
  f.choice("operator", out.exists, {{"Equal", false}, {"Exists", true}}, "");
  f.optional<LabelText>("value", out.value, "");
  std::string effect;
  f.optional<Text>("effect", effect, "");
  out.effect = parse_taint_effect(effect);
  if (!effect.empty() && !out.effect) f.report(Severity::Error, "S045", f.at(), "'" + effect + "' is not a taint effect", "one of NoSchedule, PreferNoSchedule, NoExecute");
  std::int64_t seconds = 0;
  f.optional("tolerationSeconds", seconds, "").between(-kMaxSeconds, kMaxSeconds);
  if (f.has("tolerationSeconds")) out.seconds = seconds;
}

void describe(Fields& f, TopologySpreadConstraint& out) {
  f.required("maxSkew", out.max_skew, "").at_least(1);
  f.required("topologyKey", out.topology_key, "");
  f.choice("whenUnsatisfiable", out.do_not_schedule, {{"DoNotSchedule", true}, {"ScheduleAnyway", false}}, "");
  LabelSelector selector;
  if (read_selector(f, "labelSelector", selector)) out.selector = std::move(selector);
  int domains = 1;
  f.optional("minDomains", domains, "").at_least(1);
  if (f.has("minDomains")) out.min_domains = domains;
  f.choice("nodeAffinityPolicy", out.honor_node_affinity, {{"Honor", true}, {"Ignore", false}}, "");
  f.choice("nodeTaintsPolicy", out.honor_node_taints, {{"Ignore", false}, {"Honor", true}}, "");
  f.values("matchLabelKeys", out.match_label_keys, "");
}

void read_placement(Fields& f, PodSpec& out) {
  read_labels(f, "nodeSelector", out.node_selector);
  f.list("tolerations", out.tolerations, "");
  f.group("affinity", "", [&](Fields& g) { read_affinity(g, out.affinity); });
  f.list("topologySpreadConstraints", out.topology_spread, "");
}

}  // namespace akstwin
