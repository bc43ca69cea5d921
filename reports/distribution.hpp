/// An exact, mergeable distribution of integers: what a threshold such as p(99)<240 is evaluated on.
#pragma once
#include <cstdint>
#include <map>
#include <vector>

namespace akstwin {

/// How often each value occurred. Exact, independent of the order in which values arrive, and small when values repeat.
class Distribution {
 public:
  /// Stands for "did not happen within the window" (an outage that was not recovered): larger than every value.
  static constexpr std::int64_t kNeverHappened = INT64_MAX;

  void add(std::int64_t value, std::int64_t times = 1) {
    if (times > 0) counts_[value] += times;
  }
  void merge(const Distribution& other) {
    for (const auto& [value, times] : other.counts_) counts_[value] += times;
  }
  bool empty() const { return counts_.empty(); }
  std::int64_t count() const;
  std::int64_t count_if_nonzero() const;  ///< for `rate`: how many values are not zero
  /// The smallest value v such that at least the share q (0…1) of all values is <= v (nearest rank). Not empty.
  std::int64_t quantile(double q) const;
  std::int64_t min() const { return counts_.begin()->first; }   ///< Not empty.
  std::int64_t max() const { return counts_.rbegin()->first; }  ///< Not empty.
  double mean() const;                                          ///< 0 when empty; infinite when something never happened
  const std::map<std::int64_t, std::int64_t>& counts() const { return counts_; }
  bool operator==(const Distribution&) const = default;

 private:
  std::map<std::int64_t, std::int64_t> counts_;
};

}  // namespace akstwin
