/// What an import found, as a table, JSON or YAML.
#pragma once
#include <string>

#include "adapters/import/imported.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

/// Sources and counts by kind.
std::string imported_as_table(const Imported& imported, const Diagnostics& diagnostics);
/// The same with everything found; no secrets. `schemaVersion` 1.
std::string imported_as_json(const Imported& imported, const Diagnostics& diagnostics);
/// Parts of a scenario where Azure resources, load, faults or prices were found; otherwise the Kubernetes objects without what decides nothing.
std::string imported_as_yaml(const Imported& imported);

/// The `services` entries of a scenario; `traces` is the CSV file with their load.
YamlNode services_node(const std::vector<MeasuredService>& services, const std::string& traces);
/// Load of the services, a column each, a row a step.
std::string traces_csv(const std::vector<MeasuredService>& services);

}  // namespace akstwin
