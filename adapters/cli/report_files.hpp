/// The reports of an experiment as files in one folder.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "reports/outcome.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

/// Makes the folder and checks that files can be written there, before a long run.
Result<void> prepare_folder(const std::filesystem::path& folder);

/// Writes one file; it appears whole or not at all.
Result<void> write_file(const std::filesystem::path& path, const std::string& text);

/// Writes report.html, result.json, tables.csv and summary.md; returns their paths. Each file appears whole or not at all.
Result<std::vector<std::filesystem::path>> write_report_files(const std::filesystem::path& folder, const Outcome& outcome,
                                                              const std::vector<Comparison>& comparisons);

}  // namespace akstwin
