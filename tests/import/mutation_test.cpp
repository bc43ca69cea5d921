// Every example with bytes changed, cut, doubled: whatever comes out, the import ends, and a scenario built on it is loaded or refused.
#include <catch2/catch.hpp>

#include "adapters/import/first_scenario.hpp"
#include "adapters/import/import_text.hpp"
#include "tests/import/importing.hpp"

namespace fs = std::filesystem;
using namespace akstwin;
using namespace akstwin::test;

namespace {

/// A small generator of its own: the same mutations on every machine (Numerical Recipes' constants).
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed) {}
  std::size_t below(std::size_t n) {
    state_ = state_ * 1664525u + 1013904223u;
    return n == 0 ? 0 : (state_ >> 8) % n;
  }

 private:
  std::uint32_t state_;
};

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string mutated(std::string text, Dice& dice) {
  static const std::string kSpice = "{}[]\",:-&*!|>'%@`~#\\\n\t 0129eE.nulltruefalse\xC3\xA4";
  const std::size_t changes = 1 + dice.below(4);
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = dice.below(text.size()), length = 1 + dice.below(40);
    switch (dice.below(5)) {
      case 0: text[at] = kSpice[dice.below(kSpice.size())]; break;
      case 1: text.erase(at, length); break;
      case 2: text.insert(at, text.substr(dice.below(text.size()), length)); break;
      case 3: text.insert(at, 1, kSpice[dice.below(kSpice.size())]); break;
      default: text.resize(at); break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("A mutated file is imported or refused, and never more than that") {
  const Folder folder("mutations");
  Dice dice(20261121);
  int refused = 0, imported = 0;
  for (const auto& entry : fs::directory_iterator(data_folder())) {
    if (!entry.is_regular_file()) continue;
    const std::string text = contents(entry.path()), name = entry.path().filename().string();
    for (int round = 0; round < 60; ++round) {
      const std::string changed = mutated(text, dice);
      folder.write(name, changed);
      INFO(name << ", round " << round << ":\n" << changed.substr(0, 400));
      const Found found = import_paths({(folder.path() / name).string()});
      ++(found.failed ? refused : imported);
      if (found.failed) continue;
      Diagnostics none;
      CHECK(!imported_as_json(found.imported, none).empty());
      const FirstScenario made = first_scenario(found.imported, {.name = "mutated", .manifests = {}});
      for (const auto& [file, beside] : made.files) folder.write(file, beside);
      folder.write("scenario.yaml", made.text);
      folder.load("scenario.yaml");                    // accepted or refused, with words
    }
  }
  CHECK(refused > 50);
  CHECK(imported > 50);
}

TEST_CASE("A mutated kustomization is built or refused") {
  const Folder folder("kustomize-mutations");
  fs::copy(data_folder() / "shop", folder.path() / "shop", fs::copy_options::recursive);
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Dice dice(7);
  for (int round = 0; round < 300; ++round) {
    const fs::path& file = files[dice.below(files.size())];
    const std::string text = contents(file), changed = mutated(text, dice);
    std::ofstream(file, std::ios::binary) << changed;
    INFO(file.filename().string() << ", round " << round << ":\n" << changed);
    const Found found = import_paths({(folder.path() / "shop/overlays/prod").string()}, ImportKind::Kustomize);
    CHECK((found.failed || !found.imported.objects.empty() || !found.said.empty()));
    std::ofstream(file, std::ios::binary) << text;
  }
}
