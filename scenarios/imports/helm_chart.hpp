/// Helm charts among files: templates that are no YAML yet.
#pragma once
#include <string>
#include <vector>

#include "scenarios/source_files.hpp"

namespace akstwin {

/// Takes the files of charts (folders with a Chart.yaml) out of the list; one warning a chart says how to render it.
void leave_out_charts(std::vector<SourceFile>& files, Diagnostics& diagnostics);

}  // namespace akstwin
