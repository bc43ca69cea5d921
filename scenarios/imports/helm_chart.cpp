#include "scenarios/imports/helm_chart.hpp"

#include <algorithm>

namespace akstwin {
namespace {

constexpr std::string_view kChart = "Chart.yaml";

/// "charts/web" of "charts/web/Chart.yaml"; nothing for other files.
std::optional<std::string> chart_folder(const SourceFile& file) {
  if (file.path.filename() != kChart) return std::nullopt;
  return file.path.parent_path().string();
}

bool below(const std::string& path, const std::string& folder) { return folder.empty() || (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/'); }

}  // namespace

void leave_out_charts(std::vector<SourceFile>& files, Diagnostics& diagnostics) {
  std::vector<std::string> charts;
  for (const SourceFile& file : files) {
    const auto folder = chart_folder(file);
    // Charts within charts are rendered with them. Files come sorted, so that "x/Chart.yaml" may come behind "x/charts/y/Chart.yaml" only by case.
    if (!folder || std::ranges::any_of(charts, [&](const std::string& known) { return below(*folder, known); })) continue;
    charts.push_back(*folder);
    Position at;
    at.file = file.shown;
    at.line = at.column = 1;
    const std::string name = file.path.parent_path().filename().string(), where = file.shown.substr(0, file.shown.size() - kChart.size());
    diagnostics.add({Severity::Warning, "S050", at, "the Helm chart '" + name + "' is not rendered: its templates are left out",
                     "run `helm template " + name + " " + (where.empty() ? "." : where) + " -f values.yaml > rendered.yaml` and name that file"});
  }
  std::erase_if(files, [&](const SourceFile& file) { return std::ranges::any_of(charts, [&](const std::string& chart) { return below(file.path.string(), chart); }); });
}

}  // namespace akstwin
