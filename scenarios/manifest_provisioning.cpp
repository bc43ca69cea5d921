/// NodePool (karpenter.sh/v1) and AKSNodeClass (karpenter.azure.com) manifests.
#include <algorithm>

#include "models/spec/cron.hpp"
#include "models/spec/taint_text.hpp"
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

using Operator = SelectorRequirement::Operator;

/// A taint as an object.
struct TaintObject {
  Taint taint;
};

void describe(Fields& f, TaintObject& out) {
  f.required("key", out.taint.key, "");
  f.optional<LabelText>("value", out.taint.value, "");
  std::string effect;
  f.required<Text>("effect", effect, "");
  ignore(f, {"timeAdded"});
  const auto known = parse_taint_effect(effect);
  if (known) out.taint.effect = *known;
  else if (!effect.empty()) f.report(Severity::Error, "S045", f.at(), "'" + effect + "' is not a taint effect", "one of NoSchedule, PreferNoSchedule, NoExecute");
}

std::vector<Taint> read_taint_objects(Fields& f, std::string_view key) {
  std::vector<TaintObject> objects;
  f.list(key, objects, "");
  std::vector<Taint> taints;
  for (const TaintObject& object : objects) taints.push_back(object.taint);
  return taints;
}

/// A time, or Never.
void read_time_or_never(Fields& f, std::string_view key, std::optional<Duration>& out) {
  f.custom(key, {"duration or Never", "a duration such as 30m, or Never", "string", ""}, "", [&](const YamlNode& node) {
    const auto time = node.is_scalar() ? parse_duration(node.text) : std::nullopt;
    if (time) out = time;
    else if (node.is_scalar() && node.text == "Never") out.reset();
    else f.error("S013", node, f.field_name(key) + " is no time", "write a duration such as 30m, or Never");
  });
}

/// Gte and Lte are kept as Gt and Lt of the next whole number.
enum class RequirementOperator { In, NotIn, Exists, DoesNotExist, Gt, Lt, Gte, Lte };

void set_rule(Fields& f, RequirementOperator op, SelectorRequirement& rule) {
  constexpr Operator kPlain[] = {Operator::In, Operator::NotIn, Operator::Exists, Operator::DoesNotExist, Operator::Gt, Operator::Lt, Operator::Gt, Operator::Lt};
  rule.op = kPlain[static_cast<std::size_t>(op)];
  const bool compares = rule.op == Operator::Gt || rule.op == Operator::Lt;
  const bool lists = rule.op == Operator::In || rule.op == Operator::NotIn;
  if (lists && rule.values.empty())
    return f.report(Severity::Error, "S046", f.at(), "the requirement on '" + rule.key.str() + "' lists no values", "In and NotIn need at least one value");
  if (!compares) return;
  const auto bound = rule.values.size() == 1 ? parse_whole(rule.values.front().text()) : std::nullopt;
  if (!bound || *bound < 0)
    return f.report(Severity::Error, "S046", f.at(), "the requirement on '" + rule.key.str() + "' compares with no whole number", "Gt, Lt, Gte and Lte take one value such as \"8\"");
  if (op == RequirementOperator::Gte) rule.values = {Name(std::to_string(*bound - 1))};
  if (op == RequirementOperator::Lte) rule.values = {Name(std::to_string(*bound + 1))};
}

}  // namespace

void describe(Fields& f, NodeClaimRequirement& out) {
  f.required("key", out.rule.key, "");
  RequirementOperator op = RequirementOperator::In;
  using enum RequirementOperator;
  f.choice("operator", op, {{"In", In}, {"NotIn", NotIn}, {"Exists", Exists}, {"DoesNotExist", DoesNotExist}, {"Gt", Gt}, {"Lt", Lt}, {"Gte", Gte}, {"Lte", Lte}}, "");
  f.values<LabelText>("values", out.rule.values, "");
  std::int64_t fewest = 1;
  f.optional("minValues", fewest, "").between(1, 50);
  if (f.has("minValues")) out.min_values = fewest;
  set_rule(f, op, out.rule);
}

void describe(Fields& f, NodeDisruptionBudgetSpec& out) {
  IntOrPercent nodes{out.nodes, out.percent};
  f.optional("nodes", nodes, "");
  out.nodes = nodes.value;
  out.percent = nodes.percent;
  std::vector<std::string> reasons;
  f.values<Text>("reasons", reasons, "");
  for (const std::string& reason : reasons) {
    if (reason == "Underutilized") out.reasons.push_back(DisruptionReason::Underutilized);
    else if (reason == "Empty") out.reasons.push_back(DisruptionReason::Empty);
    else if (reason == "Drifted") out.reasons.push_back(DisruptionReason::Drifted);
    else f.report(Severity::Error, "S015", f.at(), "'" + reason + "' is no reason of a disruption budget", "one of Underutilized, Empty, Drifted");
  }
  f.optional<Text>("schedule", out.schedule, "");
  f.optional("duration", out.duration, "");
  if (!out.schedule.empty() && !parse_cron(out.schedule))
    f.report(Severity::Error, "S013", f.at(), "'" + out.schedule + "' is no cron schedule", "five fields in UTC, such as \"0 9 * * mon-fri\", or @daily");
  if (f.has("schedule") != f.has("duration"))
    f.report(Severity::Error, "S010", f.at(), "a budget states 'schedule' and 'duration' together or not at all", f.has("schedule") ? "add duration: 8h" : "add schedule: \"0 9 * * *\"");
}

namespace {

void read_disruption(Fields& f, KarpenterNodePoolSpec& out) {
  f.choice("consolidationPolicy", out.policy,
           {{"WhenEmptyOrUnderutilized", ConsolidationPolicy::WhenEmptyOrUnderutilized}, {"WhenEmpty", ConsolidationPolicy::WhenEmpty}}, "");
  read_time_or_never(f, "consolidateAfter", out.consolidate_after);
  if (!f.has("budgets")) return;
  out.budgets.clear();
  f.list("budgets", out.budgets, "");
}

void read_claim_template(Fields& f, KarpenterNodePoolSpec& out) {
  f.group("metadata", "", [&](Fields& g) {
    read_labels(g, "labels", out.labels);
    ignore(g, {"annotations"});
  });
  f.group("spec", "", [&](Fields& g) {
    out.taints = read_taint_objects(g, "taints");
    out.startup_taints = read_taint_objects(g, "startupTaints");
    g.list("requirements", out.requirements, "");
    read_time_or_never(g, "expireAfter", out.expire_after);
    Duration grace{};
    g.optional("terminationGracePeriod", grace, "");
    if (g.has("terminationGracePeriod")) out.termination_grace = grace;
    g.group("nodeClassRef", "", [&](Fields& h) {
      h.required("name", out.node_class, "");
      ignore(h, {"group", "kind", "apiVersion"});
    });
  });
}

void read_limits(Fields& f, NodePoolLimits& out) {
  f.optional("cpu", out.resources.cpu, "").at_least(Millicores{0});
  f.optional("memory", out.resources.memory, "").at_least(Bytes{0});
  f.optional("nvidia.com/gpu", out.resources.gpu, "").at_least(0);
  f.optional("nodes", out.nodes, "").at_least(0);
}

}  // namespace

void read_node_pool(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<KarpenterNodePoolSpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    g.optional("weight", out.weight, "").between(0, 100);
    g.group("limits", "", [&](Fields& h) { read_limits(h, out.limits); });
    g.group("disruption", "", [&](Fields& h) { read_disruption(h, out); });
    g.group("template", "", [&](Fields& h) { read_claim_template(h, out); });
  });
  target.set.node_pools.push_back(std::move(out));
}

void read_node_class(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<AksNodeClassSpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    g.optional("osDiskSizeGB", out.os_disk_gib, "").between(30, 2'048);
    g.optional("maxPods", out.max_pods, "").between(10, 250);
    std::string subnet;
    g.optional<Text>("vnetSubnetID", subnet, "");
    out.subnet = Name(subnet.substr(subnet.rfind('/') + 1));
    ignore(g, {"imageFamily", "fipsMode", "tags", "kubelet", "security", "localDNS", "gpu", "artifactStreaming", "linuxOSConfig"});
  });
  target.set.node_classes.push_back(std::move(out));
}

}  // namespace akstwin
