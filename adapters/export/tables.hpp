/// A run as tables: the same rows for CSV files and for the SQLite timeline.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "adapters/export/export_source.hpp"
#include "reports/outcome.hpp"

namespace akstwin {

/// Nothing, a whole number, a number, or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// A column of an exported table.
struct ExportColumn {
  std::string name;                         ///< with its unit: "t_seconds"
  const char* type;                         ///< of SQLite: "INTEGER", "REAL", "TEXT"
};

/// A table and how to go through its rows.
struct ExportTable {
  std::string name;
  std::vector<ExportColumn> columns;
  std::function<void(const std::function<void(const std::vector<Cell>&)>&)> rows;
};

/// meta, event, sample, node, pod, cost_line, threshold. `outcome` may be null: the last two are then empty.
std::vector<ExportTable> export_tables(const ExportSource& source, const Outcome* outcome);

/// RFC 4180 with a header line.
std::string table_as_csv(const ExportTable& table);

}  // namespace akstwin
