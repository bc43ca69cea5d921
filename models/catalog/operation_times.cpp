#include "models/catalog/operation_times.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "models/catalog/embedded_csv.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr std::array<std::string_view, 11> kNames{"create", "update", "scale", "start", "upgrade", "nodepool add", "nodepool update",
                                                  "nodepool reimage", "nodepool scale", "nodepool start", "delete machines"};

// Columns: operation, os, left_out, rows, held_out, p50_ms, p90_ms, 21 quantiles in ms, source.
constexpr std::size_t kFirstQuantile = 7, kQuantiles = 21;

std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  AKSTWIN_CHECK(error == std::errc{} && end == text.data() + text.size(), "operation_times.csv holds whole numbers");
  return value;
}

Duration milliseconds(const std::string& text) { return Duration{number(text) * 1'000}; }

std::vector<OperationQuantiles> load() {
  std::vector<OperationQuantiles> table;
  const auto rows = parse_csv(embedded_csv("operation_times"));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& row = rows[i];
    AKSTWIN_CHECK(row.size() == kFirstQuantile + kQuantiles + 1, "operation_times.csv has 29 columns");
    const auto name = std::ranges::find(kNames, std::string_view(row[0]));
    AKSTWIN_CHECK(name != kNames.end(), "operation_times.csv names known operations");
    OperationQuantiles entry;
    entry.kind = static_cast<OperationKind>(name - kNames.begin());
    entry.os = row[1] == "windows" ? OsType::Windows : OsType::Linux;
    entry.left_out = static_cast<int>(number(row[2]));
    entry.rows = number(row[3]);
    entry.held_out = number(row[4]);
    entry.p50 = milliseconds(row[5]);
    entry.p90 = milliseconds(row[6]);
    for (std::size_t q = 0; q < kQuantiles; ++q) entry.times.sorted.push_back(milliseconds(row[kFirstQuantile + q]));
    table.push_back(std::move(entry));
  }
  return table;
}

}  // namespace

std::string_view to_string(OperationKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::span<const OperationQuantiles> operation_quantiles() {
  static const std::vector<OperationQuantiles> table = load();
  return table;
}

const OperationQuantiles& operation_times(OperationKind kind, OsType os, int left_out) {
  const auto table = operation_quantiles();
  const auto find = [&](OsType wanted) {
    return std::ranges::find_if(table, [&](const OperationQuantiles& q) { return q.kind == kind && q.os == wanted && q.left_out == left_out; });
  };
  auto found = find(os);
  if (found == table.end()) found = find(OsType::Linux);
  AKSTWIN_CHECK(found != table.end(), "every operation was recorded on Linux");
  return *found;
}

Duration arm_overhead() { return operation_times(OperationKind::PoolUpdate, OsType::Linux).p50; }

}  // namespace akstwin
