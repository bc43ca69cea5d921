#include "sim/distributions.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace akstwin;
using namespace akstwin::literals;

TEST_CASE("The normal quantile inverts the error function") {
  CHECK(normal_quantile(0.5) == 0);
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-15));
  CHECK(normal_quantile(0.25) == Approx(-0.6744897501960817).epsilon(1e-15));   // AS 241's own check values
  CHECK(normal_quantile(0.001) == Approx(-3.090232306167814).epsilon(1e-15));
  CHECK(normal_quantile(1e-20) == Approx(-9.262340089798408).epsilon(1e-14));
  for (const double u : {1e-300, 1e-12, 1e-5, 0.01, 0.07, 0.3, 0.5, 0.6}) {
    CAPTURE(u);
    CHECK(0.5 * std::erfc(-normal_quantile(u) / std::sqrt(2.0)) == Approx(u).epsilon(1e-11));
  }
}

TEST_CASE("Exponential and Weibull quantiles are their closed forms") {
  CHECK(exponential_quantile(0.5, 10) == Approx(6.931471805599453));   // 10 ln 2
  CHECK(weibull_quantile(1 - std::exp(-1.0), 2.5, 7) == Approx(7));    // the scale is the 63 % quantile
  CHECK(weibull_quantile(0.3, 1, 4) == Approx(exponential_quantile(0.3, 4)));
}

TEST_CASE("A Poisson quantile is the smallest count whose cumulative share reaches u") {
  // Mean 2: shares 0.1353, 0.2707, 0.2707, 0.1804, 0.0902 …; sums 0.1353, 0.4060, 0.6767, 0.8571, 0.9473.
  CHECK(poisson_quantile(0.1353, 2) == 0);
  CHECK(poisson_quantile(0.1354, 2) == 1);
  CHECK(poisson_quantile(0.5, 2) == 2);
  CHECK(poisson_quantile(0.9, 2) == 4);
  CHECK(poisson_quantile(0.7, 0) == 0);
  // Median of a large mean: about mean + 1/3 − 0.02/mean.
  CHECK(poisson_quantile(0.5, 10'000) == 10'000);
  CHECK(poisson_quantile(0.975, 1'000'000) == 1'001'960);   // mean + 1.96 √mean
  CHECK(poisson_quantile(1 - 0x1p-53, 50) < 200);
}

TEST_CASE("A log-normal duration has the two quantiles that it was given") {
  const LogNormal boot{90_s, 210_s};
  CHECK(boot.quantile(0.5) == 90_s);
  CHECK(boot.quantile(0.95) == 210_s);
  CHECK(boot.quantile(0.05).us == Approx(90e6 * 90 / 210).margin(1));   // symmetric in the logarithm
  CHECK(LogNormal{5_s, 5_s}.quantile(0.99) == 5_s);
  CHECK(LogNormal{1_us, 10_us}.quantile(1e-9) == 1_us);
}

TEST_CASE("An empirical distribution is linear between its values") {
  const Empirical measured{{10_s, 20_s, 40_s}};
  CHECK(measured.quantile(0.25) == 15_s);
  CHECK(measured.quantile(0.5) == 20_s);
  CHECK(measured.quantile(0.75) == 30_s);
  CHECK(Empirical{{7_s}}.quantile(0.9) == 7_s);
}

TEST_CASE("Every quantile rises with u, as common random numbers need") {
  const LogNormal lognormal{3_s, 20_s};
  const Empirical empirical{{1_s, 1_s, 5_s, 9_s}};
  for (int i = 1; i < 400; ++i) {
    const double u = i / 401.0, v = (i + 1) / 401.0;
    CHECK(normal_quantile(u) < normal_quantile(v));
    CHECK(lognormal.quantile(u) <= lognormal.quantile(v));
    CHECK(empirical.quantile(u) <= empirical.quantile(v));
    CHECK(poisson_quantile(u, 30) <= poisson_quantile(v, 30));
  }
}
