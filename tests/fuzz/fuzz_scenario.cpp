// Any bytes as a scenario, and as a manifest: the reader refuses or accepts, nothing else. The corpus to start from is scenarios/catalog.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "scenarios/load.hpp"
#include "scenarios/yaml_document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  akstwin::Diagnostics diagnostics;
  akstwin::LoadOptions options;
  options.path = "fuzz/scenario.yaml";   // a folder that does not exist: references fail, nothing is read from the disk
  akstwin::load_scenario_text(text, options, diagnostics);
  akstwin::parse_yaml("fuzz.yaml", text, akstwin::kManifestLimits, diagnostics);
  diagnostics.sorted();
  return 0;
}
