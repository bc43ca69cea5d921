/// The Vertical Pod Autoscaler's memory of a resource: a histogram with exponential buckets whose old samples fade.
#pragma once
#include <optional>
#include <vector>

#include "sim/base/time.hpp"

namespace akstwin {

/// A bucketing: bucket 0 is [0, first), and bucket n is `ratio`^n times as wide.
class ExponentialBuckets {
 public:
  ExponentialBuckets(double largest, double first, double ratio);
  int count() const { return count_; }
  /// The bucket of `value`; beyond the last boundary the last one.
  int find(double value) const;
  /// first · (ratio^bucket − 1) / (ratio − 1).
  double start(int bucket) const;
  bool operator==(const ExponentialBuckets&) const = default;

 private:
  double first_ = 0, ratio_ = 0;
  int count_ = 0;
};

/// Weights double every half-life, so that a sample loses half of its influence in that time. When factors grow too large
/// all weights are divided by a power of two, which changes no percentile.
class DecayingHistogram {
 public:
  DecayingHistogram(const ExponentialBuckets& buckets, Duration half_life);
  void add(double value, double weight, SimTime at);
  /// Takes back a sample that was added with the same value, weight and time.
  void subtract(double value, double weight, SimTime at);
  /// Upper end of the bucket in which the `fraction` of all weight is reached; 0 when empty.
  double percentile(double fraction) const;
  bool empty() const;

 private:
  double decay_factor(SimTime at);
  void shift_reference(SimTime to);
  void scale(double factor);
  void narrow();
  double& weight(int bucket) { return weights_[static_cast<std::size_t>(bucket)]; }
  double weight(int bucket) const { return weights_[static_cast<std::size_t>(bucket)]; }

  ExponentialBuckets buckets_;
  Duration half_life_;
  std::vector<double> weights_;
  double total_ = 0;
  int low_, high_ = 0;                       ///< first and last bucket that is not empty
  std::optional<SimTime> reference_;         ///< where the factor is 1; a whole number of half-lives; absent before the first sample
};

}  // namespace akstwin
