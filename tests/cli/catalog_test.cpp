// What the repository ships, through the built program: the scenarios are valid, the reference page is current.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/process.hpp"

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
  std::ifstream file(kRoot / "docs/reference/scenario.md");
  std::ostringstream page;
  page << file.rdbuf();
  const Finished finished = run_program({"schema", "--reference"}, kRoot);
  // Rewrite it with: akstwin schema --reference > docs/reference/scenario.md
  CHECK(finished.out == page.str());
}
