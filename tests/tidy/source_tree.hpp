/// The repository as text, and C++ with everything blanked out that is not code.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace akstwin::tidy {

struct SourceFile {
  std::string path;            ///< relative to the root, with slashes: "sim/base/time.hpp"
  std::string text;
  std::string code;            ///< C++ only: `text` with comments and literals blanked, line by line the same length
};

/// A rule that does not hold at a place.
struct Violation {
  std::string path;
  int line = 0;
  std::string what;
};

bool is_header(std::string_view path);
bool is_cpp(std::string_view path);
bool starts_with_folder(std::string_view path, std::string_view folder);

/// Blanks comments, string and character literals (raw ones too) and preprocessor lines; newlines stay.
std::string code_only(std::string_view text);

SourceFile source_file(std::string path, std::string text);

/// All files below the root but the build, the output and .git; what is no text of ours comes without its content.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);

std::vector<std::string_view> lines_of(std::string_view text);
int line_at(std::string_view text, std::size_t offset);

}  // namespace akstwin::tidy
