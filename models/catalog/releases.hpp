/// When AKS brings what: the calendar that upgrade channels follow where a scenario states none.
#pragma once
#include <vector>

#include "models/spec/scenario.hpp"

namespace akstwin {

/// Kubernetes minor versions, their monthly patches, weekly node images and security patches, oldest first, from before the start to the end of
/// the horizon. Source of the minor versions: AKS release calendar (supported-kubernetes-versions.md, read 2026-11); the days are assumptions.
std::vector<ReleaseSpec> default_releases(const Epoch& start, Duration horizon);

/// The scenario's own releases by time, or the default ones.
std::vector<ReleaseSpec> releases_of(const Scenario& scenario);

}  // namespace akstwin
