/// How many requests come, at any time of the week.
#pragma once
#include <cstdint>
#include <string_view>

#include "models/spec/load_spec.hpp"
#include "sim/base/time.hpp"
#include "sim/rng.hpp"

namespace akstwin {

/// The grid on which load is evaluated and noise changes: as fine as AKS's metrics (60 s, facts D2), so that nothing sees more.
inline constexpr Duration kLoadTick{60'000'000};

/// The rate of one TrafficSpec over time; formulas in docs/models/service-load.md. About 20 ns a call, 75 ns with noise.
class Traffic {
 public:
  /// `name` names the noise stream "workload/traffic/<name>"; `tick` is the grid on which noise changes. The spec must outlive it.
  Traffic(const TrafficSpec& spec, Epoch start, Duration tick, const RngRoot& root, std::string_view name);

  /// Thousandths of a request a second at `t`, noise of its tick included. Never negative.
  std::int64_t milli_rps(SimTime t) const;
  /// The same without noise.
  std::int64_t expected_milli_rps(SimTime t) const;

 private:
  double shape(std::int64_t in_day_us) const;
  double expected(SimTime t) const;

  const TrafficSpec* spec_;
  std::int64_t local_offset_us_;      ///< local time of t = 0 since 1970
  Duration tick_;
  double sigma_ = 0;                  ///< of the logarithm
  RngStream noise_;
};

}  // namespace akstwin
