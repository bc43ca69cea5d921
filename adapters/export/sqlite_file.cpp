#include "adapters/export/sqlite_file.hpp"

#include <sqlite3.h>

#include <memory>

namespace akstwin {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

Result<void> run(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(std::string("SQLite: ") + sqlite3_errmsg(database));
}

void bind(sqlite3_stmt* statement, int at, const Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) sqlite3_bind_int64(statement, at, *whole);
  else if (const auto* number = std::get_if<double>(&cell)) sqlite3_bind_double(statement, at, *number);
  else if (const auto* text = std::get_if<std::string>(&cell)) sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
  else sqlite3_bind_null(statement, at);
}

Result<void> write_table(sqlite3* database, const ExportTable& table) {
  std::string columns, marks;
  for (const ExportColumn& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + column.name + " " + column.type;
    marks += marks.empty() ? "?" : ", ?";
  }
  if (auto made = run(database, "CREATE TABLE " + table.name + " (" + columns + ")"); !made) return made;
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(database, ("INSERT INTO " + table.name + " VALUES (" + marks + ")").c_str(), -1, &prepared, nullptr);
  const Statement statement(prepared);
  bool good = statement != nullptr;
  table.rows([&](const std::vector<Cell>& row) {
    if (!good) return;
    for (std::size_t i = 0; i < row.size(); ++i) bind(statement.get(), static_cast<int>(i) + 1, row[i]);
    good = sqlite3_step(statement.get()) == SQLITE_DONE;
    sqlite3_reset(statement.get());
  });
  return good ? Result<void>{} : fail("SQLite: " + table.name + ": " + sqlite3_errmsg(database));
}

Result<void> write_all(sqlite3* database, const std::vector<ExportTable>& tables) {
  if (auto set = run(database, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA user_version = " + std::to_string(kSqliteLayout) + "; BEGIN"); !set) return set;
  for (const ExportTable& table : tables)
    if (auto written = write_table(database, table); !written) return written;
  return run(database,
             "CREATE INDEX event_kind ON event (kind, t_seconds); CREATE INDEX event_subject ON event (subject, t_seconds);"
             "CREATE INDEX sample_series ON sample (kind, a, b, c, t_seconds); CREATE INDEX pod_workload ON pod (workload, created_seconds); COMMIT");
}

}  // namespace

Result<void> write_sqlite(const std::filesystem::path& path, const std::vector<ExportTable>& tables) {
  std::filesystem::path partial = path;
  partial += ".partial";
  std::error_code error;
  std::filesystem::remove(partial, error);
  sqlite3* opened = nullptr;
  const int status = sqlite3_open_v2(partial.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  Database database(opened);
  if (status != SQLITE_OK) return fail("cannot write " + partial.string() + ": " + (opened != nullptr ? sqlite3_errmsg(opened) : "no memory"));
  auto written = write_all(database.get(), tables);
  database.reset();
  if (written) std::filesystem::rename(partial, path, error);
  if (!written || error) {
    std::error_code ignored;
    std::filesystem::remove(partial, ignored);
    return written ? fail("cannot write " + path.string() + ": " + error.message()) : written;
  }
  return {};
}

}  // namespace akstwin
