#include <algorithm>
#include <ostream>

#include "reports/render_text.hpp"

namespace akstwin {
namespace {

// Terminal columns: code points, since nothing here is double width.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string space(to - std::min(to, width(text)), ' ');
  return right ? space + text : text + space;
}

std::string colored(const std::string& cell, const std::string& shown) {
  if (cell == "pass" || cell == "yes") return "\x1b[32m" + shown + "\x1b[0m";
  if (cell == "fail" || cell == "no") return "\x1b[31m" + shown + "\x1b[0m";
  if (cell == "inconclusive") return "\x1b[33m" + shown + "\x1b[0m";
  return shown;
}

void write_row(const std::vector<std::string>& row, const ReportTable& table, const std::vector<std::size_t>& widths, bool color,
               std::ostream& out) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string shown = padded(row[i], widths[i], table.columns[i].right);
    line += (i == 0 ? "  " : "   ") + (color ? colored(row[i], shown) : shown);
  }
  const auto last = line.find_last_not_of(' ');
  out << line.substr(0, last == std::string::npos ? 0 : last + 1) << '\n';
}

void write_table(const ReportTable& table, bool color, std::ostream& out) {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : table.columns) {
    titles.push_back(column.title);
    widths.push_back(width(column.title));
  }
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  out << '\n' << table.title << '\n';
  write_row(titles, table, widths, false, out);
  for (const auto& row : table.rows) write_row(row, table, widths, color, out);
}

void print_notes(const char* title, const std::vector<std::string>& notes, std::ostream& out) {
  if (notes.empty()) return;
  out << '\n' << title << '\n';
  for (const std::string& note : notes) out << "  - " << note << '\n';
}

}  // namespace

void render_table(const Document& document, bool color, std::ostream& out) {
  out << document.title << (document.question.empty() ? "" : ": ") << document.question << "\n\n" << document.answer << '\n';
  if (document.has_thresholds) {
    const std::string verdict(to_string(document.verdict));
    out << (color ? colored(verdict, verdict) : verdict) << ": " << document.verdict_sentence << '\n';
  }
  for (const Section& section : document.sections) {
    out << "\n== " << section.title << " ==\n" << section.answer << '\n';
    bool after_table = false;
    for (const Block& block : section.blocks) {
      if (const auto* sentence = std::get_if<std::string>(&block)) {
        out << (after_table ? "\n" : "") << *sentence << '\n';
        after_table = false;
      } else if (const auto* table = std::get_if<ReportTable>(&block); table != nullptr && !table->detail) {
        write_table(*table, color, out);
        after_table = true;
      }
    }
  }
  print_notes("Warnings", document.warnings, out);
  print_notes("Findings", document.findings, out);
  print_notes("Assumptions", document.assumptions, out);
}

}  // namespace akstwin
