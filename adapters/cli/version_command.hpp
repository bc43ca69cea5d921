/// `akstwin version`: which program this is.
#pragma once
#include <string>
#include <string_view>

#include "adapters/cli/console.hpp"
#include "adapters/cli/exit_code.hpp"

namespace CLI {
class App;
}

namespace akstwin {

struct VersionArguments {
  std::string format = "table";
};

CLI::App* declare(CLI::App& app, VersionArguments& arguments);
ExitCode execute(const VersionArguments& arguments, Console& console);

/// "akstwin 0.1.0 (3ff363118ab2)", with a line break.
std::string version_line();

/// The commit that the program was built from, "-dirty" appended when files differed; "unknown" outside a repository.
/// Defined in a file that the build writes.
std::string_view tool_commit();

}  // namespace akstwin
