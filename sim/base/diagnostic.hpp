/// The user's mistakes, shown all at once with position, excerpt, caret and advice.
#pragma once
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akstwin {

enum class Severity { Warning, Error };

/// Where in a file. Lines and columns count from 1; 0 means "the file as a whole".
struct Position {
  std::string file{};
  int line = 0, column = 0;
  int length = 1;              ///< columns that the caret underlines
};

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code{};          ///< "S012"; see docs/reference/diagnostics.md
  Position at{};
  std::string message{};       ///< what is wrong, with the value and the place in the structure
  std::string hint{};          ///< what to do about it; printed after the caret
};

/// Collects diagnostics and the texts of the files they point into.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic);
  /// Registers a file's text so that excerpts can be shown.
  void add_source(std::string file, std::string text);
  bool has_errors() const;
  std::size_t error_count() const;
  /// Sorted by file, line, column, code; duplicates removed.
  std::vector<Diagnostic> sorted() const;
  /// Prints `file:line:column: error[code]: message`, the excerpt, the caret and the hint of each.
  void print(std::ostream& out) const;

 private:
  struct Source { std::string file, text; };
  std::vector<Diagnostic> diagnostics_;
  std::vector<Source> sources_;
};

/// The candidate closest to `text` by edit distance (with transpositions, case-insensitive), or empty when none is near:
/// at most a third of the length, and at least one, edits.
std::string closest(std::string_view text, std::span<const std::string> candidates);

}  // namespace akstwin
