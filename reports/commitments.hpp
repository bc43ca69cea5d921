/// Reservations and savings plans, applied hour by hour as Azure does: reservations first, then savings plans with the greatest
/// discount first; spot gets neither; what is committed and not used is paid and lost (facts I: FOCUS and Cost Management docs).
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/spec/experiment_spec.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Instances of one pool over time, at their list price.
struct VmUse {
  std::string size, region;
  Money on_demand_hour;
  bool spot = false;
  std::span<const Sample> nodes;
};

/// How the node time of one pool was paid, in node-microseconds of the observed window.
struct VmPayment {
  std::int64_t on_demand_us = 0;
  std::vector<std::int64_t> covered_us;  ///< by commitment, in the scenario's order
};

struct CommitmentResult {
  std::vector<VmPayment> payments;        ///< by use
  std::vector<std::int64_t> reserved_us;  ///< by commitment: instance time of a reservation; 0 for a savings plan
};

/// Splits every use over the commitments. Linear in hours × uses × commitments.
CommitmentResult apply_commitments(std::span<const VmUse> uses, std::span<const CommitmentSpec> commitments, SimTime end);

/// The discounted price of an hour: list × (1 − discount), rounded once.
Money discounted(Money list, PartsPerMillion discount);

}  // namespace akstwin
