#include "models/controllers/autoscaling/reproducible_math.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/base/check.hpp"

// A C library may round the last bit as it likes, and a recommendation truncates to whole bytes. Upstream runs on Go, whose functions follow
// the published fdlibm series (Sun Microsystems, 1993: e_log.c, e_exp.c) and take integer powers by squaring the mantissa. The same sums are
// formed here in the same order; frexp and ldexp are exact.

namespace akstwin {
namespace {

// ln 2 in two parts, so that a multiple of the first is exact (fdlibm).
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;

}  // namespace

double reproducible_log(double x) {
  AKSTWIN_CHECK(x > 0.0 && std::isfinite(x), "a histogram takes logarithms of finite positive numbers");
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.70710678118654752440) {   // √½: keeps the series' argument small
    mantissa *= 2;
    --exponent;
  }
  const double f = mantissa - 1;
  const double k = exponent;
  // log(1+f) = f − s·(f − R) with s = f / (2+f); R is a minimax polynomial in s² (coefficients Lg1…Lg7 of fdlibm).
  const double s = f / (2 + f);
  const double s2 = s * s;
  const double s4 = s2 * s2;
  const double odd = s2 * (6.666666666666735130e-01 + s4 * (2.857142874366239149e-01 + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)));
  const double even = s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01));
  const double half_square = 0.5 * f * f;
  return k * kLn2High - ((half_square - (s * (half_square + (odd + even)) + k * kLn2Low)) - f);
}

double reproducible_exp2(double x) {
  AKSTWIN_CHECK(x > -1000.0 && x < 1000.0, "a decay exponent stays far from overflow");
  const int k = static_cast<int>(x > 0 ? x + 0.5 : x - 0.5);
  const double t = x - k;
  // exp(r) with r = high − low = t·ln 2; a minimax polynomial in r² (coefficients P1…P5 of fdlibm).
  const double high = t * kLn2High;
  const double low = -t * kLn2Low;
  const double r = high - low;
  const double r2 = r * r;
  const double c = r - r2 * (1.66666666666666657415e-01 +
                             r2 * (-2.77777777770155933842e-03 +
                                   r2 * (6.61375632143793436117e-05 + r2 * (-1.65339022054652515390e-06 + r2 * 4.13813679705723846039e-08))));
  const double y = 1 - ((low - (r * c) / (2 - c)) - high);
  return std::ldexp(y, k);
}

double reproducible_power(double x, int n) {
  AKSTWIN_CHECK(x > 0.0, "powers are taken of positive numbers");
  if (n == 0 || x == 1.0) return 1.0;
  if (n == 1) return x;
  if (std::isinf(x)) return n > 0 ? x : 0.0;
  int square_exponent = 0;
  double square = std::frexp(x, &square_exponent);
  double mantissa = 1.0;
  std::int64_t exponent = 0;
  std::int64_t power = square_exponent;
  for (unsigned left = static_cast<unsigned>(n < 0 ? -n : n); left != 0; left >>= 1U) {
    if (power > 4096 || power < -4096) return (power > 0) == (n > 0) ? std::numeric_limits<double>::infinity() : 0.0;
    if ((left & 1U) != 0) {
      mantissa *= square;
      exponent += power;
    }
    square *= square;
    power *= 2;
    if (square < 0.5) {
      square += square;
      --power;
    }
  }
  return n < 0 ? std::ldexp(1 / mantissa, static_cast<int>(-exponent)) : std::ldexp(mantissa, static_cast<int>(exponent));
}

}  // namespace akstwin
