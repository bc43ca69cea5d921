/// How many requests come, at any time of the week.
#pragma once
#include <cstdint>
#include <string_view>

#include "models/spec/load_spec.hpp"
#include "sim/base/time.hpp"
#include "sim/rng.hpp"

namespace akstwin {

/// The rate of one TrafficSpec over time; formulas in docs/models/service-load.md. About 30 ns a call, 100 ns with noise.
class Traffic {
 public:
  /// `name` names the noise stream "workload/traffic/<name>"; `tick` is the grid on which noise changes. The spec must outlive it.
  Traffic(const TrafficSpec& spec, Epoch start, Duration tick, const RngRoot& root, std::string_view name);

  /// Thousandths of a request a second at `t`, noise of its tick included. Never negative.
  std::int64_t milli_rps(SimTime t) const;
  /// The same without noise.
  std::int64_t expected_milli_rps(SimTime t) const;

 private:
  double shape(std::int64_t local_us, int weekday) const;

  const TrafficSpec* spec_;
  std::int64_t local_offset_us_;      ///< local time of t = 0 since 1970
  Duration tick_;
  double sigma_ = 0;                  ///< of the logarithm
  RngStream noise_;
};

}  // namespace akstwin
