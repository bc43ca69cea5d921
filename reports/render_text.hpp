/// The document for terminals, spreadsheets and pull requests.
#pragma once
#include <iosfwd>

#include "reports/document.hpp"

namespace akstwin {

/// Aligned plain text; charts and long tables are left out. `color` adds ANSI colours to verdicts.
void render_table(const Document& document, bool color, std::ostream& out);
/// Every table as RFC 4180 after a line "# id"; tables are parted by an empty line.
void render_csv(const Document& document, std::ostream& out);
/// GitHub's Markdown; long tables are folded.
void render_markdown(const Document& document, std::ostream& out);

}  // namespace akstwin
