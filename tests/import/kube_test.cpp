// Kubernetes objects of every family: which are read, which are counted only, and what is said about the rest.
#include <catch2/catch.hpp>

#include "adapters/import/import_text.hpp"
#include "tests/import/importing.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

Found import_text(const std::string& text, const std::string& file = "objects.yaml") {
  const Folder folder("import-kube");
  folder.write(file, text);
  return import_paths({(folder.path() / file).string()}, ImportKind::Kubernetes);
}

std::string object(const std::string& version, const std::string& kind, const std::string& spec = "{}") {
  return "apiVersion: " + version + "\nkind: " + kind + "\nmetadata: {name: x, namespace: a}\nspec: " + spec + "\n---\n";
}

const std::string kWeb =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: a}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
    "    spec: {containers: [{name: web, image: nginx, resources: {requests: {cpu: 100m}}}]}\n---\n";

}  // namespace

TEST_CASE("Delivery, scaling and policy objects are counted; those without a model are a warning each") {
  const Found found = import_text(kWeb + object("argoproj.io/v1alpha1", "Application", "{source: {repoURL: 'https://example.com'}}") + object("helm.toolkit.fluxcd.io/v2", "HelmRelease") +
                                  object("flagger.app/v1beta1", "Canary") + object("kyverno.io/v1", "ClusterPolicy") + object("kyverno.io/v1", "ClusterPolicy") +
                                  "apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: v, namespace: a}\nspec: {targetRef: {kind: Deployment, name: web}}\n---\n" +
                                  "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s, namespace: a}\nspec: {scaleTargetRef: {name: web}, triggers: [{type: cron, metadata: {timezone: UTC, start: 0 6 * * *, end: 0 20 * * *, desiredReplicas: '3'}}]}\n");
  INFO(found.said);
  CHECK_FALSE(found.failed);
  CHECK(counts_text(found.imported) == "Application=1, Canary=1, ClusterPolicy=2, Deployment=1, HelmRelease=1, ScaledObject=1, VerticalPodAutoscaler=1");
  for (const char* kind : {"1 object of kind Canary (flagger.app/v1beta1)", "2 objects of kind ClusterPolicy (kyverno.io/v1)",
                           "1 object of kind HelmRelease (helm.toolkit.fluxcd.io/v2)"})
    CHECK(found.said.find(kind) != std::string::npos);
  CHECK(found.said.find("kind ScaledObject") == std::string::npos);
  // Each says what to do.
  for (const char* hint : {"helm template NAME CHART", "progressive delivery is not simulated", "admission policies are not run"}) CHECK(found.said.find(hint) != std::string::npos);
}

TEST_CASE("What an Application syncs automatically is delivered from Git in a scenario, as a Kustomization is; what people sync is taken as it is") {
  const Folder folder("applications");
  folder.write("apps/web/web.yaml", kWeb);
  const auto application = [](const std::string& name, const std::string& rest) {
    return "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: " + name + ", namespace: argocd}\nspec:\n  project: default\n  destination: {namespace: a}\n  source: {repoURL: 'https://x', targetRevision: main, " + rest + "\n---\n";
  };
  folder.write("argo/apps.yaml", application("web", "path: apps/web}\n  syncPolicy: {automated: {prune: true, selfHeal: true}}") + application("by-hand", "path: apps/none}") + application("chart", "chart: redis}") +
                                    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  generators: [{list: {elements: [{team: red}, {team: blue}]}}]\n"
                                    "  template:\n    metadata: {name: 'apps-{{team}}'}\n    spec: {source: {repoURL: 'https://x', path: 'teams/{{ .team }}'}, syncPolicy: {automated: {}}}\n---\n"
                                    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: found, namespace: argocd}\nspec: {generators: [{git: {}}], template: {}}\n");
  folder.write("s.yaml", kHeader + kCluster + "  workloads: [{cluster: aks, from: [apps, argo]}]\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const ManifestSet& set = loaded.scenario->workloads[0].manifests;
  REQUIRE(set.kustomizations.size() == 3);
  CHECK(set.kustomizations[0].name == Name("web"));
  CHECK(set.kustomizations[0].source == Name("web"));
  CHECK(set.kustomizations[0].path == "apps/web");
  CHECK(set.kustomizations[0].prune);
  CHECK(set.kustomizations[1].name == Name("apps-red"));
  CHECK(set.kustomizations[2].path == "teams/blue");
  CHECK(set.git_repositories.size() == 3);
  CHECK(set.git_repositories[0].interval == Duration{180'000'000});
  CHECK(loaded.said.find("the Helm chart 'redis' of Application 'chart' is not rendered") != std::string::npos);
  CHECK(loaded.said.find("kind ApplicationSet (argoproj.io/v1alpha1, generator git) not read") != std::string::npos);
}

TEST_CASE("A Helm chart among manifests is left out with one warning that says how to render it") {
  const Folder folder("chart");
  folder.write("m/web.yaml", kWeb);
  folder.write("m/charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
  folder.write("m/charts/shop/values.yaml", "replicas: 1\n");
  folder.write("m/charts/shop/templates/web.yaml", "{{- if .Values.on }}\nkind: {{ .Values.kind }}\n{{- end }}\n");
  folder.write("m/charts/shop/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n");
  const Found found = import_paths({(folder.path() / "m").string()});
  INFO(found.said);
  CHECK_FALSE(found.failed);
  CHECK(counts_text(found.imported) == "Deployment=1");
  CHECK(found.said.find("the Helm chart 'shop' is not rendered") != std::string::npos);
  CHECK(found.said.find("helm template shop ") != std::string::npos);
  CHECK(found.said.find("'db'") == std::string::npos);
}

TEST_CASE("Lists of any kind are taken apart, also where their items leave out what the list says") {
  const Found found = import_text(
      "{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [{\"metadata\": {\"name\": \"p\", \"ownerReferences\": [{\"controller\": true}]}}, {\"metadata\": {\"name\": \"q\"}}]}", "pods.json");
  INFO(found.said);
  CHECK(counts_text(found.imported) == "Pod=1, Pod, made by a controller=1");
  CHECK(found.said.find("1 object of kind Pod (v1) not read") != std::string::npos);      // nobody would make it again
}

TEST_CASE("A field that nothing reads is listed with its place and how often it stands") {
  const Found found = import_text(kWeb + "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b, namespace: a}\nspec:\n  fancy: 1\n  selector: {matchLabels: {app: b}}\n  template:\n"
                                         "    metadata: {labels: {app: b}}\n    spec: {containers: [{name: b, image: nginx}]}\n");
  CHECK(found.said.find("objects.yaml:15:3: warning[S051]: field Deployment.spec.fancy is not read") != std::string::npos);
  CHECK_FALSE(found.failed);
}

TEST_CASE("Part of a platform may refer to the rest of it") {
  const Found found = import_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\nspec:\n  selector: {matchLabels: {app: b}}\n  template:\n    metadata: {labels: {app: b}}\n"
                                  "    spec: {priorityClassName: elsewhere, containers: [{name: b, image: nginx}]}\n");
  CHECK_FALSE(found.failed);
  CHECK(found.said.find("warning[S020]: PriorityClass 'elsewhere'") != std::string::npos);
}

TEST_CASE("Manifests printed as YAML hold no environment, command or status, and import to the same counts") {
  const Found found = import_text(kWeb + "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: a}\nstringData: {password: hunter2}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: a}\n"
                                         "spec:\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {containers: [{name: db, image: pg, command: [run, --password=hunter2], "
                                         "env: [{name: P, value: hunter2}]}]}\nstatus: {replicas: 1}\n");
  const std::string yaml = imported_as_yaml(found.imported);
  CHECK(yaml.find("hunter2") == std::string::npos);
  CHECK(yaml.find("status") == std::string::npos);
  CHECK(counts_text(import_text(yaml).imported) == "Deployment=1, Secret=1, StatefulSet=1");
}
