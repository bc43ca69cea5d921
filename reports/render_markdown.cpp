#include <ostream>

#include "reports/render_text.hpp"

namespace akstwin {
namespace {

// A pipe would end the cell, and < would start HTML.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|')
      out += "\\|";
    else if (c == '<')
      out += "&lt;";
    else if (c == '\n')
      out += ' ';
    else
      out += c;
  }
  return out;
}

void write_table(const ReportTable& table, std::ostream& out) {
  const bool folded = table.detail || table.rows.size() > 25;
  if (folded)
    out << "<details><summary>" << cell(table.title) << "</summary>\n\n";
  else
    out << "### " << cell(table.title) << "\n\n";
  out << '|';
  for (const Column& column : table.columns) out << ' ' << cell(column.title) << " |";
  out << "\n|";
  for (const Column& column : table.columns) out << (column.right ? " ---: |" : " --- |");
  out << '\n';
  for (const auto& row : table.rows) {
    out << '|';
    for (const std::string& one : row) out << ' ' << cell(one) << " |";
    out << '\n';
  }
  out << (folded ? "\n</details>\n\n" : "\n");
}

void write_notes(const char* title, const std::vector<std::string>& notes, std::ostream& out) {
  if (notes.empty()) return;
  out << "## " << title << "\n\n";
  for (const std::string& note : notes) out << "- " << cell(note) << '\n';
  out << '\n';
}

}  // namespace

void render_markdown(const Document& document, std::ostream& out) {
  out << "# " << cell(document.title) << "\n\n";
  if (!document.question.empty()) out << '*' << cell(document.question) << "*\n\n";
  out << "**" << cell(document.answer) << "**\n\n";
  if (document.has_thresholds) out << "**" << to_string(document.verdict) << "**: " << cell(document.verdict_sentence) << "\n\n";
  for (const Section& section : document.sections) {
    out << "## " << cell(section.title) << "\n\n" << cell(section.answer) << "\n\n";
    for (const Block& block : section.blocks) {
      if (const auto* sentence = std::get_if<std::string>(&block)) out << cell(*sentence) << "\n\n";
      if (const auto* table = std::get_if<ReportTable>(&block)) write_table(*table, out);
    }
  }
  write_notes("Warnings", document.warnings, out);
  write_notes("Findings", document.findings, out);
  write_notes("Assumptions", document.assumptions, out);
}

}  // namespace akstwin
