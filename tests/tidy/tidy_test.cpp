// The rules of the style guide, held against this repository.
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>

#include "tests/tidy/rules.hpp"

namespace {

using namespace akstwin::tidy;

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> kTree = read_tree(AKSTWIN_SOURCE_DIR);
  return kTree;
}

Paths all_paths() {
  Paths paths;
  for (const auto& file : tree()) paths.insert(file.path);
  return paths;
}

/// Printed here, because Catch2 would break the lines and editors could not follow them.
void expect_none(const Violations& violations) {
  for (const auto& violation : violations) std::printf("%s:%d: %s\n", violation.path.c_str(), violation.line, violation.what.c_str());
  CHECK(violations.empty());
}

/// The samples of the rules' own tests break every rule on purpose.
bool is_sample(const SourceFile& file) { return starts_with_folder(file.path, "tests/tidy"); }

}  // namespace

TEST_CASE("The tree that is checked is this repository") {
  CHECK(tree().size() > 100);
  CHECK(all_paths().contains("sim/base/time.hpp"));
}

TEST_CASE("Includes point down the layers") {
  const Paths paths = all_paths();
  for (const auto& file : tree())
    if (is_cpp(file.path) && !is_sample(file)) expect_none(check_includes(file, paths));
}

TEST_CASE("No file exceeds 600 lines and no function 70") {
  for (const auto& file : tree()) expect_none(check_lengths(file));
}

TEST_CASE("Headers are guarded and open no namespace") {
  // The headers of tests serve the one program beside them.
  for (const auto& file : tree())
    if (!starts_with_folder(file.path, "tests")) expect_none(check_header(file));
}

TEST_CASE("Banned words do not occur") {
  for (const auto& file : tree())
    if (!is_sample(file)) expect_none(check_words(file));
}

TEST_CASE("Links in documents and mentions of documents resolve") {
  for (const auto& file : tree())
    if (!is_sample(file)) expect_none(check_links(file, tree()));
}

TEST_CASE("Every page of the documentation is linked") { expect_none(check_orphans(tree())); }

TEST_CASE("What a new user starts is executable") {
  for (const char* name : {"scripts/run", "scripts/test", "scripts/build", "scripts/install-dependencies", ".ci/run"}) {
    INFO(name);
    const auto permissions = std::filesystem::status(std::filesystem::path(AKSTWIN_SOURCE_DIR) / name).permissions();
    CHECK((permissions & std::filesystem::perms::owner_exec) != std::filesystem::perms::none);
  }
}
