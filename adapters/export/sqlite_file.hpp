/// The timeline as a SQLite database.
#pragma once
#include <filesystem>
#include <vector>

#include "adapters/export/tables.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

/// The layout of the tables; in PRAGMA user_version.
inline constexpr int kSqliteLayout = 1;

/// Writes the tables into a new file, with indexes on time, kind and names; the file appears whole or not at all. No write-ahead log:
/// one file is the artefact.
Result<void> write_sqlite(const std::filesystem::path& path, const std::vector<ExportTable>& tables);

}  // namespace akstwin
