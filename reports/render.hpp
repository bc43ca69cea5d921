/// An Outcome as text for people and programs.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/outcome.hpp"

namespace akstwin {

enum class Format : std::uint8_t { Table, Json, Csv, Markdown, Html };

/// "table", "json", "csv", "md" or "markdown", "html".
std::optional<Format> parse_format(std::string_view text);

struct RenderOptions {
  bool color = false;  ///< tables only: ANSI colours for verdicts
};

/// Writes the whole report. Deterministic: the same outcome gives the same bytes.
void render(const Outcome& outcome, const std::vector<Comparison>& comparisons, Format format, std::ostream& out,
            const RenderOptions& options = {});

}  // namespace akstwin
