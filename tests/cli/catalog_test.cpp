// What the repository ships, through the built program: the scenarios are valid, the reference page is current.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/process.hpp"
#include "tests/support/transcript.hpp"

namespace {

namespace fs = std::filesystem;
using namespace akstwin::test;

const fs::path kRoot = AKSTWIN_SOURCE_DIR;

Finished run_program(const std::vector<std::string>& arguments, const fs::path& folder) {
  std::vector<std::string> argv{"akstwin"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Process process(argv, folder, AKSTWIN_BINARY_DIR);
  return process.finish(std::chrono::seconds(120));
}

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The fenced block of the README that begins with a prompt: the command, then what it prints.
std::vector<std::string> readme_example() {
  std::istringstream readme(read(kRoot / "README.md"));
  std::vector<std::string> lines;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (inside && line == "```") break;
    if (line.starts_with("$ ")) inside = true;
    if (inside) lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("Every scenario of the catalogue is valid") {
  int scenarios = 0;
  for (const auto& entry : fs::directory_iterator(kRoot / "scenarios/catalog")) {
    if (entry.path().extension() != ".yaml") continue;
    ++scenarios;
    const Finished finished = run_program({"validate", entry.path().string()}, kRoot);
    INFO(entry.path().filename().string() << '\n' << finished.err);
    CHECK(finished.exit_code == 0);
  }
  CHECK(scenarios > 0);
}

TEST_CASE("The reference page of the scenario file is what the program prints") {
  const Finished finished = run_program({"schema", "--reference"}, kRoot);
  // Rewrite it with: akstwin schema --reference > docs/reference/scenario.md
  CHECK(finished.out == read(kRoot / "docs/reference/scenario.md"));
}

TEST_CASE("The README's example is what the program prints") {
  std::vector<std::string> lines = readme_example();
  REQUIRE(lines.size() > 5);
  Process process({"sh", "-c", lines[0].substr(2)}, kRoot, AKSTWIN_BINARY_DIR);
  const Finished finished = process.finish(std::chrono::seconds(120));
  lines.erase(lines.begin());
  INFO(finished.out << finished.err);
  CHECK(finished.exit_code == 0);
  CHECK(matches(lines, finished.out));
}
