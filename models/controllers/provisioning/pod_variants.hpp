/// A pod's preferences as Karpenter reads them: first as if they were requirements, then given up one after the other.
/// Source: kubernetes-sigs/karpenter@22664681 pkg/controllers/provisioning/scheduling/preferences.go, pkg/scheduling/requirements.go.
#pragma once
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "models/spec/pod_spec.hpp"

namespace akstwin {

class PodVariants {
 public:
  /// The template with ever fewer of its preferences, strictest first; the last has none. Valid for the life of this object.
  std::span<const PodSpec* const> of(const PodSpec& pod);

 private:
  std::deque<PodSpec> made_;
  std::map<const PodSpec*, std::vector<const PodSpec*>> known_;   // looked up, never iterated
};

}  // namespace akstwin
