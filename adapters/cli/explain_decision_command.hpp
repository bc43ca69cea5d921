/// `akstwin explain-decision`: why a pod waits, a node stays, a pool has its size, an autoscaler wants its replicas.
#pragma once
#include <cstdint>
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"
#include "adapters/cli/scenario_arguments.hpp"

namespace akstwin {

struct ExplainDecisionArguments {
  std::string result;                                ///< a folder of reports, its result.json or run.json, or a scenario file
  std::string pod, node, pool, hpa;                  ///< exactly one
  std::string at, cluster, variant, format = "text";
  std::uint32_t replication = 0;
};

CLI::App* declare(CLI::App& app, ExplainDecisionArguments& arguments);
ExitCode execute(const ExplainDecisionArguments& arguments, Console& console);

}  // namespace akstwin
