// Argo CD's Application: what it delivers automatically is a Git source and a Kustomization to the twin.
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

// argocd-cm timeout.reconciliation: how often Argo CD asks Git (Argo CD 2.x documentation, FAQ, 2026-11).
constexpr Duration kReconciliation{180'000'000};

/// spec.syncPolicy: whether new revisions are applied without anybody's asking.
struct SyncPolicy {
  bool automated = false, enabled = true, prune = false;
};

void read_sync_policy(Fields& f, SyncPolicy& out) {
  f.group("syncPolicy", "", [&](Fields& g) {
    out.automated = g.has("automated");
    g.group("automated", "", [&](Fields& h) {
      h.optional("enabled", out.enabled, "");
      h.optional("prune", out.prune, "");
      ignore(h, {"selfHeal", "allowEmpty"});   // nobody changes the twin's objects behind Git's back
    });
    ignore(g, {"syncOptions", "managedNamespaceMetadata"});
  });
}

}  // namespace

/// Without automated sync people decide when a revision is applied: its objects are then taken as they are.
void read_application(Fields& f, const ManifestTarget& target) {
  auto kustomization = begin_object<KustomizationSpec>(f, target);
  SyncPolicy sync;
  std::string chart;
  f.group("spec", "", [&](Fields& g) {
    g.group("source", "", [&](Fields& h) {
      h.optional<Text>("path", kustomization.path, "");
      h.optional<Text>("chart", chart, "");
      ignore(h, {"repoURL", "targetRevision", "ref", "name"});
    });
    read_sync_policy(g, sync);
    ignore(g, {"project", "destination", "revisionHistoryLimit", "info", "ignoreDifferences"});
  });
  if (f.documenting()) return;
  if (!chart.empty())
    return f.report(Severity::Warning, "S050", target.at, "the Helm chart '" + chart + "' of Application '" + kustomization.name.str() + "' is not rendered",
                    "run `helm template " + kustomization.name.str() + " " + chart + " -f values.yaml > rendered.yaml` and name that file beside it");
  if (!sync.automated || !sync.enabled || kustomization.path.empty()) return;
  GitRepositorySpec source;
  source.name = kustomization.name;
  source.name_space = kustomization.name_space;
  source.interval = kReconciliation;
  source.declared_at = target.at;
  kustomization.source = source.name;
  kustomization.interval = kReconciliation;
  kustomization.prune = sync.prune;
  target.set.git_repositories.push_back(std::move(source));
  target.set.kustomizations.push_back(std::move(kustomization));
}

}  // namespace akstwin
