#include "adapters/live/observe.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "adapters/kube/decode.hpp"
#include "adapters/kube/kube_cluster_api.hpp"
#include "adapters/live/live_recorder.hpp"
#include "adapters/live/shadow.hpp"

namespace akstwin {
namespace {

constexpr Duration kSyncPatience{120'000'000};
constexpr Duration kMetricsPeriod{15'000'000};     // metrics-server's own resolution, or finer (facts D2)
constexpr Duration kSamplePeriod{60'000'000};

/// A scenario of what is there, for reports without one: the cluster, its pools as their nodes are labelled, its region.
Scenario scenario_of(KubeClient& client, const std::string& name) {
  Scenario out;
  out.name = name;
  out.question = "What did this cluster do while it was watched?";
  ClusterSpec cluster;
  cluster.name = Name(name);
  auto nodes = client.get("/api/v1/nodes");
  if (nodes && nodes->contains("items"))
    for (const nlohmann::json& node : nodes->at("items")) {
      if (cluster.location.empty()) cluster.location = Name(text_in(node, {"metadata", "labels", "topology.kubernetes.io/region"}));
      NodePoolSpec pool = pool_spec_of(node);
      const auto known = std::ranges::find(cluster.pools, pool.name, &NodePoolSpec::name);
      if (known != cluster.pools.end()) ++known->count;
      else cluster.pools.push_back(std::move(pool));
    }
  out.clusters.push_back(std::move(cluster));
  out.workloads.push_back({Name(name), {}});
  return out;
}

const ClusterSpec* watched(const Scenario& scenario, const std::string& name) {
  if (!name.empty()) return scenario.cluster(Name(name));
  return scenario.clusters.empty() ? nullptr : &scenario.clusters.front();
}

}  // namespace

Result<Observation> observe(const ObserveOptions& options) {
  auto session = open_session(options.session);
  if (!session) return tl::unexpected(session.error().error);
  LiveSession& live = **session;
  const auto say = [&](const std::string& text) {
    if (options.say) options.say(text);
  };
  Observation out;
  const std::string name = !options.cluster.empty() ? options.cluster : live.context.name;
  out.scenario = options.scenario ? *options.scenario : scenario_of(*live.client, name);
  const ClusterSpec* spec = watched(out.scenario, options.scenario ? options.cluster : name);
  if (spec == nullptr) return fail("the scenario has no cluster '" + options.cluster + "'");
  const std::int64_t epoch = live.http().now_us();
  out.recorded.cluster = spec->name.str();
  out.recorded.start.unix_seconds = epoch / 1'000'000;
  const std::vector<std::string> only = live.context.name_space.empty() ? std::vector<std::string>{} : std::vector{live.context.name_space};
  KubeClusterApi kube(*live.client, *spec, out.recorded.timeline, epoch, {true, only});
  if (auto synced = kube.sync(kSyncPatience); !synced) return tl::unexpected(synced.error());
  if (const std::string narrowed = kube.narrowed(); !narrowed.empty()) say(narrowed);
  say(std::to_string(kube.state().nodes.live()) + " nodes, " + std::to_string(kube.state().pods.live()) + " pods");
  LiveRecorder recorder(out.scenario, *spec, kube.cache());
  std::unique_ptr<Shadow> shadow;
  if (options.shadow) shadow = std::make_unique<Shadow>(kube, *spec);
  SimTime next_metrics{0}, next_sample{0};
  bool metrics = true;
  pump(live.http(), epoch + options.length.us, [&] {
    kube.step();
    const SimTime now = kube.now();
    if (metrics && now >= next_metrics) {
      metrics = kube.sample_metrics();
      if (!metrics) say("the cluster has no metrics API; usage is not recorded");
      next_metrics = now + kMetricsPeriod;
    }
    if (now >= next_sample) {
      recorder.sample(now);
      next_sample = now + kSamplePeriod;
    }
    recorder.look(now);
    if (shadow) shadow->step(now);
    out.interrupted = options.stop != nullptr && *options.stop;
    return !out.interrupted;
  });
  out.faults = kube.faults();
  const SimTime end = std::max(kube.now(), SimTime{1});
  out.recorded.timeline.finish(end);
  if (shadow) out.shadow = shadow->score();
  out.scenario.start = out.recorded.start;
  out.scenario.horizon = end.since_start();
  out.scenario.replications = 1;
  return out;
}

}  // namespace akstwin
