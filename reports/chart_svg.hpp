/// Charts as inline SVG: no script, no external font, colours by class so that dark mode and print restyle them.
#pragma once
#include <string>
#include <string_view>

#include "reports/document.hpp"

namespace akstwin {

/// Escapes &, <, >, " and ' for HTML text and attributes.
std::string html_escaped(std::string_view text);

/// The picture with title and desc for readers that hear it; the legend is not part of it.
std::string chart_svg(const Chart& chart);

/// Series beyond the eighth are folded into "other" (stacked) so that each keeps a colour of its own.
Chart with_few_series(Chart chart);

/// The chart's numbers as a table of at most 48 rows.
ReportTable chart_table(const Chart& chart);

}  // namespace akstwin
