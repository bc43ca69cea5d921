#include <ostream>

#include "reports/render_text.hpp"

namespace akstwin {
namespace {

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void write_row(const std::vector<std::string>& cells, std::ostream& out) {
  for (std::size_t i = 0; i < cells.size(); ++i) out << (i == 0 ? "" : ",") << field(cells[i]);
  out << "\r\n";
}

}  // namespace

void render_csv(const Document& document, std::ostream& out) {
  bool first = true;
  for (const Section& section : document.sections)
    for (const Block& block : section.blocks) {
      const auto* table = std::get_if<ReportTable>(&block);
      if (table == nullptr) continue;
      out << (first ? "" : "\r\n") << "# " << table->id << "\r\n";
      first = false;
      std::vector<std::string> titles;
      for (const Column& column : table->columns) titles.push_back(column.title);
      write_row(titles, out);
      for (const auto& row : table->rows) write_row(row, out);
    }
}

}  // namespace akstwin
