/// Pod specs that are in use on some node, with what the filters need precomputed once a spec instead of once a pod.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/fit/label_columns.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

using TemplateIndex = std::uint32_t;

/// Requests as the resource scores see them: 100m and 200Mi for each container that does not state CPU or memory.
/// Source: kubernetes v1.32 pkg/scheduler/util/pod_resources.go, read 2026-11.
Resources scored_request(const PodSpec& spec);
inline constexpr Millicores kUnstatedCpu{100};
inline constexpr Bytes kUnstatedMemory{200LL << 20};

/// Whether no pod (anti-)affinity term, required or preferred, looks beyond the pod's own namespace.
bool stays_in_namespace(const Affinity& affinity);

/// Host ports of the ordinary containers; an empty protocol becomes TCP, the address 0.0.0.0 becomes empty.
std::vector<HostPort> host_ports_of(const PodSpec& spec);
/// True when two sanitised host ports cannot be on one node.
bool host_ports_conflict(const HostPort& a, const HostPort& b);

/// Pods of one template on one node.
struct TemplatePlace {
  NodeIndex node = kNoNode;
  std::int32_t pods = 0;                           ///< all of them
  std::int32_t terminating = 0;                    ///< of these, on their way out
};

/// One distinct PodSpec.
struct PodTemplate {
  const PodSpec* spec = nullptr;                   ///< null: a free entry
  Resources request;                               ///< effective request
  Resources scored;                                ///< scored_request()
  std::vector<HostPort> ports;
  bool has_affinity = false;                       ///< any pod (anti-)affinity term, required or preferred
  bool has_required_anti_affinity = false;
  bool affinity_is_local = true;                   ///< no term looks beyond the pod's own namespace
  Name name_space;
  std::uint32_t pods = 0;                          ///< in the snapshot
  std::vector<TemplatePlace> places;               ///< where they are, in no particular order
};

/// The templates of a snapshot. Indexes are recycled when the last pod of a template goes.
class PodTemplates {
 public:
  /// Counts one more pod of `spec` and gives its template.
  TemplateIndex acquire(const PodSpec* spec);
  void release(TemplateIndex index);
  /// A new, empty place on `node`; gives its position among the template's places.
  std::uint32_t add_place(TemplateIndex index, NodeIndex node);
  TemplatePlace& place(TemplateIndex index, std::uint32_t position) { return templates_[index].places[position]; }
  /// Removes a place by moving the last one into its position; gives the node of the moved one, or kNoNode.
  NodeIndex remove_place(TemplateIndex index, std::uint32_t position);
  /// The template of `spec`; must be in use.
  TemplateIndex find(const PodSpec* spec) const;
  const PodTemplate& operator[](TemplateIndex index) const { return templates_[index]; }
  /// Length of arrays indexed by template.
  std::size_t slots() const { return templates_.size(); }
  /// Pods in the snapshot whose template has pod (anti-)affinity terms, and those with required anti-affinity.
  std::uint32_t pods_with_affinity() const { return pods_with_affinity_; }
  std::uint32_t pods_with_required_anti_affinity() const { return pods_with_required_anti_affinity_; }

 private:
  std::vector<PodTemplate> templates_;
  std::vector<TemplateIndex> free_;
  std::unordered_map<const PodSpec*, TemplateIndex> by_spec_;   // looked up, never iterated
  std::uint32_t pods_with_affinity_ = 0, pods_with_required_anti_affinity_ = 0;
};

}  // namespace akstwin
