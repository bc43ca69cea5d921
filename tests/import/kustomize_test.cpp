// The tree of data/shop, against what kubectl kustomize (kustomize 5.5) prints for it, and what it refuses.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>

#include "scenarios/imports/yaml_text.hpp"
#include "tests/import/importing.hpp"
#include "tests/support/process.hpp"
#include "tests/support/skip.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const YamlNode* object(const Imported& imported, std::string_view kind) {
  const auto found = std::ranges::find_if(imported.objects, [&](const YamlNode& node) { return node.text_of("kind") == kind; });
  return found == imported.objects.end() ? nullptr : &*found;
}

Found build(const Folder& folder, const std::string& name = "") { return import_paths({(folder.path() / name).string()}, ImportKind::Kustomize); }

const std::string kDeployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
    "    spec: {containers: [{name: web, image: nginx}]}\n";

}  // namespace

TEST_CASE("Replacements write a value of one object into fields of others, whole or in part") {
  const Folder folder("replacements");
  folder.write("web.yaml", kDeployment);
  folder.write("config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {replicas: '3', tag: '1.27', host: db.shop.svc}\n");
  folder.write("more.yaml", "- source: {kind: ConfigMap, name: settings, fieldPath: data.host, options: {delimiter: '.', index: 1}}\n  targets: [{select: {kind: Deployment}, fieldPaths: [metadata.annotations.space], options: {create: true}}]\n");
  folder.write("kustomization.yaml",
               "resources: [web.yaml, config.yaml]\nvars: [{name: X, objref: {kind: ConfigMap, name: settings, apiVersion: v1}}]\nreplacements:\n"
               "  - {source: {kind: ConfigMap, name: settings, fieldPath: data.replicas}, targets: [{select: {kind: Deployment, name: web}, fieldPaths: [spec.replicas], options: {create: true}}]}\n"
               "  - {source: {kind: ConfigMap, fieldPath: data.tag}, targets: [{select: {kind: Deployment}, fieldPaths: ['spec.template.spec.containers.[name=web].image'], options: {delimiter: ':', index: 1}}]}\n"
               "  - {source: {kind: ConfigMap}, targets: [{select: {kind: Deployment}, reject: [{name: web}], fieldPaths: [metadata.name]}]}\n"
               "  - path: more.yaml\n");
  const Found found = build(folder);
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  CHECK(found.said.find("'vars'") == std::string::npos);
  const YamlNode* web = object(found.imported, "Deployment");
  REQUIRE(web != nullptr);
  CHECK(text_below(*web, "spec.replicas") == "3");
  CHECK(find_below(*web, "spec.template.spec.containers")->items.at(0).text_of("image") == "nginx:1.27");
  CHECK(text_below(*web, "metadata.name") == "web");
  CHECK(text_below(*web, "metadata.annotations.space") == "shop");
}

TEST_CASE("A replacement whose source or field is not there is refused at its place") {
  const Folder folder("replacements-wrong");
  folder.write("web.yaml", kDeployment);
  for (const char* wrong : {"{source: {kind: Secret}, targets: [{select: {kind: Deployment}}]}", "{source: {kind: Deployment, fieldPath: spec.none}, targets: [{select: {kind: Deployment}}]}",
                            "{source: {kind: Deployment}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.none.there]}]}", "{targets: []}"}) {
    folder.write("kustomization.yaml", std::string("resources: [web.yaml]\nreplacements:\n  - ") + wrong + "\n");
    const Found found = build(folder);
    INFO(wrong << found.said);
    CHECK(found.failed);
    CHECK(found.said.find("kustomization.yaml:3:5: error[S056]") != std::string::npos);
  }
}

TEST_CASE("An overlay is built as kubectl kustomize builds it") {
  const Found found = import_paths({(data_folder() / "shop/overlays/prod").string()});
  INFO(found.said);
  REQUIRE_FALSE(found.failed);
  CHECK(counts_text(found.imported) == "ConfigMap=1, Deployment=1, HorizontalPodAutoscaler=1, Namespace=1, PodDisruptionBudget=1, Secret=1");
  const YamlNode* web = object(found.imported, "Deployment");
  REQUIRE(web != nullptr);
  CHECK(text_below(*web, "metadata.name") == "eu-web-v2");
  CHECK(text_below(*web, "metadata.namespace") == "prod");
  CHECK(text_below(*web, "spec.replicas") == "4");
  CHECK(text_below(*web, "spec.selector.matchLabels.part-of") == "shop");
  CHECK(text_below(*web, "spec.selector.matchLabels.env").empty());        // labels without includeSelectors
  CHECK(text_below(*web, "spec.template.metadata.labels.env") == "prod");  // includeTemplates
  const YamlNode* containers = find_below(*web, "spec.template.spec.containers");
  REQUIRE(containers->items.size() == 2);                                  // web and metrics; proxy is deleted
  CHECK(containers->items[0].text_of("image") == "prod.azurecr.io/shop/web:2.1");
  CHECK(text_below(containers->items[0], "resources.requests.cpu") == "500m");
  CHECK(text_below(containers->items[0], "resources.requests.memory") == "256Mi");
  CHECK(containers->items[1].text_of("name") == "metrics");
  CHECK(find_below(*web, "spec.template.spec.topologySpreadConstraints") != nullptr);
  const YamlNode* autoscaler = object(found.imported, "HorizontalPodAutoscaler");
  CHECK(text_below(*autoscaler, "spec.scaleTargetRef.name") == "eu-web-v2");
  CHECK(text_below(*autoscaler, "spec.maxReplicas") == "20");
  // The hash of FOO=Bar and LEVEL=info, as kubectl appends it.
  CHECK(text_below(*object(found.imported, "ConfigMap"), "metadata.name") == "eu-settings-v2-4gf8c62499");
}

TEST_CASE("kubectl kustomize on this machine builds the same objects") {
  if (std::system("command -v kubectl >/dev/null 2>&1") != 0) AKSTWIN_SKIP("kubectl is not installed");
  const TemporaryFolder folder;
  const std::string overlay = (data_folder() / "shop/overlays/prod").string();
  const Finished theirs = Process({"kubectl", "kustomize", overlay}, folder.path(), folder.path()).finish(std::chrono::seconds(60));
  if (theirs.exit_code != 0) AKSTWIN_SKIP("this kubectl has a kustomize without components");
  std::ofstream(folder.path() / "theirs.yaml") << theirs.out;
  const Found built = import_paths({overlay}), printed = import_paths({(folder.path() / "theirs.yaml").string()});
  REQUIRE(built.imported.objects.size() == printed.imported.objects.size());
  for (const YamlNode& one : printed.imported.objects) {
    if (one.text_of("kind") == "Secret") continue;         // its hash is of data that is not read
    INFO(to_yaml(one));
    CHECK(std::ranges::any_of(built.imported.objects, [&](const YamlNode& other) { return same_content(one, other); }));
  }
}

TEST_CASE("A generated ConfigMap is named as kubectl kustomize names it") {
  // Names that kubectl 1.32 (kustomize 5.5) gave to the same kustomization.
  const Folder folder("kustomize-hash");
  folder.write("application.properties", "FOO=Bar\n");
  folder.write("kustomization.yaml", "configMapGenerator:\n- {name: example-configmap-1, files: [application.properties]}\n- {name: example-configmap-2, literals: [FOO=Bar]}\n");
  const Found found = build(folder);
  INFO(found.said);
  REQUIRE(found.imported.objects.size() == 2);
  CHECK(text_below(found.imported.objects[0], "metadata.name") == "example-configmap-1-g4hk9g2ff8");
  CHECK(text_below(found.imported.objects[1], "metadata.name") == "example-configmap-2-42cfbf598f");
}

TEST_CASE("What kustomize refuses is an error at its place") {
  struct Case {
    const char *file, *said;
  };
  const Case cases[] = {
      {"resources: [missing.yaml]\n", "kustomization.yaml:1:13: error[S001]: there is no file or folder"},
      {"resources: [web.yaml, web.yaml]\n", "is in the kustomization twice"},
      {"resources: [web.yaml]\nreplicas: [{name: other, count: 2}]\n", "kustomization.yaml:2:12: error[S056]: replicas names 'other'"},
      {"resources: [web.yaml]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: other}\n", "the patch is for Deployment 'other'"},
      {"resources: [web.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: '[{op: remove, path: /spec/none}]'\n", "remove at '/spec/none' is not possible"},
      {"resources: [web.yaml]\npatches:\n- {patch: '[{op: remove, path: /spec/replicas}]'}\n", "a JSON patch needs a target"},
      {"resources: [.]\n", "contains itself"},
      {"- a\n", "a kustomization is a mapping"},
      {"kind: Kustomization\n", "the kustomization is empty"},
  };
  for (const Case& one : cases) {
    const Folder folder("kustomize-refused");
    folder.write("web.yaml", kDeployment);
    folder.write("kustomization.yaml", one.file);
    const Found found = build(folder);
    INFO(one.file << "\n" << found.said);
    CHECK(found.failed);
    CHECK(found.said.find(one.said) != std::string::npos);
  }
}

TEST_CASE("What a kustomization fetches or runs elsewhere is left out with a warning") {
  const Folder folder("kustomize-remote");
  folder.write("web.yaml", kDeployment);
  folder.write("kustomization.yaml", "resources: [web.yaml, 'https://github.com/org/repo//base?ref=v1']\nhelmCharts: [{name: redis}]\n");
  const Found found = build(folder);
  CHECK_FALSE(found.failed);
  CHECK(found.said.find("is not fetched: the twin reads no network") != std::string::npos);
  CHECK(found.said.find("warning[S052]: 'helmCharts' of a kustomization is not run") != std::string::npos);
  CHECK(counts_text(found.imported) == "Deployment=1");
}

TEST_CASE("A scenario reads a folder with a kustomization as it is built, and owners follow the overlay") {
  const Folder folder("kustomize-scenario");
  std::filesystem::copy(data_folder() / "shop", folder.path() / "shop", std::filesystem::copy_options::recursive);
  folder.write("flux.yaml",
               "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: repo, namespace: flux-system}\nspec: {interval: 1m, url: 'https://example.com/r'}\n---\n"
               "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: shop, namespace: flux-system}\nspec: {interval: 10m, path: ./shop/overlays/prod, prune: true, sourceRef: {kind: GitRepository, name: repo}}\n");
  folder.write("s.yaml", kHeader + kCluster + "  workloads: [{cluster: aks, from: [./shop/overlays/prod, flux.yaml]}]\n");
  const Loaded loaded = folder.load("s.yaml");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  const ManifestSet& manifests = loaded.scenario->workloads[0].manifests;
  REQUIRE(manifests.workloads.size() == 1);
  CHECK(manifests.workloads[0].name == Name("eu-web-v2"));
  CHECK(manifests.workloads[0].name_space == Name("prod"));
  CHECK(manifests.workloads[0].replicas == 4);
  CHECK(manifests.workloads[0].kustomization == Name("shop"));
  CHECK(manifests.autoscalers.size() == 1);
  CHECK(loaded.said.find("S052") == std::string::npos);
}
