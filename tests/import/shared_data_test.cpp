// Every manifest, AKS answer, trace and price list that others published, with counts taken by other tools: kinds by a YAML parser,
// kustomizations by kubectl kustomize 5.5, traces and tables by a few lines of Python.
#include <catch2/catch.hpp>

#include <fstream>

#include "tests/import/importing.hpp"
#include "tests/support/skip.hpp"

namespace fs = std::filesystem;
using namespace akstwin;
using namespace akstwin::test;

namespace {

const fs::path kData = fs::path(AKSTWIN_SOURCE_DIR) / ".." / "shared" / "data";

}  // namespace

TEST_CASE("Every published file imports with the counts that other tools find in it") {
  if (!fs::exists(kData)) AKSTWIN_SKIP("no " + kData.string());
  std::ifstream expected(fs::path(AKSTWIN_SOURCE_DIR) / "tests/import/shared_counts.txt");
  int files = 0;
  for (std::string line; std::getline(expected, line); ++files) {
    const std::size_t colon = line.find(": ");
    const std::string file = line.substr(0, line.find(':')), counts = colon == std::string::npos ? std::string() : line.substr(colon + 2);
    const Found found = import_paths({(kData / file).lexically_normal().string()});
    INFO(file << "\n" << found.said);
    CHECK_FALSE(found.failed);
    CHECK(counts_text(found.imported) == counts);
  }
  CHECK(files == 118);
}

TEST_CASE("No file of the published folders is left out of the list of counts") {
  if (!fs::exists(kData)) AKSTWIN_SKIP("no " + kData.string());
  std::ifstream expected(fs::path(AKSTWIN_SOURCE_DIR) / "tests/import/shared_counts.txt");
  const std::string all{std::istreambuf_iterator<char>(expected), {}};
  for (const char* folder : {"manifests", "aks-json", "simkube", "azure-prices"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kData / folder)) {
      const std::string ending = entry.path().extension().string(), name = entry.path().lexically_relative(kData).generic_string();
      if (ending == ".yaml" || ending == ".yml" || ending == ".json" || ending == ".csv") CHECK(all.find(name + ":") != std::string::npos);
    }
  }
}
