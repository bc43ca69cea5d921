#include "scenarios/manifest_objects.hpp"

namespace akstwin {

WorkloadSpec begin_workload(Fields& f, WorkloadKind kind, const ManifestTarget& target) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  WorkloadSpec workload;
  workload.kind = kind;
  workload.name = metadata.name;
  workload.name_space = metadata.name_space;
  workload.declared_at = target.at;
  workload.file = target.file;
  return workload;
}

void read_template(Fields& f, WorkloadSpec& out) {
  f.group("template", "", [&](Fields& g) { read_pod_template(g, out.pod); });
  out.pod.name_space = out.name_space;
  if (!f.has("template")) f.report(Severity::Error, "S010", f.at(), "'template' is missing in " + f.path(), "a workload needs a pod template");
}

namespace {

void read_replicas(Fields& f, WorkloadSpec& out) {
  f.optional("replicas", out.replicas, "").between(0, 100'000);
  out.replicas_stated = f.has("replicas");
}

}  // namespace

void read_deployment(Fields& f, const ManifestTarget& target) {
  WorkloadSpec out = begin_workload(f, WorkloadKind::Deployment, target);
  f.group("spec", "", [&](Fields& g) {
    read_replicas(g, out);
    read_selector(g, "selector", out.selector);
    read_template(g, out);
    g.group("strategy", "", [&](Fields& h) {
      h.choice("type", out.recreate, {{"RollingUpdate", false}, {"Recreate", true}}, "");
      h.group("rollingUpdate", "", [&](Fields& i) {
        i.optional("maxSurge", out.max_surge, "");
        i.optional("maxUnavailable", out.max_unavailable, "");
      });
    });
    read_seconds(g, "minReadySeconds", out.min_ready);
    read_seconds(g, "progressDeadlineSeconds", out.progress_deadline);
    std::int64_t history = 10;
    g.optional("revisionHistoryLimit", history, "").between(0, 1'000);
    out.keeps_history = history > 0;
  });
  ignore(f, {"apiVersion", "kind", "status"});
  target.set.workloads.push_back(std::move(out));
}

void read_stateful_set(Fields& f, const ManifestTarget& target) {
  WorkloadSpec out = begin_workload(f, WorkloadKind::StatefulSet, target);
  f.group("spec", "", [&](Fields& g) {
    read_replicas(g, out);
    read_selector(g, "selector", out.selector);
    read_template(g, out);
    g.choice("podManagementPolicy", out.parallel_pods, {{"OrderedReady", false}, {"Parallel", true}}, "");
    read_seconds(g, "minReadySeconds", out.min_ready);
    read_claim_templates(g, out);
    g.group("updateStrategy", "", [&](Fields& h) {
      h.choice("type", out.update_on_delete, {{"RollingUpdate", false}, {"OnDelete", true}}, "");
      h.group("rollingUpdate", "", [&](Fields& i) { i.optional("partition", out.partition, "").between(0, 100'000); });
    });
    ignore(g, {"serviceName", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy"});
  });
  ignore(f, {"apiVersion", "kind", "status"});
  target.set.workloads.push_back(std::move(out));
}

void read_daemon_set(Fields& f, const ManifestTarget& target) {
  WorkloadSpec out = begin_workload(f, WorkloadKind::DaemonSet, target);
  out.max_surge = {0, false};
  out.max_unavailable = {1, false};   // apps/v1 DaemonSet default
  f.group("spec", "", [&](Fields& g) {
    read_selector(g, "selector", out.selector);
    read_template(g, out);
    read_seconds(g, "minReadySeconds", out.min_ready);
    g.group("updateStrategy", "", [&](Fields& h) {
      h.group("rollingUpdate", "", [&](Fields& i) {
        i.optional("maxSurge", out.max_surge, "");
        i.optional("maxUnavailable", out.max_unavailable, "");
      });
      ignore(h, {"type"});
    });
    ignore(g, {"revisionHistoryLimit"});
  });
  ignore(f, {"apiVersion", "kind", "status"});
  target.set.workloads.push_back(std::move(out));
}

}  // namespace akstwin
