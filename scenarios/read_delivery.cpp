#include "scenarios/draft.hpp"

namespace akstwin {
namespace {

// "09:00-18:00" → whole hours.
void read_hours(Fields& f, DeliverySpec& out) {
  f.custom("hours", {"hours", "hours such as 09:00-18:00", "string", "^[0-9]{2}:00-[0-9]{2}:00$"}, "Local working hours in which commits arrive, 09:00-18:00.", [&](const YamlNode& node) {
    const std::string_view text = node.text;
    const auto from = text.size() == 11 ? parse_whole(text.substr(0, 2)) : std::nullopt;
    const auto to = text.size() == 11 ? parse_whole(text.substr(6, 2)) : std::nullopt;
    const bool shape = text.size() == 11 && text.substr(2, 4) == ":00-" && text.substr(8) == ":00";
    if (!shape || !from || !to || *from < 0 || *to > 24 || *from >= *to)
      return f.error("S013", node, f.field_name("hours") + " is not a span of whole hours", "write 09:00-18:00");
    out.hour_from = static_cast<int>(*from);
    out.hour_to = static_cast<int>(*to);
  });
}

void describe_pipeline(Fields& f, DeliverySpec& out) {
  const Duration most{86'400'000'000};
  f.optional("build", out.build, "Building the image.").at_most(most);
  f.optional("unitTests", out.unit_tests, "Unit tests.").at_most(most);
  f.optional("sast", out.sast, "Static analysis.").at_most(most);
  f.optional("scan", out.scan, "Scan of the image.").at_most(most);
  f.optional("sign", out.sign, "Signing.").at_most(most);
  f.optional("publish", out.publish, "Push to the registry and pull request to the config repository.").at_most(most);
  f.optional("agents", out.agents, "Pipelines that run at once.").between(1, 10'000);
  f.optional("failureRate", out.failure_rate, "Share of pipelines that fail and are repeated an hour later.").between(PartsPerMillion{0}, PartsPerMillion{990'000});
  f.optional<Thousandths>("buildsPerCommit", out.builds_per_commit_milli, "Images built for each merged commit, those of pull requests included.").between(0, 1'000'000);
  f.optional("buildVcpus", out.build_vcpus, "vCPUs of a build.").between(1, 64);
}

}  // namespace

void describe(Fields& f, DeliveryDraft& out) {
  DeliverySpec& spec = out.spec;
  spec.enabled = true;
  f.group("pipeline", "Stages between commit and published image, in series.", [&](Fields& g) { describe_pipeline(g, spec); });
  f.group("review", "Review of the pull request to the config repository.", [&](Fields& g) { g.optional("approval", spec.approval, "Median time to approval.").at_most(Duration{30LL * 86'400'000'000}); });
  f.group("commits", "How often teams merge.", [&](Fields& g) {
    g.optional("perWeekday", spec.commits_per_weekday, "Mean number on a working day.").between(0.0, 100'000.0);
    read_hours(g, spec);
    g.optional<UtcOffset>("utcOffset", spec.utc_offset_minutes, "Local time of the teams.");
    g.not_simulated("badDeployRate", "Share of releases that must be rolled back.");
  });
  f.group("gitops", "How the config repository reaches the clusters.", [&](Fields& g) {
    bool flux = true;
    g.choice("engine", flux, {{"flux", true}}, "The engine; Flux is modelled.");
    g.values("from", out.gitops_from, "Files or folders with GitRepository and Kustomization objects; they apply to every cluster.");
    g.optional<Text>("repository", out.repository, "Folder that stands for the repository's root, from which a Kustomization's `path` starts; default: the folders named by `workloads.from`, then the scenario's folder.");
    g.optional("webhook", spec.webhook, "A receiver tells Flux about a merge at once.").recorded_only().source("Flux polls unless a Receiver exists (facts F)");
  });
  f.not_simulated("canary", "Progressive delivery (Flagger, Argo Rollouts).");
  f.not_simulated("admission", "Admission policies.");
  f.not_simulated("drift", "Changes made by hand.");
}

void describe(Fields& f, RegistrySpec& out) {
  out.present = true;
  out.declared_at = f.at();
  using Sku = RegistrySpec::Sku;
  f.choice("sku", out.sku, {{"Premium", Sku::Premium}, {"Standard", Sku::Standard}, {"Basic", Sku::Basic}}, "Tier of the registry: rates, storage, price.").source("facts E: container-registry-limits.md");
  f.optional("location", out.location, "Home region; default: the first cluster's.");
  f.values("replicas", out.replicas, "Further regions (Premium).");
  f.optional("retention", out.retention, "Old manifests are purged after this; 0: never.");
  f.optional("stored", out.stored_initially, "Bytes in the registry at the start.").at_least(Bytes{0});
  f.optional("storedPerBuild", out.stored_per_build, "Bytes that a pushed build adds.").at_least(Bytes{0});
  f.optional("privateEndpoints", out.private_endpoints, "Private endpoints, for the bill.").between(0, 1'000);
}

void describe(Fields& f, MonitoringSpec& out) {
  out.present = true;
  out.declared_at = f.at();
  f.group("logs", "What goes to Log Analytics.", [&](Fields& g) {
    g.optional("perPodDay", out.log_per_pod_day, "Container output of a pod, a day.").at_least(Bytes{0});
    g.optional("perNodeDay", out.log_per_node_day, "Node and audit logs of a node, a day.").at_least(Bytes{0});
    g.optional("perThousandRequests", out.log_per_thousand_requests, "Access logs and traces of a thousand requests.").at_least(Bytes{0});
  });
  f.group("metrics", "What goes to managed Prometheus.", [&](Fields& g) {
    g.optional("seriesPerPod", out.series_per_pod, "Active series of a pod.").between(0, 1'000'000);
    g.optional("seriesPerNode", out.series_per_node, "Active series of a node.").between(0, 1'000'000);
    g.optional("scrapeInterval", out.scrape_interval, "Time between two samples of a series.").between(Duration{1'000'000}, Duration{3'600'000'000}).source("Azure Monitor managed Prometheus: 30 s");
  });
}

}  // namespace akstwin
