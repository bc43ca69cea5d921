/// The files of one scenario: resolved against its folder, kept inside it, read once, hashed together.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/yaml_document.hpp"

namespace akstwin {

/// One file that a scenario refers to.
struct SourceFile {
  std::string shown;                        ///< path as diagnostics show it
  std::string relative;                     ///< path relative to the scenario's folder, with '/'
  std::filesystem::path path;
};

/// Reads what a scenario refers to. Relative paths start at the scenario's folder and may not leave it, through symbolic links
/// neither, unless that is allowed.
class SourceFiles {
 public:
  SourceFiles(const std::string& scenario_path, bool allow_outside);

  /// The file that `reference` names, or nothing with a diagnostic at `at`.
  std::optional<SourceFile> file(const std::string& reference, const YamlNode& at, Diagnostics& diagnostics) const;
  /// A file, or the files below a folder whose names end in one of `endings`, sorted by path.
  std::vector<SourceFile> files(const std::string& reference, const YamlNode& at, Diagnostics& diagnostics) const;
  /// Whether there is such a file or folder. Asks nothing of its place: file() does.
  bool is_file(const std::string& reference) const;
  bool is_folder(const std::string& reference) const;
  /// The text of a file; remembered for the hash and, unless it seems to hold a Secret, registered for excerpts. Nothing with a diagnostic when unreadable.
  std::optional<std::string> read(const SourceFile& source, const YamlNode& at, std::size_t max_bytes, Diagnostics& diagnostics);
  /// Adds a text that is already in memory (the scenario itself) to the hash.
  void remember(std::string relative, std::string_view text);
  /// SHA-256 over path, length and bytes of everything read, in order of path.
  std::string sha256() const;
  /// `reference` relative to the scenario's folder, normalised: "./apps/" → "apps"; empty for the folder itself.
  static std::string normalized(const std::string& reference);
  /// `path` as a file in `folder` writes it, relative to the scenario's folder; one that begins with '/' stays as it is.
  static std::string joined(const std::string& folder, const std::string& path);

 private:
  std::optional<std::filesystem::path> resolve(const std::string& reference, const YamlNode& at, Diagnostics& diagnostics) const;
  SourceFile source(const std::filesystem::path& path) const;

  std::filesystem::path folder_;            ///< as given
  bool allow_outside_;
  std::map<std::string, std::string> digests_;   ///< relative path → SHA-256
};

/// Reads a whole file; nothing when it cannot be read or is larger than `max_bytes`.
std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace akstwin
