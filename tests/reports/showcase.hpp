/// A platform with something in every part of the report: two weeks of days and nights, spot, a savings plan, a lost region.
#pragma once
#include "reports/outcome.hpp"
#include "tests/reports/platform.hpp"

namespace akstwin::test {

/// The platform and its Timeline; `variation` shifts loads and times a little, as another replication would.
Platform showcase(int variation = 0);

/// Merged over so many replications, with thresholds and published figures.
Outcome showcase_outcome(int replications);

}  // namespace akstwin::test
