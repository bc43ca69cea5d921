/// An API server of one namespace, two nodes and a few pods, in memory: it keeps what is written and counts it.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "adapters/drive/drive_run.hpp"
#include "adapters/kube/kube_client.hpp"

namespace akstwin::test {

class SmallCluster final : public HttpTransport {
 public:
  SmallCluster();
  Result<HttpResponse> send(const HttpRequest& request, Duration timeout) override;
  Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request, Duration timeout) override;
  void wait(Duration longest) override { now += longest.us; }
  void pause(Duration time) override;
  std::int64_t now_us() const override { return now; }

  nlohmann::json& object(const std::string& path) { return objects[path]; }
  /// Writes that were no dry runs, as "PATCH /path body".
  std::vector<std::string> writes, dry_runs;
  std::map<std::string, nlohmann::json> objects;        // by path
  std::map<std::string, int> refuse;                    // status by a part of the path
  std::vector<std::string> readable;                    // namespaces in which nothing of that is refused
  bool down = false;                                    // nobody answers, and watches break
  bool frozen = false;                                  // connections stand, and nothing comes
  std::function<void()> on_time;                        // called whenever time passes
  std::int64_t now = 1'790'000'000'000'000;             // 2026-09-21T14:13:20Z, a Monday
  int version = 100;

 private:
  bool within(const std::string& target) const;
  HttpResponse list(const std::string& path, const std::string& kind) const;
};

/// What stands between a test and a run.
struct DriveBench {
  DriveBench();
  /// Connects anew, as somebody who may list in these namespaces only.
  void connect_within(const std::vector<std::string>& namespaces);
  /// Reads the allow-list; aborts the test when it is none.
  void allow_text(const std::string& text);
  DrivePlan plan(const std::vector<std::string>& actions);
  DriveOutcome run(const DrivePlan& plan, Duration longest = Duration{600'000'000});

  class NoToken final : public Credentials {
   public:
    Result<std::string> bearer(std::int64_t) override { return std::string{}; }
    void rejected() override {}
  };
  SmallCluster server;
  NoToken nobody;
  KubeClient client;
  Scenario scenario;
  Timeline timeline;
  std::unique_ptr<KubeClusterApi> kube;
  DriveAllowList allow;
  std::unique_ptr<DriveGuard> guard;
  std::string context = "aks-test", journal_path;
  bool stop = false;
  std::vector<std::string> said;
  Duration settle{30'000'000};
};

/// An allow-list that allows what the small cluster has.
inline const char* const kGenerous = R"(
contexts: [aks-test]
namespaces: [orders, flux-system]
pools: [user]
actions: [workload.scale, workload.restart, pods.evict, pods.delete, pool.cordon, zoneLoss, flux.suspend, flux.resume, wait]
maxAffectedPercent: 100
maxAffectedPods: 10
maxDuration: 30m
window: {days: [Mon, Tue, Wed, Thu, Fri, Sat, Sun], from: "00:00", to: "24:00"}
steadyState: ["pods.pending == 0"]
abortWhen: ["nodes.notReady > 0"]
)";

}  // namespace akstwin::test
