#include "sim/base/diagnostic.hpp"

#include <algorithm>
#include <ostream>
#include <tuple>

namespace akstwin {
namespace {

auto key(const Diagnostic& d) { return std::tie(d.at.file, d.at.line, d.at.column, d.code, d.message, d.hint); }

/// Line number `line` (from 1) of `text`, without its line break.
std::string_view line_of(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view found = text.substr(0, text.find('\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

/// Blanks as wide as the first `count` bytes of `line`: tabs stay tabs, the later bytes of a UTF-8 character take no room.
std::string blanks_like(std::string_view line, std::size_t count) {
  std::string blanks;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned char c = i < line.size() ? static_cast<unsigned char>(line[i]) : ' ';
    if ((c & 0xC0U) == 0x80U) continue;
    blanks += c == '\t' ? '\t' : ' ';
  }
  return blanks;
}

void print_excerpt(std::ostream& out, std::string_view line, const Diagnostic& d) {
  std::string number = std::to_string(d.at.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  out << number << " | " << line << '\n';
  if (d.at.column < 1) {
    if (!d.hint.empty()) out << std::string(number.size(), ' ') << " | " << d.hint << '\n';
    return;
  }
  out << std::string(number.size(), ' ') << " | " << blanks_like(line, static_cast<std::size_t>(d.at.column - 1)) << '^';
  out << std::string(static_cast<std::size_t>(std::max(d.at.length, 1) - 1), '~');
  if (!d.hint.empty()) out << ' ' << d.hint;
  out << '\n';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Edits (insert, delete, replace, swap neighbours) from `a` to `b`, ignoring case: optimal string alignment.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }

void Diagnostics::add_source(std::string file, std::string text) { sources_.push_back({std::move(file), std::move(text)}); }

bool Diagnostics::has_errors() const { return error_count() > 0; }

std::size_t Diagnostics::error_count() const {
  const auto all = sorted();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; }));
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> all = diagnostics_;
  std::stable_sort(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  all.erase(std::unique(all.begin(), all.end(), [](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); }), all.end());
  return all;
}

void Diagnostics::print(std::ostream& out) const {
  for (const Diagnostic& d : sorted()) {
    out << d.at.file;
    if (d.at.line > 0) out << ':' << d.at.line << ':' << std::max(d.at.column, 1);
    out << ": " << (d.severity == Severity::Error ? "error" : "warning") << '[' << d.code << "]: " << d.message << '\n';
    const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const Source& s) { return s.file == d.at.file; });
    if (d.at.line > 0 && source != sources_.end()) {
      print_excerpt(out, line_of(source->text, d.at.line), d);
    } else if (!d.hint.empty()) {
      out << "      | " << d.hint << '\n';
    }
  }
}

std::string closest(std::string_view text, std::span<const std::string> candidates) {
  const std::size_t limit = std::max<std::size_t>(1, text.size() / 3);
  std::size_t best_distance = limit + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(text, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace akstwin
