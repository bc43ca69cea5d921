#include "adapters/export/kubernetes/state.hpp"

#include <algorithm>

#include "adapters/kube/encode.hpp"
#include "models/world/world.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/yaml_text.hpp"

namespace akstwin {
namespace {

/// JSON to YAML by the reader's own tree: numbers stay numbers, text stays text.
std::string as_yaml(const Json& object) {
  Diagnostics ignored;
  const auto documents = parse_json("state", object.dump(), kJsonLimits, ignored);
  return documents.empty() ? std::string() : to_yaml(documents[0]);
}

}  // namespace

Result<std::string> kubernetes_state(const Scenario& scenario, const StateQuestion& question) {
  std::string known;
  for (const ClusterSpec& cluster : scenario.clusters) known += (known.empty() ? "" : ", ") + cluster.name.str();
  const bool exists = question.cluster.empty() || std::ranges::any_of(scenario.clusters, [&](const ClusterSpec& cluster) { return cluster.name.text() == question.cluster; });
  if (!exists) return fail("there is no cluster '" + question.cluster + "'; there is " + known);
  World world(scenario, RngRoot{scenario.seed, question.replication, false}, question.kernel);
  world.begin();
  world.kernel().run_until(question.at);
  std::string out;
  std::uint32_t index = 0;
  for (ClusterRuntime& runtime : world.clusters()) {
    const std::uint32_t row = index++;
    if (!question.cluster.empty() && runtime.spec().name.text() != question.cluster) continue;
    const EncodeSource source{runtime.server().state(), world.cloud().state(), runtime.manifests(), scenario.start, row};
    out += "# Cluster " + runtime.spec().name.str() + " of '" + scenario.name + "' at " + scenario.start.iso(question.at) + ", simulated by akstwin.\n";
    const Json list = encode_cluster(source, question.at);
    bool first = true;
    for (const Json& item : list.at("items")) {
      out += (first ? "" : "---\n") + as_yaml(item);
      first = false;
    }
    if (index < world.clusters().size()) out += "---\n";
  }
  return out;
}

}  // namespace akstwin
