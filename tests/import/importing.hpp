/// Short ways to import texts and files in tests.
#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "adapters/import/import_files.hpp"
#include "tests/scenarios/reading.hpp"

namespace akstwin::test {

/// What an import found, and what was said about it.
struct Found {
  Imported imported;
  std::string said;
  bool failed = false;
};

inline Found import_paths(const std::vector<std::string>& paths, ImportKind kind = ImportKind::Auto, SeriesMeaning meaning = SeriesMeaning::Auto) {
  Diagnostics diagnostics;
  Found found;
  found.imported = import_files(kind, paths, meaning, diagnostics);
  std::ostringstream out;
  diagnostics.print(out);
  found.said = out.str();
  found.failed = diagnostics.has_errors();
  return found;
}

/// "Deployment=7, Service=2": counts in order of their names.
inline std::string counts_text(const Imported& imported) {
  std::string out;
  for (const auto& [kind, count] : imported.counts) out += (out.empty() ? "" : ", ") + kind + "=" + std::to_string(count);
  return out;
}

inline std::filesystem::path data_folder() { return std::filesystem::path(AKSTWIN_SOURCE_DIR) / "tests" / "import" / "data"; }

}  // namespace akstwin::test
