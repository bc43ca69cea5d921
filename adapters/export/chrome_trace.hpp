/// The run as a Chrome trace, which Perfetto and chrome://tracing show.
#pragma once
#include "adapters/export/export_source.hpp"
#include "adapters/export/openmetrics.hpp"

namespace akstwin {

/// JSON of the trace event format: a process a node, a thread a slot on it, a slice from a pod's start to its end; a process a cluster with
/// counters and pending pods; instants for what decided something. Times are microseconds since the run's start.
void write_chrome_trace(const ExportSource& source, const TextSink& sink);

}  // namespace akstwin
