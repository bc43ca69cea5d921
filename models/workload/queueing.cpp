#include "models/workload/queueing.hpp"

#include <algorithm>
#include <cmath>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

// Beyond this the exponential no longer matters: e^60 is 10^26.
constexpr double kExponentMost = 60;
// Closer to saturation than this, the loss formula is its limit there.
constexpr double kAtSaturation = 1e-6;
// The normal quantile of 95 %.
constexpr double kZ95 = 1.6448536269514722;

/// The 95th percentile of a gamma distribution of that mean and squared coefficient of variation (Wilson and Hilferty 1931).
/// Exact for 0 and within 1 % for 1 (exponential: 2.968 instead of 2.996 means).
double gamma_p95(double mean, double variation_squared) {
  const double root = 1.0 - variation_squared / 9.0 + kZ95 * std::sqrt(variation_squared) / 3.0;
  return mean * root * root * root;
}

/// Share of customers that would wait longer than `patience` and leave at once; `excess_rate` = c(1 − ρ) ÷ (S(1 + Cs²)/2).
/// (1 − ρ)·P·E ÷ (1 − ρ·P·E) with E = e^(−patience·excess_rate): exact for M/M/c with P = Erlang's C (Barrer 1957), and good on
/// both sides of saturation: far above it, 1 − 1/ρ.
double loss_share(double utilisation, double wait_power, double exponent_of_wait, double patience_in_rate) {
  const double spare = 1.0 - utilisation;
  if (std::abs(spare) < kAtSaturation) return 1.0 / (1.0 + exponent_of_wait + patience_in_rate);
  const double x = wait_power * std::exp(std::min(-patience_in_rate * spare, kExponentMost));
  return std::clamp(spare * x / (1.0 - utilisation * x), 0.0, 1.0);
}

}  // namespace

ServerModel server_model(Duration service, double variation, std::int64_t servers, Duration patience) {
  AKSTWIN_CHECK(service.us > 0 && servers >= 1, "a pod serves at least one request at once, and that takes time");
  const auto c = static_cast<double>(servers);
  return {.service = service.seconds_real(), .variation_squared = variation * variation, .servers = c,
          .wait_exponent = std::sqrt(2.0 * (c + 1.0)) - 1.0, .patience = patience.seconds_real()};
}

QueueEstimate estimate_queue(const ServerModel& server, double rate, double stretch) {
  QueueEstimate out;
  const double service = server.service * stretch;
  if (rate <= 0) {
    out.response_p95 = std::min(gamma_p95(service, server.variation_squared), server.patience);
    return out;
  }
  const double half_variation = 0.5 * (1.0 + server.variation_squared);   // Allen and Cunneen, Poisson arrivals.
  const double rho = rate * service / server.servers;
  const double power = std::pow(rho, server.wait_exponent);
  const double slack = std::max(0.0, server.patience - service);          // Longest wait that still ends in time.
  const double unit = service * half_variation / server.servers;          // Mean wait of those who wait, times (1 − ρ).
  out.utilisation = rho;
  out.wait_probability = std::min(1.0, power);
  out.loss = loss_share(rho, power, server.wait_exponent, slack / unit);
  const double conditional = rho < 1.0 - kAtSaturation ? std::min(unit / (1.0 - rho), slack) : slack;
  out.wait_mean = out.wait_probability * conditional;
  if (out.loss >= 0.05) {
    out.response_p95 = server.patience;   // At least one in twenty is given up.
    return out;
  }
  // Wait: 0 with 1 − P, otherwise exponential. Response: a gamma of the same mean and variance.
  const double mean = service + out.wait_mean;
  const double wait_variance = out.wait_probability * (2.0 - out.wait_probability) * conditional * conditional;
  const double variance = server.variation_squared * service * service + wait_variance;
  out.response_p95 = std::min(gamma_p95(mean, variance / (mean * mean)), server.patience);
  return out;
}

}  // namespace akstwin
