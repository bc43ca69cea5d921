/// How long AKS takes for an operation, from quantiles fitted on recorded operations (docs/models/operation-times.md).
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/spec/platform_spec.hpp"
#include "sim/distributions.hpp"

namespace akstwin {

/// An operation as `az aks` starts it. PoolUpdate changes settings only; PoolReimage is an update that renews the nodes (OS SKU, FIPS, secure
/// boot). ClusterUpdate of a cluster with Windows nodes is one that renews those (OsType::Windows).
enum class OperationKind : std::uint8_t {
  ClusterCreate, ClusterUpdate, ClusterScale, ClusterStart, ClusterUpgrade, PoolAdd, PoolUpdate, PoolReimage, PoolScale, PoolStart, DeleteMachines
};
/// "create", "nodepool add" …: as the table names it.
std::string_view to_string(OperationKind kind);

/// One row of the table: what a group of recordings says.
struct OperationQuantiles {
  OperationKind kind = OperationKind::ClusterCreate;
  OsType os = OsType::Linux;
  int left_out = -1;                     ///< fitted without this fold of the recordings; −1: on all of them
  std::int64_t rows = 0;                 ///< recordings fitted on
  std::int64_t held_out = 0;             ///< recordings of the fold that was left out
  Duration p50, p90;                     ///< of all recordings of the group: what a simulation is held against
  Empirical times;                       ///< quantiles at 0, 5, … 100 %
};

/// Parts that recordings are dealt into for cross-validation.
inline constexpr int kOperationFolds = 5;

/// The whole table, models/catalog/data/operation_times.csv.
std::span<const OperationQuantiles> operation_quantiles();

/// The quantiles to draw from: all recordings (`left_out` −1), or those outside one fold, for tests. Where none of that OS was recorded, those
/// of Linux; never null.
const OperationQuantiles& operation_times(OperationKind kind, OsType os, int left_out = -1);

/// The time of one operation: `u` is uniform in (0, 1).
inline Duration operation_time(OperationKind kind, OsType os, double u) { return operation_times(kind, os).times.quantile(u); }

/// What a call to AKS itself takes that touches no node: median of settings-only updates (PoolUpdate), 8 s.
Duration arm_overhead();

}  // namespace akstwin
