/// `generate:` of a workloads entry, turned into Kubernetes objects.
#pragma once
#include <vector>

#include "scenarios/draft.hpp"

namespace akstwin {

/// Adds a Deployment `<team>/<team>-01`, … with an autoscaler on CPU for each service, and an image entry for it.
void generate_workloads(const GenerateDraft& draft, ManifestSet& set, std::vector<ImageSpec>& images);

}  // namespace akstwin
