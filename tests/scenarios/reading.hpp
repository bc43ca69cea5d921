/// Short ways to load texts in tests.
#pragma once
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "scenarios/load.hpp"

namespace akstwin::test {

inline const std::string kHeader =
    "apiVersion: akstwin.io/v1alpha1\n"
    "kind: Scenario\n"
    "metadata: {name: test}\n"
    "spec:\n";

inline const std::string kCluster =
    "  clusters:\n"
    "    - name: aks\n"
    "      location: eastus2\n"
    "      agentPoolProfiles:\n"
    "        - {name: system, mode: System, vmSize: Standard_D4ds_v5, count: 3}\n";

/// The scenario of a text, and what was said about it.
struct Loaded {
  std::optional<Scenario> scenario;
  std::string said;
};

inline Loaded load_text(const std::string& text, LoadOptions options = {}) {
  if (options.path.empty()) options.path = "test.yaml";
  Diagnostics diagnostics;
  Loaded loaded;
  loaded.scenario = load_scenario_text(text, options, diagnostics);
  std::ostringstream out;
  diagnostics.print(out);
  loaded.said = out.str();
  return loaded;
}

/// A folder of its own below the system's temporary folder, removed at the end.
class Folder {
 public:
  explicit Folder(const std::string& name) : path_(std::filesystem::temp_directory_path() / ("akstwin-test-" + name)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((path_ / file).parent_path());
    std::ofstream(path_ / file, std::ios::binary) << text;
  }
  Loaded load(const std::string& file, LoadOptions options = {}) const {
    options.path = (path_ / file).string();
    Diagnostics diagnostics;
    Loaded loaded;
    loaded.scenario = load_scenario(options, diagnostics);
    std::ostringstream out;
    diagnostics.print(out);
    loaded.said = out.str();
    return loaded;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace akstwin::test
