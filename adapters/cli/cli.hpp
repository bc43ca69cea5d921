/// The command line: which verb, which options, which exit code.
#pragma once
#include "adapters/cli/console.hpp"

namespace akstwin {

/// Parses the arguments, runs the verb and returns the exit code of the process. Never throws.
int run_cli(int argc, const char* const* argv, Console console);

}  // namespace akstwin
