#include <algorithm>

#include "models/spec/metrics.hpp"
#include "scenarios/draft.hpp"
#include "scenarios/threshold_text.hpp"

namespace akstwin {
namespace {

// "$6,800" → 6800: what a publication prints, without its signs.
std::optional<double> number_as_published(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if ((c >= '0' && c <= '9') || c == '.') digits.push_back(c);
    else if (c != ',' && c != '$' && c != '~' && c != '%' && c != ' ' && c != '+') break;
  return parse_real(digits);
}

void read_threshold(Fields& f, const YamlMember& metric, const YamlNode& node, std::vector<ThresholdSpec>& out) {
  auto threshold = node.is_scalar() ? parse_threshold(node.text) : std::nullopt;
  if (!threshold)
    return f.error("S080", node, "'" + (node.is_scalar() ? node.text : std::string(kind_in_words(node))) + "' is not a threshold", "write \"p(99)<240\", \"mean<8500\", \"min>0.2\" or \"P(value<2700)>=0.95\"");
  threshold->metric = Name(metric.key);
  threshold->declared_at = node.position();
  out.push_back(std::move(*threshold));
}

void check_metric_name(Fields& f, const YamlNode& map, const YamlMember& member) {
  if (is_known_metric(member.key) || (member.key.find('.') != std::string::npos && is_figure_name(member.key))) return;
  std::vector<std::string> names;
  std::string all;
  for (const MetricName& metric : known_metrics()) {
    names.emplace_back(metric.name);
    all += (all.empty() ? "" : ", ") + std::string(metric.name);
  }
  const std::string near = closest(member.key, names);
  f.report(Severity::Error, "S080", position_of_key(map, member), "there is no metric '" + member.key + "'", near.empty() ? "metrics: " + all + "; or a figure such as cost.production.monthly" : "did you mean '" + near + "'?");
}

// Each value of a sweep becomes a variant "PATH=VALUE".
void read_sweep(Fields& f, std::vector<VariantSpec>& out) {
  f.entries("sweep", "mapping of path to list", "Values to try one after the other: every one becomes a variant named PATH=VALUE.", [&](const YamlNode&, const YamlMember& member, const std::string&) {
    if (!member.value.is_list() || member.value.items.empty()) return f.wrong_kind(member.value, "sweep", "a mapping of path to a list of values");
    for (const YamlNode& value : member.value.items) {
      const std::string text = flow_text(value);
      out.push_back({member.key + "=" + text, {{member.key, text}}, value.position()});
    }
  });
}

}  // namespace

std::string flow_text(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null: return "null";
    case YamlNode::Kind::Scalar: return node.text;
    case YamlNode::Kind::List: {
      std::string text;
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + flow_text(item);
      return "[" + text + "]";
    }
    case YamlNode::Kind::Map: {
      std::string text;
      for (const YamlMember& member : node.members) text += (text.empty() ? "" : ", ") + member.key + ": " + flow_text(member.value);
      return "{" + text + "}";
    }
  }
  return {};
}

void describe_thresholds(Fields& f, std::vector<ThresholdSpec>& out) {
  f.entries("thresholds", "mapping of metric to conditions", "Conditions in the k6 grammar; a breach is exit code 99. Aggregates: value, mean, min, max, med, p(N), count, rate, P(value<X)>=Y.",
            [&](const YamlNode& map, const YamlMember& member, const std::string&) {
              check_metric_name(f, map, member);
              if (member.value.is_list()) {
                for (const YamlNode& item : member.value.items) read_threshold(f, member, item, out);
              } else {
                read_threshold(f, member, member.value, out);
              }
            });
}

void describe(Fields& f, ReferenceFigureSpec& out) {
  out.declared_at = f.at();
  f.required("metric", out.metric, "Figure of the report, such as cost.production.monthly.");
  f.required("published", out.published, "As published: \"$6,800\".");
  out.value = f.documenting() ? 0 : number_as_published(out.published).value_or(0);
  f.optional("value", out.value, "The number meant; default: the one in `published`.");
  f.optional("tolerance", out.tolerance, "Largest deviation that counts as agreement.").between(PartsPerMillion{0}, PartsPerMillion{10'000'000});
  f.group("range", "Instead of a tolerance.", [&](Fields& g) {
    g.required("low", out.low, "Smallest value that agrees.");
    g.required("high", out.high, "Largest value that agrees.");
  });
  f.optional<Text>("source", out.source, "Where it is published, and what it consists of.");
}

void describe(Fields& f, VariantSpec& out) {
  out.declared_at = f.at();
  f.required("name", out.name, "Name of the variant.");
  f.entries("set", "mapping of path to value", "What is different: clusters.aks-prod.serviceMesh.dataPlane: sidecar. A value x0.5 multiplies.",
            [&](const YamlNode&, const YamlMember& member, const std::string&) { out.set.push_back({member.key, flow_text(member.value)}); });
}

void describe(Fields& f, SpecDraft& out) {
  Scenario& s = out.scenario;
  s.start = Epoch{1'767'571'200};   // 2026-01-05, a Monday
  f.optional("start", s.start, "Wall-clock meaning of time 0, in UTC.");
  f.optional("horizon", s.horizon, "How long to simulate.").between(Duration{1'000'000}, Duration{400LL * 86'400'000'000});
  f.optional("seed", s.seed, "Root of all random streams.");
  f.optional("replications", s.replications, "Independent runs; above 1 results carry quantiles and intervals.").between(1, 1'000'000);
  f.list("network", s.networks, "Virtual networks.");
  f.list("quotas", s.quotas, "vCPU quotas of the subscription, by region. A region without an entry is not limited.");
  f.list("allocation", s.allocation, "When Azure has no machines to give: in a region, a zone, of a size, for a while.");
  f.list("clusters", s.clusters, "AKS clusters, in ARM's words.", true);
  f.list("releases", s.releases, "When Kubernetes versions, node images and security patches come, for upgrade channels. Default: AKS's release calendar, weekly node images.");
  f.list("workloads", out.workloads, "What runs on the clusters.");
  f.list("services", s.services, "How load becomes work, for each workload that serves requests.");
  f.list("queues", s.queues, "Queues that scaled objects watch.");
  f.list("images", s.images, "What a pull moves. Without an entry: 180Mi in eight layers.");
  f.object("delivery", out.delivery, "From commit to rollout. Without it nothing is released.");
  f.list("data", s.data, "Data stores: what a failover loses and how long it takes.");
  f.object("edge", s.edge, "What stands before the clusters.");
  f.object("registry", s.registry, "Container registry shared by all clusters.");
  f.object("monitoring", s.monitoring, "What is ingested and kept.");
  f.object("spotMarket", s.spot_market, "How spot capacity comes and goes.");
  f.object("cost", s.cost, "Prices, commitments, showback.");
  f.group("faults", "A game day.", [&](Fields& g) { describe_faults(g, s.steps); });
  f.object("recovery", s.recovery, "When a failure counts as recovered.");
  f.list("variants", s.variants, "The same scenario with changes; same seed, same arrivals.");
  read_sweep(f, s.variants);
  describe_thresholds(f, s.thresholds);
  f.list("reference", s.reference, "Published figures that the scenario is held against.");
}

void describe(Fields& f, ScenarioDraft& out) {
  Scenario& s = out.spec.scenario;
  bool known = true;
  f.choice("apiVersion", known, {{"akstwin.io/v1alpha1", true}}, "Version of this format.");
  f.choice("kind", known, {{"Scenario", true}}, "Always Scenario.");
  f.group("metadata", "Name and question.", [&](Fields& g) {
    g.required("name", s.name, "Name of the scenario, used for output files.");
    g.optional<Text>("question", s.question, "What the scenario asks, printed on top of its report.");
    g.without_effect("labels", "Labels of your own.");
    g.without_effect("annotations", "Remarks of your own.");
  });
  if (!f.documenting()) {
    for (const std::string_view key : {"apiVersion", "kind", "metadata", "spec"}) f.take(key, true);
  }
  f.object("spec", out.spec, "The experiment.");
}

}  // namespace akstwin
