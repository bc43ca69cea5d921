/// A first scenario from what was imported: something that runs, with comments that say what to replace.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "adapters/import/imported.hpp"

namespace akstwin {

/// A scenario file and the files that it refers to, by their names beside it.
struct FirstScenario {
  std::string text;
  std::map<std::string, std::string> files;
};

/// What `first_scenario` is told besides the import.
struct FirstScenarioOptions {
  std::string name;                         ///< metadata.name
  std::vector<std::string> manifests;       ///< paths for workloads.from; empty: the objects are written beside the scenario
  std::string stem = "scenario";            ///< names of files beside it begin so
};

/// Writes a scenario that is valid for what the import holds. Regions and VM sizes that the catalogue lacks are replaced, and it says so.
FirstScenario first_scenario(const Imported& imported, const FirstScenarioOptions& options);

}  // namespace akstwin
