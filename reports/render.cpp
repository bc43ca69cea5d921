#include "reports/render.hpp"

#include "reports/render_html.hpp"
#include "reports/render_json.hpp"
#include "reports/render_text.hpp"

namespace akstwin {

std::optional<Format> parse_format(std::string_view text) {
  if (text == "table") return Format::Table;
  if (text == "json") return Format::Json;
  if (text == "csv") return Format::Csv;
  if (text == "md" || text == "markdown") return Format::Markdown;
  if (text == "html") return Format::Html;
  return std::nullopt;
}

void render(const Outcome& outcome, const std::vector<Comparison>& comparisons, Format format, std::ostream& out,
            const RenderOptions& options) {
  if (format == Format::Json) return render_json(outcome, comparisons, out);
  const Document document = build_document(outcome, comparisons);
  switch (format) {
    case Format::Table:
      return render_table(document, options.color, out);
    case Format::Csv:
      return render_csv(document, out);
    case Format::Markdown:
      return render_markdown(document, out);
    case Format::Html:
      return render_html(document, out);
    case Format::Json:
      break;
  }
}

}  // namespace akstwin
