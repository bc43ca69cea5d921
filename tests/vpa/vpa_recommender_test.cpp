#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>

#include "models/controllers/autoscaling/reproducible_math.hpp"
#include "models/controllers/autoscaling/vpa_recommender.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

// Ends of the first CPU buckets, in cores: 0.01 × (1.05^n − 1) / 0.05 = 0.01, 0.0205, 0.031525.
const ExponentialBuckets kCpu{1000.0, 0.01, 1.05};
const VpaRecommenderOptions kOptions;

VpaEstimate estimate_one(const VpaContainerHistory& history) {
  const VpaContainerHistory* one[] = {&history};
  return estimate(one, kOptions).front();
}

SimTime at(Duration since_start) { return SimTime{} + since_start; }

}  // namespace

TEST_CASE("Buckets grow by five per cent and the last one has no end") {
  CHECK(kCpu.count() == 176);   // ⌈ln(1000 × 0.05 / 0.01 + 1) / ln 1.05⌉ + 1 = ⌈174.6⌉ + 1
  CHECK(kCpu.find(0.0) == 0);
  CHECK(kCpu.find(0.0099) == 0);
  CHECK(kCpu.find(0.011) == 1);
  CHECK(kCpu.find(0.0204) == 1);
  CHECK(kCpu.find(0.0206) == 2);
  CHECK(kCpu.find(5e6) == 175);
  CHECK(kCpu.start(2) == Approx(0.0205).epsilon(1e-12));
  CHECK(kCpu.start(3) == Approx(0.031525).epsilon(1e-12));
}

TEST_CASE("A percentile is the end of the bucket in which it is reached") {
  DecayingHistogram histogram(kCpu, 24_h);
  CHECK(histogram.percentile(0.9) == 0.0);
  for (int i = 0; i < 9; ++i) histogram.add(0.012, 1.0, at(0_s));
  histogram.add(0.030, 1.0, at(0_s));
  CHECK(histogram.percentile(0.89) == kCpu.start(2));   // 9 of 10 lie in bucket 1, which ends at 0.0205
  CHECK(histogram.percentile(0.91) == kCpu.start(3));   // the tenth in bucket 2, which ends at 0.031525
}

TEST_CASE("A sample loses half of its weight in a half-life") {
  DecayingHistogram histogram(kCpu, 24_h);
  histogram.add(0.012, 1.0, at(0_s));
  histogram.add(0.030, 1.0, at(24_h));
  // Weights 1 : 2, so that the old sample holds a third of all weight.
  CHECK(histogram.percentile(0.33) == kCpu.start(2));
  CHECK(histogram.percentile(0.34) == kCpu.start(3));
}

TEST_CASE("A sample taken back leaves no trace") {
  DecayingHistogram histogram(kCpu, 24_h);
  histogram.add(0.012, 1.0, at(3_h));
  histogram.add(0.500, 1.0, at(3_h));
  histogram.subtract(0.500, 1.0, at(3_h));
  CHECK(histogram.percentile(1.0) == kCpu.start(2));
  histogram.subtract(0.012, 1.0, at(3_h));
  CHECK(histogram.empty());
}

TEST_CASE("A hundred and more half-lives later only the new sample counts") {
  DecayingHistogram histogram(kCpu, 24_h);
  histogram.add(0.500, 1.0, at(0_s));
  histogram.add(0.012, 1.0, at(24_h * 101));   // the old weight is divided by 2^101
  CHECK(histogram.percentile(1.0) == kCpu.start(2));
}

TEST_CASE("After one day of a sample a minute the upper bound is twice the base and the lower one nearly the base") {
  VpaContainerHistory history(kOptions);
  VpaContainerUsage usage(kOptions);
  for (int minute = 0; minute <= 1440; ++minute) usage.sample_cpu(history, 30_mcpu, 0_mcpu, at(60_s * minute));
  // 1441 samples over exactly 24 h: confidence = min(1, 1441 / 1440) = 1.
  CHECK(history.confidence() == 1.0);
  const VpaEstimate result = estimate_one(history);
  // Bucket 2 ends at 31.525m → 31m; 15 % of it is 4.65 → 4m; together 35m.
  CHECK(result.target.cpu == 35_mcpu);
  CHECK(result.upper_bound.cpu == 70_mcpu);   // × (1 + 1/1)
  CHECK(result.lower_bound.cpu == 34_mcpu);   // × (1 + 0.001)^−2 = 0.998: 34.93
}

TEST_CASE("Memory counts with its peak of a day, and a later higher sample takes the place of the lower") {
  VpaContainerHistory history(kOptions);
  VpaContainerUsage usage(kOptions);
  usage.sample_memory(history, 900'000'000_B, at(0_s));
  usage.sample_memory(history, 300'000'000_B, at(25_h));   // a window of its own: [24 h, 48 h)
  usage.sample_memory(history, 200'000'000_B, at(26_h));
  DecayingHistogram expected({1e12, 1e7, 1.05}, 24_h);
  expected.add(9e8, 1.0, at(24_h));
  expected.add(3e8, 1.0, at(48_h));
  for (const double fraction : {0.2, 0.34, 0.5, 0.9}) CHECK(history.memory().percentile(fraction) == expected.percentile(fraction));

  VpaContainerHistory rising(kOptions);
  VpaContainerUsage second(kOptions);
  second.sample_memory(rising, 100'000'000_B, at(0_s));
  second.sample_memory(rising, 300'000'000_B, at(1_h));
  // 300 MB lies in bucket ⌊ln(300e6 × 0.05 / 1e7 + 1) / ln 1.05⌋ = ⌊18.78⌋, which ends at 1e7 × (1.05^19 − 1) / 0.05 = 305,390,039.07.
  CHECK(rising.memory().percentile(0.1) == Approx(305'390'039.07).margin(0.01));
  // 305,390,039 + ⌊0.15 × 305,390,039⌋ = 305,390,039 + 45,808,505.
  CHECK(estimate_one(rising).target.memory == 351'198'544_B);
}

TEST_CASE("A kill for memory counts as a fifth more than the request or the peak, at least 100 MiB more") {
  const auto memory_after = [](Bytes peak, Bytes request) {
    VpaContainerHistory history(kOptions);
    VpaContainerUsage usage(kOptions);
    usage.sample_memory(history, peak, at(0_s));
    usage.out_of_memory(history, request, at(1_min));
    return history.memory().percentile(0.9);
  };
  const auto end_of_bucket_with = [](double bytes) {
    const ExponentialBuckets buckets{1e12, 1e7, 1.05};
    return buckets.start(buckets.find(bytes) + 1);
  };
  CHECK(memory_after(150_Mi, 200_Mi) == end_of_bucket_with(314'572'800));        // 200 + 100 MiB beats 240 MiB
  CHECK(memory_after(150_Mi, 1_Gi) == end_of_bucket_with(1'288'490'188.8));      // 1.2 GiB beats 1 GiB + 100 MiB
  CHECK(memory_after(2_Gi, 1_Gi) == end_of_bucket_with(2'576'980'377.6));        // of the peak, when that was higher
}

TEST_CASE("Repeated kills do not raise one another") {
  VpaContainerHistory once(kOptions), often(kOptions);
  VpaContainerUsage first(kOptions), second(kOptions);
  first.out_of_memory(once, 1_Gi, at(0_s));
  for (int i = 0; i < 20; ++i) second.out_of_memory(often, 1_Gi, at(1_min * i));
  CHECK(estimate_one(often).target.memory == estimate_one(once).target.memory);
}

TEST_CASE("A pod's minimum is shared by its containers, and without any history the bounds are wide open") {
  const VpaContainerHistory nothing(kOptions);
  const VpaContainerHistory* two[] = {&nothing, &nothing};
  const std::vector<VpaEstimate> estimates = estimate(two, kOptions);
  REQUIRE(estimates.size() == 2);
  CHECK(estimates[1].target.cpu == 12_mcpu);             // ⌊25 / 2⌋
  CHECK(estimates[1].target.memory == 131'072'000_B);    // 250 MiB / 2
  CHECK(estimates[1].upper_bound == estimates[1].target);

  VpaContainerHistory one_sample(kOptions);
  one_sample.add_cpu(30_mcpu, 0_mcpu, at(0_s));
  const VpaEstimate first = estimate_one(one_sample);
  CHECK(first.target.cpu == 35_mcpu);
  CHECK(first.lower_bound.cpu == 25_mcpu);                        // × 0
  CHECK(first.upper_bound.cpu.value == 100'000'000'000'000);      // × ∞, cut at 10^14
}

TEST_CASE("Equal containers may be counted together") {
  VpaContainerHistory each(kOptions), together(kOptions);
  std::vector<VpaContainerUsage> eight(8, VpaContainerUsage(kOptions));
  VpaContainerUsage all(kOptions, 8);
  for (int minute = 0; minute < 600; ++minute) {
    const Millicores cpu{100 + (minute * 37) % 400};
    const Bytes memory{(300 + (minute * 53) % 200) * 1'000'000};
    for (VpaContainerUsage& one : eight) {
      one.sample_cpu(each, cpu, 0_mcpu, at(1_min * minute));
      one.sample_memory(each, memory, at(1_min * minute));
    }
    all.sample_cpu(together, cpu, 0_mcpu, at(1_min * minute));
    all.sample_memory(together, memory, at(1_min * minute));
  }
  CHECK(estimate_one(each) == estimate_one(together));
}

TEST_CASE("The functions agree with the C library's to the fifteenth digit") {
  for (const double x : {1e-9, 0.3, 0.70710678, 1.0, 1.05, 2.0, 5001.0, 3.3e11}) CHECK(reproducible_log(x) == Approx(std::log(x)).epsilon(1e-15).margin(1e-16));
  for (const double x : {-300.25, -0.5, 0.0, 0.1, 0.5, 1.0, 7.75, 99.9}) CHECK(reproducible_exp2(x) == Approx(std::exp2(x)).epsilon(1e-15));
  for (const int n : {-3, -2, -1, 0, 1, 2, 19, 175}) CHECK(reproducible_power(1.05, n) == Approx(std::pow(1.05, n)).epsilon(1e-14));
  CHECK(reproducible_power(HUGE_VAL, -2) == 0.0);
}

TEST_CASE("Random histories: bounds are in order, and time shifted by whole half-lives changes nothing") {
  const std::uint32_t seed = 20261121;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return static_cast<std::int64_t>(random() % n); };
  for (int round = 0; round < 60; ++round) {
    VpaContainerHistory history(kOptions), later(kOptions);
    VpaContainerUsage usage(kOptions), usage_later(kOptions);
    const Duration shift = 24_h * (1 + below(300));
    Duration now{0};
    const std::int64_t samples = 1 + below(400);
    for (std::int64_t i = 0; i < samples; ++i) {
      now += 1_s * (1 + below(4000));
      const Millicores cpu{below(4000)};
      const Bytes memory{below(2'000'000) * 1000};
      if (below(50) == 0) {
        usage.out_of_memory(history, memory, at(now));
        usage_later.out_of_memory(later, memory, at(now + shift));
      }
      usage.sample_cpu(history, cpu, 0_mcpu, at(now));
      usage.sample_memory(history, memory, at(now));
      usage_later.sample_cpu(later, cpu, 0_mcpu, at(now + shift));
      usage_later.sample_memory(later, memory, at(now + shift));
    }
    const VpaEstimate result = estimate_one(history);
    CHECK(result == estimate_one(later));
    CHECK(result.lower_bound.cpu <= result.target.cpu);
    CHECK(result.target.cpu <= result.upper_bound.cpu);
    CHECK(result.lower_bound.memory <= result.target.memory);
    CHECK(result.target.memory <= result.upper_bound.memory);
    for (double fraction = 0.05; fraction < 1.0; fraction += 0.05)
      CHECK(history.cpu().percentile(fraction - 0.05) <= history.cpu().percentile(fraction));
  }
}

TEST_CASE("Random samples of one time: the percentile is the end of the bucket of the sample that a sorted list has there") {
  const std::uint32_t seed = 20261122;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<double> values(1 + random() % 60);
    DecayingHistogram histogram(kCpu, 24_h);
    for (double& value : values) {
      value = static_cast<double>(random() % 20'000) / 1000.0;
      histogram.add(value, 1.0, at(0_s));
    }
    std::ranges::sort(values);
    for (std::size_t k = 1; k <= values.size(); ++k) {
      // Half a sample below the k-th: no rounding decides.
      const double fraction = (static_cast<double>(k) - 0.5) / static_cast<double>(values.size());
      CHECK(histogram.percentile(fraction) == kCpu.start(kCpu.find(values[k - 1]) + 1));
    }
  }
}

TEST_CASE("Random additions and removals: what was taken back is as if it had never been") {
  const std::uint32_t seed = 20261123;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 100; ++round) {
    DecayingHistogram kept(kCpu, 24_h), changed(kCpu, 24_h);
    for (int i = 0; i < 40; ++i) {
      const double value = static_cast<double>(random() % 20'000) / 1000.0, gone = static_cast<double>(random() % 20'000) / 1000.0;
      // Whole half-lives after the start: the weights are powers of two and sums of them exact.
      const SimTime when = at(24_h * static_cast<std::int64_t>(random() % 20));
      kept.add(value, 1.0, when);
      changed.add(gone, 1.0, when);
      changed.add(value, 1.0, when);
      changed.subtract(gone, 1.0, when);
    }
    for (double fraction = 0.025; fraction < 1.0; fraction += 0.05) CHECK(changed.percentile(fraction) == kept.percentile(fraction));
  }
}
