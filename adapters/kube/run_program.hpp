/// Other programs that know something: credential plugins, the Azure command line.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "sim/base/result.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

struct ProgramCall {
  std::vector<std::string> argv;                                   ///< argv[0] is looked up in PATH
  std::vector<std::pair<std::string, std::string>> environment;    ///< added to this process's
  Duration patience{60'000'000};
};

/// What it printed on standard output. Its standard input is empty: a program that asks somebody fails. Its output is never part of an
/// error, because it may hold a secret; the last line of its standard error is.
Result<std::string> run_program(const ProgramCall& call);

}  // namespace akstwin
