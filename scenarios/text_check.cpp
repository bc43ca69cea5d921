#include "scenarios/text_check.hpp"

#include <algorithm>
#include <cstdint>

namespace akstwin {
namespace {

struct Place {
  int line = 1, column = 1;
};

Place place_of(std::string_view text, std::size_t at) {
  Place place;
  for (std::size_t i = 0; i < at; ++i) {
    ++place.column;
    if (text[i] == '\n') place = {place.line + 1, 1};
  }
  return place;
}

unsigned byte_at(std::string_view text, std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; }

/// Length of the UTF-8 character at `at`, or 0 when it is none (overlong forms and surrogates are none).
std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned first = byte_at(text, at), second = byte_at(text, at + 1);
  const auto continues = [&](std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < from + count; ++i)
      if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return false;
    return true;
  };
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1, 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    return continues(1, 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return continues(1, 3) ? 4 : 0;
  }
  return 0;
}

bool is_binary(unsigned c) { return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F; }

/// Offset of the first tab that indents a line with content, or npos.
std::size_t indenting_tab(std::string_view text) {
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::size_t content = std::min(text.find_first_not_of(" \t\r", start), end);
    const std::size_t tab = text.substr(start, content - start).find('\t');
    if (tab != std::string_view::npos && content < end && text[content] != '#') return start + tab;
    start = end + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::string_view line_at(std::string_view text, int number) {
  for (int i = 1; i < number; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::optional<Diagnostic> check_text(const std::string& file, std::string_view text, std::size_t max_bytes, bool tabs_matter) {
  const auto problem = [&](std::string code, std::size_t at, std::string message, std::string hint) {
    const Place place = place_of(text, at);
    return Diagnostic{Severity::Error, std::move(code), {file, place.line, place.column, 1}, std::move(message), std::move(hint)};
  };
  if (text.size() > max_bytes) {
    return Diagnostic{Severity::Error, "S002", {file, 0, 0, 1}, "the file has " + std::to_string(text.size()) + " bytes; at most " + std::to_string(max_bytes) + " are read",
                      "split it, or generate less"};
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return Diagnostic{Severity::Error, "S003", {file, 0, 0, 1}, "the file is UTF-16", "save it as UTF-8"};
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) return problem("S003", at, "the file is not UTF-8 here", "save it as UTF-8; a scenario has no binary content");
    if (length == 1 && is_binary(byte_at(text, at))) return problem("S003", at, "a control character (byte " + std::to_string(byte_at(text, at)) + ") stands here", "remove it; is this a text file?");
    at += length;
  }
  if (tabs_matter) {
    if (const std::size_t tab = indenting_tab(text); tab != std::string_view::npos)
      return problem("S004", tab, "a tab indents this line", "YAML is indented with spaces");
  }
  return std::nullopt;
}

}  // namespace akstwin
