/// `akstwin calibrate RECORDING`: parameters for scenarios from what was seen, with how well they fit.
#pragma once
#include <string>
#include <vector>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct CalibrateArguments {
  std::string recording, output = "table";
  std::vector<std::string> prometheus;   ///< answers of range queries
};

CLI::App* declare(CLI::App& app, CalibrateArguments& arguments);
ExitCode execute(const CalibrateArguments& arguments, Console& console);

}  // namespace akstwin
