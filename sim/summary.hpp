/// Statistics over replications: exact, order-independent, mergeable.
#pragma once
#include <cstddef>
#include <vector>

namespace akstwin {

/// A sample of one number a replication. Quantiles are exact (sorted), nearest-rank on n values as 'type 7' interpolation.
class Summary {
 public:
  void add(double value) { values_.push_back(value); }
  std::size_t count() const { return values_.size(); }
  double mean() const;
  double standard_deviation() const;       ///< of the sample (n − 1); 0 below two values
  double quantile(double q) const;         ///< 0 when empty
  double min() const;
  double max() const;
  /// Half the width of the 95 % confidence interval of the mean (Student's t); 0 below two values.
  double confidence_half_width() const;
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

/// Wilson's 95 % score interval for a share of successes. n > 0.
struct Interval { double low = 0, high = 1; };
Interval wilson_interval(std::size_t successes, std::size_t n);

}  // namespace akstwin
