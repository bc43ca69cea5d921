#include <algorithm>
#include <regex>

#include "tests/tidy/rules.hpp"

namespace akstwin::tidy {
namespace {

struct Layer {
  std::string folder;
  std::vector<std::string> below;   ///< folders (or single files) that it may include besides itself
};

/// The picture of docs/architecture.md as a table; the first folder that contains a file is its layer.
const std::vector<Layer>& layers() {
  static const std::vector<Layer> kLayers = {
      {"sim/base", {}},
      {"sim", {"sim/base"}},
      {"models/spec", {"sim"}},
      {"models/catalog", {"models/spec", "sim"}},
      {"models/fit", {"models/spec", "sim"}},
      {"models/api", {"models/fit", "models/spec", "sim"}},
      {"models/observe", {"models/api", "models/fit", "models/spec", "sim"}},
      {"models/azure", {"models/observe", "models/api", "models/fit", "models/catalog", "models/spec", "sim"}},
      {"models/kube", {"models/observe", "models/api", "models/fit", "models/catalog", "models/spec", "sim"}},
      {"models/workload", {"models/observe", "models/api", "models/fit", "models/catalog", "models/spec", "sim"}},
      {"models/controllers", {"models/api", "models/fit", "models/spec", "sim/base"}},
      {"models/gameday", {"models/api", "models/fit", "models/spec", "sim/base"}},
      {"models/world", {"models", "sim"}},
      {"scenarios", {"models/spec", "models/catalog", "sim/base", "sim/distributions.hpp"}},  // a field may be a distribution
      {"reports", {"models/observe", "models/spec", "models/catalog", "sim"}},
      {"adapters", {"reports", "scenarios", "models", "sim"}},
  };
  return kLayers;
}

struct ThirdParty {
  std::string prefix;
  std::vector<std::string> places;  ///< files or folders
};

const std::vector<ThirdParty>& third_parties() {
  static const std::vector<ThirdParty> kThirdParties = {
      {"simgrid/", {"sim/simgrid_kernel.cpp"}},
      {"yaml-cpp/", {"scenarios/yaml_document.cpp"}},
      {"boost/beast", {"adapters/kube", "adapters/azure", "adapters/live", "adapters/http"}},
      {"boost/asio", {"adapters/kube", "adapters/azure", "adapters/live", "adapters/http"}},
      {"Eigen/", {"models/workload"}},
      {"CLI/", {"adapters/cli"}},
      {"catch2/", {"tests"}},
      {"benchmark/", {"bench"}},
      {"random", {"tests", "bench"}},
      {"thread", {"adapters", "tests", "bench"}},
      {"mutex", {"adapters", "tests", "bench"}},
      {"iostream", {"adapters", "tests", "bench"}},
  };
  return kThirdParties;
}

bool lies_in(const std::string& path, const std::string& place) { return path == place || starts_with_folder(path, place); }

const Layer* layer_of(const std::string& path) {
  for (const auto& layer : layers())
    if (starts_with_folder(path, layer.folder)) return &layer;
  return nullptr;
}

/// sim/base is a layer of its own, below the rest of sim.
bool may_include(const Layer& layer, const std::string& target) {
  if (lies_in(target, layer.folder)) return true;
  return std::any_of(layer.below.begin(), layer.below.end(), [&](const auto& folder) { return lies_in(target, folder); });
}

std::string complaint_about(const SourceFile& file, const std::string& target, bool quoted, const Paths& all_paths) {
  if (!quoted) {
    for (const auto& party : third_parties()) {
      const bool matches = party.prefix.find('/') != std::string::npos ? target.starts_with(party.prefix) : target == party.prefix;
      const bool allowed = std::any_of(party.places.begin(), party.places.end(), [&](const auto& p) { return lies_in(file.path, p); });
      if (matches && !allowed) return "<" + target + "> does not belong here";
    }
    return {};
  }
  if (!all_paths.contains(target)) return "\"" + target + "\" is no file of this repository, named from its root";
  const Layer* layer = layer_of(file.path);
  if (layer != nullptr && !may_include(*layer, target)) return layer->folder + " may not include " + target;
  return {};
}

}  // namespace

Violations check_includes(const SourceFile& file, const Paths& all_paths) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  Violations violations;
  int line = 0;
  for (const auto text : lines_of(file.text)) {
    ++line;
    std::match_results<std::string_view::const_iterator> match;
    if (!std::regex_search(text.begin(), text.end(), match, kInclude)) continue;
    const std::string complaint = complaint_about(file, match[2], match[1] == "\"", all_paths);
    if (!complaint.empty()) violations.push_back({file.path, line, complaint});
  }
  return violations;
}

}  // namespace akstwin::tidy
