#include "adapters/cli/console.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace akstwin {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// The order of no-color.org and bixense.com/clicolors: a user's "no" first, then "always", then what the terminal can do.
bool wants_color() {
  if (is_set("NO_COLOR")) return false;
  if (is_set("CLICOLOR_FORCE") && std::string_view(std::getenv("CLICOLOR_FORCE")) != "0") return true;
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

Console process_console() {
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return {.out = std::cout, .err = std::cerr, .err_is_terminal = isatty(STDERR_FILENO) == 1 && !dumb, .color = wants_color()};
}

Result<void> emit(Console& console, std::string_view text) {
  errno = 0;
  console.out.write(text.data(), static_cast<std::streamsize>(text.size()));
  console.out.flush();
  if (console.out) return {};
  const std::string reason = errno != 0 ? std::strerror(errno) : "the stream is closed";
  return fail("cannot write to standard output: " + reason);
}

ExitCode deliver(Console& console, std::string_view text) {
  if (auto emitted = emit(console, text); !emitted) return complain(console, emitted.error());
  return ExitCode::Ok;
}

ExitCode complain(Console& console, const Error& error, ExitCode code) {
  console.err << "akstwin: " << error.message << '\n';
  return code;
}

}  // namespace akstwin
