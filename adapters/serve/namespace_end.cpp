#include "adapters/serve/namespace_end.hpp"

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

}  // namespace akstwin
