// autoscaling.k8s.io/v1 VerticalPodAutoscaler.
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

void read_allowed(Fields& f, std::string_view key, Resources& out) {
  f.group(key, "", [&](Fields& g) {
    g.optional("cpu", out.cpu, "").at_least(Millicores{0});
    g.optional("memory", out.memory, "").at_least(Bytes{0});
  });
}

void read_controlled(Fields& f, VpaContainerPolicySpec& out) {
  std::vector<Name> resources;
  f.values("controlledResources", resources, "");
  if (!f.has("controlledResources")) return;
  out.controls_cpu = out.controls_memory = false;
  for (const Name resource : resources) {
    if (resource == Name("cpu")) out.controls_cpu = true;
    else if (resource == Name("memory")) out.controls_memory = true;
    else f.report(Severity::Error, "S015", f.at(), "controlledResources has '" + resource.str() + "'; it is one of cpu, memory", "choose one of these");
  }
}

void read_target_ref(Fields& f, VerticalPodAutoscalerSpec& out) {
  f.group("targetRef", "", [&](Fields& g) {
    std::string kind;
    g.required<Text>("kind", kind, "");
    g.required("name", out.target, "");
    ignore(g, {"apiVersion"});
    constexpr std::pair<std::string_view, WorkloadKind> kKinds[] = {{"Deployment", WorkloadKind::Deployment}, {"StatefulSet", WorkloadKind::StatefulSet}, {"DaemonSet", WorkloadKind::DaemonSet},
                                                                    {"Job", WorkloadKind::Job}, {"CronJob", WorkloadKind::CronJob}};
    for (const auto& [word, known] : kKinds) {
      if (kind != word) continue;
      out.target_kind = known;
      return;
    }
    if (!kind.empty()) g.report(Severity::Warning, "S050", g.at(), "targetRef of kind '" + kind + "' is not modelled", "Deployments, StatefulSets, DaemonSets, Jobs and CronJobs are");
    out.target = Name();
  });
}

}  // namespace

void describe(Fields& f, VpaContainerPolicySpec& out) {
  f.optional("containerName", out.container, "");
  f.choice("mode", out.off, {{"Auto", false}, {"Off", true}}, "");
  read_allowed(f, "minAllowed", out.min_allowed);
  read_allowed(f, "maxAllowed", out.max_allowed);
  read_controlled(f, out);
  f.choice("controlledValues", out.requests_only, {{"RequestsAndLimits", false}, {"RequestsOnly", true}}, "");
}

void read_vertical_pod_autoscaler(Fields& f, const ManifestTarget& target) {
  auto out = begin_object<VerticalPodAutoscalerSpec>(f, target);
  f.group("spec", "", [&](Fields& g) {
    read_target_ref(g, out);
    g.group("updatePolicy", "", [&](Fields& h) {
      using enum VpaUpdateMode;
      h.choice("updateMode", out.mode, {{"Auto", Auto}, {"Off", Off}, {"Initial", Initial}, {"Recreate", Recreate}, {"InPlaceOrRecreate", InPlaceOrRecreate}}, "");
      std::int64_t replicas = 0;
      h.optional("minReplicas", replicas, "").between(1, 100'000);
      if (h.has("minReplicas")) out.min_replicas = replicas;
    });
    g.group("resourcePolicy", "", [&](Fields& h) { h.list("containerPolicies", out.policies, ""); });
    ignore(g, {"recommenders"});
  });
  if (!out.target.empty()) target.set.vertical_autoscalers.push_back(std::move(out));
}

}  // namespace akstwin
