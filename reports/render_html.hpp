/// One self-contained page: works offline, without JavaScript, in the dark and on paper.
#pragma once
#include <iosfwd>

#include "reports/document.hpp"

namespace akstwin {

/// Writes the page. Every text of the scenario is escaped.
void render_html(const Document& document, std::ostream& out);

}  // namespace akstwin
