#include "reports/render_html.hpp"

#include <ostream>

#include "reports/chart_svg.hpp"
#include "reports/html_style.hpp"
#include "reports/version.hpp"

namespace akstwin {
namespace {

const char* verdict_class(Judgement verdict) {
  switch (verdict) {
    case Judgement::Pass:
      return "pass";
    case Judgement::Fail:
      return "fail";
    case Judgement::Inconclusive:
      return "open";
  }
  return "";
}

constexpr std::size_t kShortCell = 24;  // Bytes: a name, a size, a date; longer cells may wrap.

// Verdicts are words first; the colour repeats them.
std::string cell_html(const Column& column, const std::string& cell) {
  const bool judges = column.title == "Verdict" || column.title == "Within" || column.title == "Safe" || column.title == "Fits";
  if (!judges) return html_escaped(cell);
  const char* style = cell == "yes" || cell == "pass" ? "pass" : cell == "no" || cell == "fail" ? "fail" : "open";
  return "<span class=\"badge " + std::string(style) + "\">" + html_escaped(cell) + "</span>";
}

void table_html(const ReportTable& table, std::ostream& out) {
  out << "<div class=\"scroll\"><table id=\"table-" << html_escaped(table.id) << (table.columns.size() <= 3 ? "\" class=\"narrow" : "")
      << "\"><thead><tr>";
  for (const Column& column : table.columns)
    out << "<th scope=\"col\"" << (column.right ? " class=\"r\"" : "") << ">" << html_escaped(column.title) << "</th>";
  out << "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out << (row.front() == "total" ? "<tr class=\"total\">" : "<tr>");
    for (std::size_t i = 0; i < row.size(); ++i)
      out << (table.columns[i].right        ? "<td class=\"r\">"
              : row[i].size() <= kShortCell ? "<td class=\"n\">"
                                            : "<td>")
          << cell_html(table.columns[i], row[i]) << "</td>";
    out << "</tr>\n";
  }
  out << "</tbody></table></div>\n";
}

void folded_table(const ReportTable& table, std::ostream& out) {
  out << "<details><summary>" << html_escaped(table.title) << " (" << table.rows.size() << ")</summary>";
  table_html(table, out);
  out << "</details>\n";
}

void chart_html(const Chart& given, std::ostream& out) {
  const Chart chart = with_few_series(given);
  out << "<figure id=\"" << html_escaped(chart.id) << "\"><h3>" << html_escaped(chart.title) << "</h3><figcaption>"
      << html_escaped(chart.caption) << "</figcaption>\n";
  if (chart.series.size() > 1 && chart.kind != ChartKind::Heat) {
    out << "<ul class=\"legend\">";
    for (std::size_t i = 0; i < chart.series.size(); ++i)
      out << "<li><i class=\"b" << i % 8 << "\"></i>" << html_escaped(chart.series[i].name) << "</li>";
    out << "</ul>\n";
  }
  out << chart_svg(chart) << "\n</figure>\n";
  const ReportTable numbers = chart_table(chart);
  if (!numbers.rows.empty()) folded_table(numbers, out);
}

void block_html(const Block& block, std::ostream& out) {
  if (const auto* sentence = std::get_if<std::string>(&block)) {
    out << "<p>" << html_escaped(*sentence) << "</p>\n";
  } else if (const auto* chart = std::get_if<Chart>(&block)) {
    chart_html(*chart, out);
  } else if (const auto* table = std::get_if<ReportTable>(&block)) {
    // Long tables are folded too: the answer stays in sight.
    if (table->detail || table->rows.size() > 25) {
      folded_table(*table, out);
    } else {
      out << "<h3>" << html_escaped(table->title) << "</h3>\n";
      table_html(*table, out);
    }
  }
}

void notes_html(const char* id, const char* title, const std::vector<std::string>& notes, std::ostream& out) {
  if (notes.empty()) return;
  out << "<h3 id=\"" << id << "\">" << title << "</h3><ul class=\"notes\">";
  for (const std::string& note : notes) out << "<li>" << html_escaped(note) << "</li>";
  out << "</ul>\n";
}

void head_html(const Document& document, std::ostream& out) {
  out << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"akstwin "
      << tool_version() << "\">\n<link rel=\"icon\" href=\"data:,\">\n<title>" << html_escaped(document.title)
      << " · akstwin</title>\n<style>" << report_css() << "</style></head>\n<body>\n";
}

void header_html(const Document& document, std::ostream& out) {
  out << "<header><h1>" << html_escaped(document.title) << "</h1>\n<p class=\"question\">" << html_escaped(document.question)
      << "</p>\n<p class=\"answer\">" << html_escaped(document.answer) << "</p>\n";
  if (document.has_thresholds)
    out << "<div class=\"banner " << verdict_class(document.verdict) << "\" role=\"status\"><b>" << to_string(document.verdict)
        << "</b><span>" << html_escaped(document.verdict_sentence) << "</span></div>\n";
  out << "<ul class=\"tiles\">";
  for (const Tile& tile : document.tiles)
    out << "<li><span>" << html_escaped(tile.label) << "</span><strong>" << html_escaped(tile.value) << "</strong><span>"
        << html_escaped(tile.note) << "</span></li>";
  out << "</ul>\n<nav aria-label=\"Sections\">";
  for (const Section& section : document.sections)
    out << "<a href=\"#" << html_escaped(section.id) << "\">" << html_escaped(section.title) << "</a>";
  out << "<a href=\"#notes\">Assumptions</a></nav></header>\n";
}

}  // namespace

void render_html(const Document& document, std::ostream& out) {
  head_html(document, out);
  header_html(document, out);
  out << "<main>\n";
  for (const Section& section : document.sections) {
    out << "<section id=\"" << html_escaped(section.id) << "\"><h2>" << html_escaped(section.title) << "</h2>\n<p class=\"answer\">"
        << html_escaped(section.answer) << "</p>\n";
    for (const Block& block : section.blocks) block_html(block, out);
    out << "</section>\n";
  }
  out << "<section id=\"notes\"><h2>What the answers rest on</h2>\n";
  notes_html("warnings", "Warnings", document.warnings, out);
  notes_html("findings", "Findings of the simulated platform", document.findings, out);
  notes_html("assumptions", "Assumptions", document.assumptions, out);
  out << "</section>\n</main>\n<footer>akstwin " << tool_version()
      << ". The same numbers are in the JSON result under the same names.</footer>\n</body></html>\n";
}

}  // namespace akstwin
