/// `akstwin completion bash`: a script that completes verbs and options, made from what the program declares.
#pragma once
#include <string>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct CompletionArguments {
  std::string shell = "bash";
};

CLI::App* declare(CLI::App& app, CompletionArguments& arguments);
ExitCode execute(const CompletionArguments& arguments, const CLI::App& app, Console& console);

}  // namespace akstwin
