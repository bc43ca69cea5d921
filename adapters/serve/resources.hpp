/// The kinds that the served API knows: what discovery lists, and how paths become kinds.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akstwin {

/// What stands behind a kind. Plain: objects are kept as written and mean nothing to the simulation.
enum class Backing : std::uint8_t { Plain, Pods, Nodes, Workloads, ReplicaSets, Jobs, Autoscalers, Budgets, Kustomizations, GitRepositories, Applications, Leases, Metrics, Components };

struct ResourceKind {
  std::string_view group, version, plural, singular, kind;
  bool namespaced = true;
  std::string_view short_names = {};     ///< separated by commas
  std::string_view categories = {};
  std::string_view subresources = {};    ///< "scale,status"
  Backing backing = Backing::Plain;
  bool read_only = false;                ///< get, list and watch only
  bool custom = false;                   ///< a custom resource: list items carry kind and apiVersion, no strategic merge
  std::string_view deprecation = {};     ///< what a Warning says of this version

  std::string api_version() const { return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version); }
};

/// All kinds, groups together, preferred versions first; the position is the kind's number in the store.
std::span<const ResourceKind> resource_kinds();
/// The number of the kind at this path, or -1.
int find_resource(std::string_view group, std::string_view version, std::string_view plural);
/// The number of the kind of this object, or -1.
int find_kind(std::string_view api_version, std::string_view kind);
/// The pieces of a comma-separated list.
std::vector<std::string_view> split_list(std::string_view list);

}  // namespace akstwin
