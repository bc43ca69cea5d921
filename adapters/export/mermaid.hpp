/// A run's story as a Mermaid diagram, small enough for a pull request.
#pragma once
#include <string>

#include "adapters/export/export_source.hpp"

namespace akstwin {

/// Longest diagram: GitLab and Gitea draw no larger ones (conventions, section c).
inline constexpr std::size_t kMermaidLimit = 5'000;

/// A gantt chart: outages, actions and phases of recovery; without a game day, the pools' scale-ups and refusals by the hour. What does
/// not fit is left out from the end, and the last line says so.
std::string mermaid_gantt(const ExportSource& source);

}  // namespace akstwin
