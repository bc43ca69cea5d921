/// Where the program writes: data to `out`, talk to `err`.
#pragma once
#include <iosfwd>
#include <string_view>

#include "adapters/cli/exit_code.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;  ///< a status line may be rewritten in place
  bool color = false;            ///< `out` shows ANSI colours
};

/// The console of this process: standard output and error. Colour needs a terminal and neither NO_COLOR nor TERM=dumb;
/// CLICOLOR_FORCE=1 asks for it regardless of the terminal.
Console process_console();

/// Writes data to standard output and makes sure that it arrived.
Result<void> emit(Console& console, std::string_view text);
/// The same as the last thing that a verb does: Ok, or a complaint and Error.
ExitCode deliver(Console& console, std::string_view text);
/// Says on standard error what went wrong, and returns `code`.
ExitCode complain(Console& console, const Error& error, ExitCode code = ExitCode::Error);

}  // namespace akstwin
