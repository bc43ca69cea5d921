// Random damage to a valid scenario and manifest: the reader may refuse, but never crash, hang or accept without being asked.
#include <catch2/catch.hpp>

#include <random>

#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

const std::string kValid = kHeader +
                           "  start: 2026-03-02T00:00:00Z\n"
                           "  horizon: 30d\n"
                           "  network:\n"
                           "    - {name: vnet, location: eastus2, addressSpace: [10.40.0.0/16], subnets: [{name: nodes, prefix: 10.40.0.0/22}]}\n" +
                           kCluster +
                           "        - {name: spot, vmSize: Standard_D8ds_v5, scaleSetPriority: Spot, spotMaxPrice: -1, enableAutoScaling: true, minCount: 0, maxCount: 20, nodeTaints: [\"a=b:NoSchedule\"]}\n"
                           "    - {name: two, location: centralus, like: aks, standby: {pattern: warm, gitops: suspended}}\n"
                           "  workloads: [{cluster: aks, generate: {team: shop, services: 2}}]\n"
                           "  services:\n"
                           "    - {workload: shop/shop-01, traffic: {shape: diurnal, peak: 900rps, trough: 120rps, bursts: [{at: 1d, duration: 1h, factor: 3}]}, cpuPerRequest: 3.2m·s, calls: [{workload: shop/shop-02, perRequest: 1.4}]}\n"
                           "  edge: {kind: frontDoor, origins: [aks, two]}\n"
                           "  faults: {steps: [{at: 10d 14:00, action: regionLoss, region: eastus2}, {when: regionLost, after: 5m, action: runbook, do: [flux.resume(two), wait(5m)]}]}\n"
                           "  variants: [{name: v, set: {clusters.aks.agentPoolProfiles.spot.maxCount: x0.5}}]\n"
                           "  thresholds: {rto_seconds: [\"P(value<2700)>=0.95\"]}\n";

const std::string kManifest =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, namespace: shop}\nspec:\n  replicas: 2\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n"
    "      tolerations: [{key: k, operator: Exists}]\n      containers: [{name: c, resources: {requests: {cpu: 100m, memory: 1Gi}}, readinessProbe: {periodSeconds: 5}}]\n"
    "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec: {scaleTargetRef: {kind: Deployment, name: api}, maxReplicas: 5, behavior: {scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}}}\n";

class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  std::string apply(std::string text) {
    for (int i = 1 + below(4); i > 0 && !text.empty(); --i) once(text);
    return text;
  }

 private:
  int below(std::size_t n) { return static_cast<int>(random_() % n); }
  std::size_t place(const std::string& text) { return random_() % text.size(); }

  void once(std::string& text) {
    static const std::vector<std::string> kPieces = {"[", "]", "{", "}", ":", ": ", "- ", "\n", "\n  ", "'", "\"", "#", "&a ", "*a", "!!x ", "|", ">", "---\n", "-1", "99999999999999999999", "null", "~", "\t", "\xFF", "%", ",", "0x1F", ".inf", "é"};
    const std::size_t at = place(text);
    switch (below(6)) {
      case 0: text[at] = static_cast<char>(random_() % 256); break;
      case 1: text.erase(at, 1 + random_() % 40); break;
      case 2: text.insert(at, kPieces[random_() % kPieces.size()]); break;
      case 3: text.insert(at, text.substr(place(text), random_() % 60)); break;
      case 4: text.resize(at); break;
      default: {                                       // a digit becomes another, so that values stay readable and turn absurd
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit != std::string::npos) text.replace(digit, 1, std::to_string(random_() % 1'000'000));
      }
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("The valid scenario of this test is valid") {
  const Loaded loaded = load_text(kValid);
  INFO(loaded.said);
  CHECK(loaded.scenario);
}

TEST_CASE("No damage to a scenario crashes the reader, and what it refuses it explains") {
  for (unsigned seed = 1; seed <= 1'500; ++seed) {
    const std::string text = Damage(seed).apply(kValid);
    INFO("seed " << seed << "\n" << text);
    const Loaded loaded = load_text(text);
    CHECK((loaded.scenario.has_value() || loaded.said.find("error[S") != std::string::npos));
  }
}

TEST_CASE("No damage to a manifest crashes the reader, and what it refuses it explains") {
  const Folder folder("mutation");
  folder.write("s.yaml", kHeader + kCluster + "  workloads: [{cluster: aks, from: [m.yaml]}]\n");
  for (unsigned seed = 1; seed <= 400; ++seed) {
    const std::string text = Damage(seed).apply(kManifest);
    folder.write("m.yaml", text);
    INFO("seed " << seed << "\n" << text);
    const Loaded loaded = folder.load("s.yaml");
    CHECK((loaded.scenario.has_value() || loaded.said.find("error[S") != std::string::npos));
  }
}
