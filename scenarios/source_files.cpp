#include "scenarios/source_files.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "scenarios/imports/json_text.hpp"
#include "sim/base/hash.hpp"

namespace akstwin {
namespace fs = std::filesystem;
namespace {

// More files than this below one reference is a wrong path ("/"), not a platform.
constexpr std::size_t kMaxFiles = 20'000;

bool inside(const fs::path& path, const fs::path& folder) {
  const auto [rest, unused] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return rest == folder.end();
}

bool is_manifest(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".yaml" || ending == ".yml" || ending == ".json";
}

// An excerpt of a document on one line would be the whole document.
bool has_long_line(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > 4'000) return true;
    begin = end + 1;
  }
  return false;
}

void add_problem(const YamlNode& at, std::string code, std::string message, std::string hint, Diagnostics& diagnostics) {
  diagnostics.add({Severity::Error, std::move(code), at.position(), std::move(message), std::move(hint)});
}

}  // namespace

std::optional<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > max_bytes) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  return text;
}

SourceFiles::SourceFiles(const std::string& scenario_path, bool allow_outside)
    : folder_(fs::path(scenario_path).parent_path()), allow_outside_(allow_outside) {
  if (folder_.empty()) folder_ = ".";
}

std::string SourceFiles::normalized(const std::string& reference) {
  std::string text = fs::path(reference).lexically_normal().generic_string();
  while (text.ends_with('/')) text.pop_back();
  return text == "." ? std::string() : text;
}

std::string SourceFiles::joined(const std::string& folder, const std::string& path) {
  return normalized(folder.empty() || path.starts_with('/') ? path : folder + "/" + path);
}

std::optional<fs::path> SourceFiles::resolve(const std::string& reference, const YamlNode& at, Diagnostics& diagnostics) const {
  const fs::path path = (folder_ / reference).lexically_normal();
  std::error_code error;
  if (!fs::exists(path, error) || error) {
    add_problem(at, "S001", "there is no file or folder '" + reference + "'", "paths are relative to the scenario file's folder, " + folder_.string(), diagnostics);
    return std::nullopt;
  }
  const fs::path real = fs::canonical(path, error), root = fs::canonical(folder_, error);
  if (error || (!allow_outside_ && !inside(real, root))) {
    add_problem(at, "S022", "'" + reference + "' leads out of the scenario's folder", "move it below the folder, or pass --allow-outside", diagnostics);
    return std::nullopt;
  }
  return path;
}

SourceFile SourceFiles::source(const fs::path& path) const {
  return {path.generic_string(), path.lexically_relative(folder_.lexically_normal()).generic_string(), path};
}

std::optional<SourceFile> SourceFiles::file(const std::string& reference, const YamlNode& at, Diagnostics& diagnostics) const {
  const auto path = resolve(reference, at, diagnostics);
  if (!path) return std::nullopt;
  std::error_code error;
  if (!fs::is_regular_file(*path, error)) {
    add_problem(at, "S001", "'" + reference + "' is not a file", "name a file", diagnostics);
    return std::nullopt;
  }
  return source(*path);
}

bool SourceFiles::is_file(const std::string& reference) const {
  std::error_code error;
  return fs::is_regular_file(folder_ / reference, error);
}

bool SourceFiles::is_folder(const std::string& reference) const {
  std::error_code error;
  return fs::is_directory(folder_ / reference, error);
}

std::vector<SourceFile> SourceFiles::files(const std::string& reference, const YamlNode& at, Diagnostics& diagnostics) const {
  const auto path = resolve(reference, at, diagnostics);
  if (!path) return {};
  std::error_code error;
  std::vector<SourceFile> found;
  if (!fs::is_directory(*path, error)) {
    found.push_back(source(*path));
    return found;
  }
  // Links to folders are not followed, so that a loop of links cannot be entered; links to files are checked one by one.
  for (fs::recursive_directory_iterator entry(*path, fs::directory_options::skip_permission_denied, error), end; !error && entry != end; entry.increment(error)) {
    if (!is_manifest(entry->path()) || entry->is_directory(error)) continue;
    if (entry->is_symlink(error) && !resolve(entry->path().lexically_relative(folder_.lexically_normal()).string(), at, diagnostics)) continue;
    found.push_back(source(entry->path()));
    if (found.size() > kMaxFiles) {
      add_problem(at, "S002", "'" + reference + "' holds more than " + std::to_string(kMaxFiles) + " manifests", "name the folders that matter", diagnostics);
      return {};
    }
  }
  std::ranges::sort(found, {}, &SourceFile::relative);
  if (found.empty()) add_problem(at, "S001", "'" + reference + "' holds no .yaml, .yml or .json file", "name the folder with the manifests", diagnostics);
  return found;
}

std::optional<std::string> SourceFiles::read(const SourceFile& source, const YamlNode& at, std::size_t max_bytes, Diagnostics& diagnostics) {
  auto text = read_file(source.path, max_bytes);
  if (!text) {
    add_problem(at, "S002", "'" + source.shown + "' cannot be read, or is larger than " + std::to_string(max_bytes >> 20) + " MiB", "check its permissions and size", diagnostics);
    return std::nullopt;
  }
  remember(source.relative, *text);
  if (!holds_secret(*text) && !has_long_line(*text)) diagnostics.add_source(source.shown, *text);
  return text;
}

void SourceFiles::remember(std::string relative, std::string_view text) { digests_[std::move(relative)] = sha256_hex(text); }

std::string SourceFiles::sha256() const {
  std::string all;
  for (const auto& [path, digest] : digests_) all += path + '\n' + digest + '\n';
  return sha256_hex(all);
}

}  // namespace akstwin
