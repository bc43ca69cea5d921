/// `akstwin export`: a run for other tools.
#pragma once
#include <cstdint>
#include <string>

#include "adapters/cli/console.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct ExportArguments {
  std::string source, format, out, from, to, at, step, variant, cluster;
  std::uint32_t replication = 0;
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, ExportArguments& arguments);
ExitCode execute(const ExportArguments& arguments, Console& console);

}  // namespace akstwin
