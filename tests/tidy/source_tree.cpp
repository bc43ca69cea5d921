#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace akstwin::tidy {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Blanks [from, to) but keeps newlines.
void blank(std::string& code, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, code.size()); ++i)
    if (code[i] != '\n') code[i] = ' ';
}

std::size_t end_of_line(std::string_view text, std::size_t at) { return std::min(text.find('\n', at), text.size()); }

/// The end of a quoted literal that opens at `at`.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == quote || text[i] == '\n')
      return i + 1;
  }
  return text.size();
}

std::size_t end_of_raw(std::string_view text, std::size_t quote) {
  const std::size_t open = text.find('(', quote);
  if (open == std::string_view::npos) return text.size();
  std::string close(1, ')');
  close.append(text.substr(quote + 1, open - quote - 1)).push_back('"');
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

/// The end of a directive, with its continuation lines.
std::size_t end_of_directive(std::string_view text, std::size_t at) {
  std::size_t end = end_of_line(text, at);
  while (end < text.size() && text[end - 1] == '\\') end = end_of_line(text, end + 1);
  return end;
}

/// The end of what is not code at `i`; `i` itself when it is code.
std::size_t end_of_blank(std::string_view text, std::size_t i, bool line_start) {
  const std::string_view rest = text.substr(i);
  if (rest.starts_with("//")) return end_of_line(text, i);
  if (rest.starts_with("/*")) return std::min(text.find("*/", i + 2), text.size() - 2) + 2;
  if (rest[0] == '#' && line_start) return end_of_directive(text, i);
  if (rest[0] == '"') return i > 0 && text[i - 1] == 'R' ? end_of_raw(text, i) : end_of_quoted(text, i);
  // A quote inside a number separates digits: 1'000.
  if (rest[0] == '\'' && !(i > 0 && is_word(text[i - 1]))) return end_of_quoted(text, i);
  return i;
}

bool is_ours(const fs::path& path) {
  static const std::vector<std::string> kNames = {".cpp", ".hpp", ".md", ".txt", ".cmake", ".yaml", ".yml", ".json", ".mjs", ".js", ".css", ".transcript", ""};
  return std::find(kNames.begin(), kNames.end(), path.extension().string()) != kNames.end();
}

bool is_foreign_folder(const std::string& name) {
  return name == "build" || name == "out" || name == ".git" || name == "node_modules" || name == "__pycache__";
}

/// Tables and recorded data are quoted as they are: they exist, but are not read.
bool is_data(const fs::path& path) { return !is_ours(path) || path.parent_path().filename() == "data"; }

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

bool is_header(std::string_view path) { return path.ends_with(".hpp"); }
bool is_cpp(std::string_view path) { return is_header(path) || path.ends_with(".cpp"); }

bool starts_with_folder(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

std::string code_only(std::string_view text) {
  std::string code(text);
  bool line_start = true;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = end_of_blank(text, i, line_start);
    if (end > i) {
      blank(code, i, end);
      i = end;
      line_start = false;
      continue;
    }
    if (text[i] == '\n')
      line_start = true;
    else if (std::isspace(static_cast<unsigned char>(text[i])) == 0)
      line_start = false;
    ++i;
  }
  return code;
}

SourceFile source_file(std::string path, std::string text) {
  std::string code = is_cpp(path) ? code_only(text) : std::string();
  return {std::move(path), std::move(text), std::move(code)};
}

std::vector<SourceFile> read_tree(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
    if (entry->is_directory() && is_foreign_folder(entry->path().filename().string())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    const std::string text = is_data(entry->path()) ? std::string() : read(entry->path());
    files.push_back(source_file(fs::relative(entry->path(), root).generic_string(), text));
  }
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

int line_at(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

}  // namespace akstwin::tidy
