// Every file of faults/*.yaml is a scenario with a mistake; beside it stands exactly what the user is told. After a wanted change,
// run with AKSTWIN_UPDATE_GOLDEN=1 and read the difference.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenarios/load.hpp"

namespace fs = std::filesystem;
using namespace akstwin;

namespace {

const fs::path kFolder = fs::path(AKSTWIN_SOURCE_DIR) / "tests" / "scenarios" / "faults";

std::string told(const fs::path& file) {
  Diagnostics diagnostics;
  LoadOptions options;
  options.path = file.string();
  const auto scenario = load_scenario(options, diagnostics);
  std::ostringstream out;
  diagnostics.print(out);
  out << (scenario ? "accepted\n" : "refused\n");
  std::string text = out.str();
  const std::string prefix = kFolder.string() + "/";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) text.erase(at, prefix.size());
  for (std::size_t at = text.find(kFolder.string()); at != std::string::npos; at = text.find(kFolder.string(), at)) text.replace(at, kFolder.string().size(), "FOLDER");
  return text;
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("Each faulty scenario is explained exactly as its expected text says") {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 60);
  const bool update = std::getenv("AKSTWIN_UPDATE_GOLDEN") != nullptr;
  for (const fs::path& file : files) {
    const fs::path expected = fs::path(file).replace_extension(".expected");
    const std::string text = told(file);
    if (update) std::ofstream(expected, std::ios::binary) << text;
    INFO(file.filename().string());
    CHECK(text == contents(expected));
    CHECK((text.find("error[S") != std::string::npos || text.find("warning[S") != std::string::npos));
  }
}
