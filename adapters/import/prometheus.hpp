/// Answers of Prometheus range queries as load and use of workloads.
#pragma once
#include "adapters/import/imported.hpp"

namespace akstwin {

/// Whether the document is {"status":"success","data":{"resultType":"matrix",…}}.
bool is_range_query(const YamlNode& document);

/// Adds the series of an answer to the services of `out`. Counters (names ending in _total, _count, _sum) become rates. False, with a
/// diagnostic, when a sample is none.
bool read_range_query(const YamlNode& document, const std::string& path, SeriesMeaning meaning, Imported& out, Diagnostics& diagnostics);

}  // namespace akstwin
