#include "tests/support/transcript.hpp"

#include <fstream>
#include <stdexcept>
#include <string_view>

namespace akstwin::test {
namespace {

/// "{*}" stands for any text within the line.
bool line_matches(std::string_view pattern, std::string_view line) {
  const std::size_t wildcard = pattern.find("{*}");
  if (wildcard == std::string_view::npos) return pattern == line;
  if (!line.starts_with(pattern.substr(0, wildcard))) return false;
  const std::string_view rest = pattern.substr(wildcard + 3);
  for (std::size_t at = wildcard; at <= line.size(); ++at)
    if (line_matches(rest, line.substr(at))) return true;
  return false;
}

bool lines_match(const std::vector<std::string>& expected, std::size_t e, const std::vector<std::string>& lines, std::size_t l) {
  for (; e < expected.size(); ++e, ++l) {
    if (expected[e] == "...") {
      for (std::size_t skip = l; skip <= lines.size(); ++skip)
        if (lines_match(expected, e + 1, lines, skip)) return true;
      return false;
    }
    if (l >= lines.size() || !line_matches(expected[e], lines[l])) return false;
  }
  return l == lines.size();
}

}  // namespace

std::vector<TranscriptStep> read_transcript(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<TranscriptStep> steps;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const std::string content = line.size() > 2 ? line.substr(2) : std::string();
    if (line[0] == '$')
      steps.push_back({.line = number, .command = content, .out = {}, .err = {}, .exit_code = 0});
    else if (steps.empty())
      throw std::runtime_error(file.string() + ": output before a command");
    else if (line[0] == '>')
      steps.back().out.push_back(content);
    else if (line[0] == '!')
      steps.back().err.push_back(content);
    else if (line[0] == '=')
      steps.back().exit_code = std::stoi(content);
    else
      throw std::runtime_error(file.string() + ":" + std::to_string(number) + ": a line begins with one of # $ > ! =");
  }
  return steps;
}

bool matches(const std::vector<std::string>& expected, const std::string& printed) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < printed.size();) {
    const std::size_t end = std::min(printed.find('\n', at), printed.size());
    lines.push_back(printed.substr(at, end - at));
    at = end + 1;
  }
  return lines_match(expected, 0, lines, 0);
}

}  // namespace akstwin::test
