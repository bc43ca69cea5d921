/// Parts of Kubernetes objects that several kinds share: metadata, selectors, placement, the pod template.
#pragma once
#include <initializer_list>
#include <string_view>

#include "models/spec/workload_spec.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

struct ObjectMetadata {
  Name name, name_space{"default"};
  Labels labels, annotations;
};

/// "Deployment", "StatefulSet", …: as manifests write it.
std::string_view kind_name(WorkloadKind kind);
/// `metadata` of an object; the name is required.
void read_metadata(Fields& f, ObjectMetadata& out);
/// A mapping of text to text at `key`.
void read_labels(Fields& f, std::string_view key, Labels& out);
/// metav1.LabelSelector at `key`; false when it is absent.
bool read_selector(Fields& f, std::string_view key, LabelSelector& out);
/// Seconds as a whole number at `key`.
void read_seconds(Fields& f, std::string_view key, Duration& out);
/// The offsets of a time zone, none for UTC; an unknown zone is reported.
std::optional<std::vector<ZoneOffset>> offsets_of(Fields& f, const std::string& zone);
/// Fields that Kubernetes has and that decide nothing in the twin.
void ignore(Fields& f, std::initializer_list<std::string_view> keys);

/// core/v1 PodTemplateSpec.
void read_pod_template(Fields& f, PodSpec& out);
/// The parts of core/v1 PodSpec that decide where it may run.
void read_placement(Fields& f, PodSpec& out);

void describe(Fields& f, SelectorRequirement& out);
void describe(Fields& f, NodeSelectorTerm& out);
void describe(Fields& f, PreferredNodeTerm& out);
void describe(Fields& f, PodAffinityTerm& out);
void describe(Fields& f, WeightedPodAffinityTerm& out);
void describe(Fields& f, Toleration& out);
void describe(Fields& f, TopologySpreadConstraint& out);
void describe(Fields& f, HostPort& out);

}  // namespace akstwin
