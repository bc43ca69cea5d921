/// Answers of Prometheus range queries as load and use of workloads.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scenarios/imports/fragment.hpp"

namespace akstwin {

/// What a series measures. Auto: decided by its name.
enum class SeriesMeaning { Auto, Load, Cpu, Memory, RequestSize };

/// The sum of all series at one time, in whole seconds since 1970.
struct TimedValue {
  std::int64_t at = 0;
  double value = 0;
};

/// Load and use of one workload.
struct MeasuredService {
  std::string workload;                     ///< "namespace/name"
  std::string source;                       ///< the file with the load
  std::int64_t step_seconds = 60;
  std::vector<double> load;                 ///< requests a second, one a step
  double cpu_cores = 0, memory_bytes = 0, request_bytes = 0;   ///< means; 0: not in the input
  int pods = 0;                             ///< pods that the memory is of; 0: unknown
  std::vector<TimedValue> load_at, cpu_at;  ///< requests a second, and cores, by time: what a fit of one on the other needs
};

/// What the answers hold together.
struct Measurements {
  std::vector<MeasuredService> services;
  std::map<std::string, int> counts;        ///< series and samples
  LeftOutMap notes;
};

/// Whether the document is {"status":"success","data":{"resultType":"matrix",…}}.
bool is_range_query(const YamlNode& document);

/// Adds the series of an answer. Counters (names ending in _total, _count, _sum) become rates. False, with a diagnostic, when a sample is
/// none.
bool read_range_query(const YamlNode& document, const std::string& path, SeriesMeaning meaning, Measurements& out, Diagnostics& diagnostics);

/// A `services` entry of a scenario: its workload, `traffic` unless that is null, and what follows from the use.
YamlNode service_entry(const MeasuredService& service, const YamlNode& traffic);

}  // namespace akstwin
