/// Recorded traffic: CSV columns, Prometheus range queries and k6 stages as a series of rates.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/spec/load_spec.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

/// Declares `trace`, `prometheus` and `stages`, and fills the trace of `out` from the one that is given.
void describe_recorded_traffic(Fields& f, TrafficSpec& out);

/// Scales a trace so that its largest value is `peak_milli_rps`.
void scale_to_peak(std::vector<std::int64_t>& trace_milli_rps, std::int64_t peak_milli_rps);

}  // namespace akstwin
