/// `akstwin run`: simulates a scenario and answers its question.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace akstwin {

struct RunArguments {
  ScenarioArguments scenario;
  VariantChoice variants;
  std::string format = "table", kernel = "simgrid", out;
  std::uint32_t jobs = 0;                            ///< 0: one a core
  std::optional<std::uint32_t> replication;          ///< only this one
  bool quiet = false;
};

CLI::App* declare(CLI::App& app, RunArguments& arguments);
ExitCode execute(const RunArguments& arguments, Console& console);

}  // namespace akstwin
