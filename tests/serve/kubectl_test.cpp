// The real kubectl (Debian's kubernetes-client, 1.20; another that is in PATH does as well) against the served twin.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/serve/served.hpp"
#include "tests/support/process.hpp"
#include "tests/support/skip.hpp"

using namespace akstwin;
using namespace akstwin::test;

namespace {

bool has_kubectl() {
  Process process({"kubectl", "version", "--client"}, ".", ".");
  return process.finish(std::chrono::seconds(60)).exit_code == 0;
}

class Kubectl {
 public:
  Kubectl() : server_(Pace{Pace::Mode::Scaled, 120'000}, (folder_.path() / "kubeconfig").string()) {}   // 120x

  Finished run(std::vector<std::string> arguments) {
    std::vector<std::string> argv{"kubectl", "--kubeconfig", (folder_.path() / "kubeconfig").string(), "--cache-dir", (folder_.path() / "cache").string()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    Process process(argv, folder_.path(), folder_.path());
    return process.finish(std::chrono::seconds(240));
  }
  /// Standard output of a command that succeeds.
  std::string out(std::vector<std::string> arguments) {
    const Finished finished = run(std::move(arguments));
    INFO(finished.err);
    CHECK(finished.exit_code == 0);
    return finished.out;
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_.path() / name) << text; }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  Running server_;
};

constexpr const char* kHello = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: hello, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: hello}}
  template:
    metadata: {labels: {app: hello}}
    spec:
      containers:
      - {name: app, image: "hello:1", resources: {requests: {cpu: 10m, memory: 16Mi}}}
)";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("kubectl gets, describes, applies, scales, rolls out, waits, drains and deletes") {
  if (!has_kubectl()) AKSTWIN_SKIP("there is no kubectl; install Debian's kubernetes-client");
  Kubectl kubectl;
  const auto mode = std::filesystem::status(kubectl.folder() / "kubeconfig").permissions();
  CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);

  CHECK(contains(kubectl.out({"get", "nodes"}), "Ready"));
  CHECK(contains(kubectl.out({"-n", "shop", "get", "hpa,pdb,deploy,rs"}), "horizontalpodautoscaler.autoscaling/web"));

  kubectl.write("hello.yaml", kHello);
  CHECK(contains(kubectl.out({"apply", "-f", "hello.yaml"}), "deployment.apps/hello created"));
  CHECK(contains(kubectl.out({"-n", "shop", "rollout", "status", "deploy/hello", "--timeout=150s"}), "successfully rolled out"));
  CHECK(contains(kubectl.out({"apply", "-f", "hello.yaml"}), "deployment.apps/hello unchanged"));
  CHECK(contains(kubectl.out({"apply", "--server-side", "--force-conflicts", "-f", "hello.yaml"}), "serverside-applied"));

  CHECK(contains(kubectl.out({"-n", "shop", "scale", "deploy/hello", "--replicas=5"}), "scaled"));
  CHECK(contains(kubectl.out({"-n", "shop", "wait", "--for=condition=Available", "deploy/hello", "--timeout=150s"}), "condition met"));
  kubectl.out({"-n", "shop", "set", "image", "deploy/hello", "app=hello:2"});
  CHECK(contains(kubectl.out({"-n", "shop", "rollout", "status", "deploy/hello", "--timeout=150s"}), "successfully rolled out"));
  CHECK(contains(kubectl.out({"-n", "shop", "rollout", "history", "deploy/hello"}), "2"));
  CHECK(contains(kubectl.out({"-n", "shop", "rollout", "undo", "deploy/hello"}), "rolled back"));
  CHECK(contains(kubectl.out({"-n", "shop", "describe", "deploy", "hello"}), "hello:1"));

  CHECK(contains(kubectl.out({"top", "nodes"}), "CPU(cores)"));
  CHECK(contains(kubectl.out({"-n", "shop", "logs", "deploy/web"}), "process started"));
  CHECK(contains(kubectl.out({"-n", "shop", "get", "events"}), "Scheduled"));
  CHECK(contains(kubectl.run({"-n", "shop", "get", "deploy", "nobody"}).err, "Error from server (NotFound): deployments.apps \"nobody\" not found"));

  const std::string node = kubectl.out({"get", "nodes", "-l", "agentpool=user", "-o", "jsonpath={.items[0].metadata.name}"});
  CHECK(contains(kubectl.out({"describe", "node", node}), "Allocated resources"));
  CHECK(contains(kubectl.out({"cordon", node}), "cordoned"));
  const std::string drained = kubectl.out({"drain", node, "--ignore-daemonsets", "--pod-selector=app=hello", "--timeout=150s"});
  CHECK(contains(drained, "evicting pod shop/hello"));
  CHECK(contains(kubectl.out({"uncordon", node}), "uncordoned"));
  CHECK(contains(kubectl.out({"-n", "shop", "delete", "deploy", "hello", "--timeout=150s"}), "deleted"));
}

namespace {

/// A command, and what it must print on either stream; `fails`: it must not succeed.
struct Step {
  std::vector<std::string> arguments;
  std::string prints;
  bool fails = false;
};

void walk(Kubectl& kubectl, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    std::string line;
    for (const std::string& argument : step.arguments) line += " " + argument;
    const Finished finished = kubectl.run(step.arguments);
    INFO("kubectl" << line << "\n" << finished.out << finished.err);
    CHECK((finished.exit_code != 0) == step.fails);
    CHECK(contains(finished.out + finished.err, step.prints));
  }
}

}  // namespace

TEST_CASE("kubectl explains kinds and refuses fields that no schema has") {
  if (!has_kubectl()) AKSTWIN_SKIP("there is no kubectl; install Debian's kubernetes-client");
  Kubectl kubectl;
  std::string odd = kHello;
  odd.replace(odd.find("replicas: 3"), 11, "replica: 3");
  kubectl.write("odd.yaml", odd);
  walk(kubectl, {{{"explain", "pod.spec.containers"}, "image"},
                 {{"explain", "deployment", "--recursive"}, "maxSurge"},
                 {{"explain", "kustomization.spec.interval"}, "How often"},
                 {{"create", "-f", "odd.yaml"}, "unknown field", true},
                 {{"get", "leases", "-A"}, "kube-node-lease"},
                 {{"api-resources", "--api-group=apps"}, "deployments"}});
}

TEST_CASE("kubectl's imperative commands make what they say") {
  if (!has_kubectl()) AKSTWIN_SKIP("there is no kubectl; install Debian's kubernetes-client");
  Kubectl kubectl;
  walk(kubectl, {{{"create", "namespace", "tools"}, "namespace/tools created"},
                 {{"-n", "tools", "create", "deployment", "hello", "--image=hello:1"}, "deployment.apps/hello created"},
                 {{"-n", "tools", "autoscale", "deploy/hello", "--min=1", "--max=3", "--cpu-percent=70"}, "autoscaled"},
                 {{"-n", "tools", "expose", "deploy/hello", "--port=80", "--target-port=8080"}, "exposed"},
                 {{"-n", "tools", "create", "configmap", "c", "--from-literal=a=b"}, "configmap/c created"},
                 {{"-n", "tools", "label", "cm/c", "tier=web"}, "labeled"},
                 {{"-n", "tools", "annotate", "cm/c", "note=x"}, "annotated"},
                 {{"-n", "tools", "create", "job", "once", "--image=a:1"}, "job.batch/once created"},
                 {{"-n", "tools", "run", "one", "--image=one:1", "--restart=Never"}, "pod/one created"},
                 {{"-n", "tools", "wait", "--for=condition=Ready", "pod/one", "--timeout=150s"}, "condition met"},
                 {{"-n", "tools", "exec", "one", "--", "ls"}, "run no processes", true},
                 {{"-n", "tools", "set", "resources", "deploy/hello", "--requests=cpu=20m"}, "resource requirements updated"},
                 {{"-n", "tools", "rollout", "pause", "deploy/hello"}, "paused"},
                 {{"-n", "tools", "rollout", "resume", "deploy/hello"}, "resumed"},
                 {{"-n", "tools", "rollout", "restart", "deploy/hello"}, "restarted"},
                 {{"-n", "tools", "rollout", "status", "deploy/hello", "--timeout=150s"}, "successfully rolled out"},
                 {{"-n", "tools", "describe", "endpoints", "hello"}, "8080"},
                 {{"-n", "tools", "describe", "svc", "hello"}, "Endpoints"},
                 {{"-n", "tools", "describe", "pod", "one"}, "Containers:"},
                 {{"-n", "tools", "describe", "hpa", "hello"}, "Reference:"},
                 {{"create", "clusterrolebinding", "readers", "--clusterrole=view", "--user=bob"}, "created"},
                 {{"auth", "can-i", "create", "pods"}, "yes"},
                 {{"auth", "can-i", "delete", "pods", "--as=bob"}, "no", true},
                 {{"-n", "tools", "get", "pods", "--as=alice"}, "cannot list resource", true},
                 {{"-n", "tools", "delete", "pod", "one", "--timeout=150s"}, "deleted"},
                 {{"delete", "namespace", "tools", "--timeout=150s"}, "deleted"},
                 {{"get", "namespace", "tools"}, "NotFound", true}});
}

TEST_CASE("kubectl's watch sees a change that another kubectl makes") {
  if (!has_kubectl()) AKSTWIN_SKIP("there is no kubectl; install Debian's kubernetes-client");
  Kubectl kubectl;
  Process watch({"kubectl", "--kubeconfig", (kubectl.folder() / "kubeconfig").string(), "--cache-dir", (kubectl.folder() / "cache").string(), "-n", "shop", "get", "configmaps", "-w",
                 "--request-timeout=20s"},
                kubectl.folder(), kubectl.folder());
  kubectl.write("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen, namespace: shop}\ndata: {a: b}\n");
  kubectl.out({"create", "-f", "map.yaml"});
  CHECK(contains(watch.finish(std::chrono::seconds(60)).out, "seen"));
}
