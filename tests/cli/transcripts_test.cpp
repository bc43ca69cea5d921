// Every transcript of this folder, command by command, against the built program.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "tests/support/process.hpp"
#include "tests/support/transcript.hpp"

namespace {

namespace fs = std::filesystem;
using namespace akstwin::test;

const fs::path kFolder = fs::path(AKSTWIN_SOURCE_DIR) / "tests/cli";

std::set<fs::path> transcripts() {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kFolder / "transcripts"))
    if (entry.path().extension() == ".transcript") files.insert(entry.path());
  return files;
}

}  // namespace

TEST_CASE("The program prints what the transcripts say") {
  for (const auto& file : transcripts()) {
    DYNAMIC_SECTION(file.stem().string()) {
      TemporaryFolder folder;
      fs::copy(kFolder / "scenarios", folder.path(), fs::copy_options::recursive);
      for (const auto& step : read_transcript(file)) {
        Process process({"sh", "-c", step.command}, folder.path(), AKSTWIN_BINARY_DIR);
        const Finished finished = process.finish(std::chrono::seconds(120));
        INFO(file.filename().string() << ':' << step.line << ": " << step.command << "\nstandard output:\n"
                                      << finished.out << "standard error:\n" << finished.err);
        CHECK(finished.exit_code == step.exit_code);
        CHECK(matches(step.out, finished.out));
        CHECK(matches(step.err, finished.err));
      }
    }
  }
}

TEST_CASE("A transcript's wildcards match text within a line and any number of lines, and nothing else") {
  CHECK(matches({"a {*} c"}, "a b b c\n"));
  CHECK_FALSE(matches({"a {*} c"}, "a b d\n"));
  CHECK(matches({"first", "...", "last"}, "first\nlast\n"));
  CHECK(matches({"first", "...", "last"}, "first\n1\n2\nlast\n"));
  CHECK_FALSE(matches({"first", "...", "last"}, "first\n1\n2\n"));
  CHECK_FALSE(matches({}, "noise\n"));
  CHECK(matches({}, ""));
}
