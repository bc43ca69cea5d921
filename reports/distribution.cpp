#include "reports/distribution.hpp"

#include <cmath>
#include <limits>

#include "sim/base/check.hpp"

namespace akstwin {

std::int64_t Distribution::count() const {
  std::int64_t total = 0;
  for (const auto& [value, times] : counts_) total += times;
  return total;
}

std::int64_t Distribution::count_if_nonzero() const {
  const auto zero = counts_.find(0);
  return count() - (zero == counts_.end() ? 0 : zero->second);
}

std::int64_t Distribution::quantile(double q) const {
  AKSTWIN_CHECK(!empty(), "a quantile needs a value");
  // Nearest rank: the ceil(q·n)-th smallest, at least the first.
  const std::int64_t n = count();
  auto rank = static_cast<std::int64_t>(std::ceil(q * static_cast<double>(n) - 1e-9));
  rank = rank < 1 ? 1 : rank > n ? n : rank;
  for (const auto& [value, times] : counts_) {
    rank -= times;
    if (rank <= 0) return value;
  }
  return max();
}

double Distribution::mean() const {
  if (empty()) return 0;
  if (max() == kNeverHappened) return std::numeric_limits<double>::infinity();
  double sum = 0;
  for (const auto& [value, times] : counts_) sum += static_cast<double>(value) * static_cast<double>(times);
  return sum / static_cast<double>(count());
}

}  // namespace akstwin
