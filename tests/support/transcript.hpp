/// Command lines with what they must print: documentation that runs.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace akstwin::test {

/// One command of a transcript.
///
///     # a comment
///     $ akstwin validate tiny.yaml        the command, for sh
///     > tiny is valid: {*}                standard output; {*} stands for any text, a line "..." for any lines
///     ! a line of standard error          none given: nothing may be printed there
///     = 104                               the exit code; none given: 0
struct TranscriptStep {
  int line = 0;
  std::string command;
  std::vector<std::string> out, err;
  int exit_code = 0;
};

std::vector<TranscriptStep> read_transcript(const std::filesystem::path& file);

/// Whether the printed text is what the expected lines say.
bool matches(const std::vector<std::string>& expected, const std::string& printed);

}  // namespace akstwin::test
