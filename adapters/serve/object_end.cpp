#include "adapters/serve/object_end.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// The namespace controller of Kubernetes 1.32 lists what is left before it finalizes: it takes seconds, not none.
constexpr Duration kAtLeast{5'000'000};

bool holds_anything(const ObjectStore& store, const std::string& name) {
  const std::string prefix = name + "/";
  for (int kind = 0; kind < static_cast<int>(resource_kinds().size()); ++kind) {
    if (!resource_kinds()[static_cast<std::size_t>(kind)].namespaced || resource_kinds()[static_cast<std::size_t>(kind)].kind == "Event") continue;
    const auto& objects = store.table(kind).objects();
    const auto first = objects.lower_bound(prefix);
    if (first != objects.end() && first->first.starts_with(prefix)) return true;
  }
  return false;
}

bool has_pods(const ClusterState& state, std::string_view kind, std::string_view key) {
  bool out = false;
  state.workloads.for_each([&](WorkloadId, const Workload& row) { out = out || (row.key.text() == key && kind_of(row.spec->kind) == kind && !row.pods.empty()); });
  return out;
}

}  // namespace

void end_namespaces(ServedCluster& cluster, SimTime now) {
  for (auto entry = cluster.ending.begin(); entry != cluster.ending.end();) {
    if (now < entry->second + kAtLeast || holds_anything(cluster.store, entry->first)) {
      ++entry;
      continue;
    }
    cluster.store.erase(find_resource("", "v1", "namespaces"), entry->first);
    entry = cluster.ending.erase(entry);
  }
}

void end_foreground(ServedCluster& cluster) {
  for (auto entry = cluster.foreground.begin(); entry != cluster.foreground.end();) {
    const auto& [kind, key] = *entry;
    if (has_pods(cluster.runtime.server().state(), resource_kinds()[static_cast<std::size_t>(kind)].kind, key)) {
      ++entry;
      continue;
    }
    cluster.store.erase(kind, key);
    entry = cluster.foreground.erase(entry);
  }
}

}  // namespace akstwin
