/// From a recording to parameters: distributions fitted to what was seen, each with how well it fits.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/imports/prometheus.hpp"
#include "sim/distributions.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// A log-normal fitted by maximum likelihood.
struct LogNormalFit {
  std::string name;                      ///< "times.boot of aks-prod/user"
  std::string unit = "s";
  std::int64_t samples = 0;
  double p50 = 0, p95 = 0;               ///< in the unit
  double distance = 0;                   ///< Kolmogorov-Smirnov: largest gap between the sample and the fit
  double critical = 0;                   ///< Lilliefors, 5 %: above it the log-normal is rejected
  bool fits() const { return samples >= 5 && distance <= critical; }
};

/// CPU as a straight line of requests.
struct ServiceFit {
  std::string name;
  std::int64_t samples = 0;
  double cpu_ms_per_request = 0;         ///< millicore-seconds a request: milliseconds of one core
  double cpu_ms_error = 0;               ///< its standard error
  double idle_millicores = 0;
  double r_squared = 0;
  /// Rising, never below nothing, and most of what CPU does is explained by requests: a choice of ours.
  bool fits() const { return samples >= 5 && cpu_ms_per_request > 0 && idle_millicores >= 0 && r_squared >= 0.8; }
};

struct Calibration {
  std::vector<LogNormalFit> times;
  std::vector<ServiceFit> services;
};

/// Fits `values` (all above zero); nothing is rejected silently: fewer than two samples give a fit with samples only.
LogNormalFit fit_log_normal(std::string name, std::vector<double> values);
/// Least squares of y on x.
ServiceFit fit_line(std::string name, const std::vector<double>& requests_per_second, const std::vector<double>& millicores);

/// CPU per request of each workload whose load and CPU a Prometheus server has at the same times.
std::vector<ServiceFit> fit_services(const std::vector<MeasuredService>& services);

/// Boot times by pool, image pulls and pull rates, scheduling, start-up by workload, CPU per request.
Calibration calibrate(const Timeline& timeline);

}  // namespace akstwin
