/// Elementary functions whose last bit is the same on every machine and the same as in upstream's build.
#pragma once

namespace akstwin {

/// Natural logarithm of a positive finite number.
double reproducible_log(double x);
/// 2^x.
double reproducible_exp2(double x);
/// x^n for x > 0, by squaring; an infinite x gives infinity, 1 or 0.
double reproducible_power(double x, int n);

}  // namespace akstwin
