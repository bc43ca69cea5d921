/// Azure Chaos Studio experiments as steps of a game day.
#pragma once
#include "scenarios/imports/fragment.hpp"
#include "sim/base/time.hpp"

#include <optional>

namespace akstwin {

/// Whether the document is an experiment: properties (or the document itself) with selectors and steps.
bool is_chaos_experiment(const YamlNode& document);

/// Reads steps that follow one another, branches side by side, actions of a branch in order. Faults that the twin has become steps of
/// `out`, at times from the experiment's begin; the others are named in `out.ignored`.
void read_chaos_experiment(const YamlNode& document, Fragment& out);

/// "PT10M", "P1DT2H": an ISO-8601 duration of days, hours, minutes and seconds.
std::optional<Duration> parse_iso_duration(std::string_view text);

}  // namespace akstwin
