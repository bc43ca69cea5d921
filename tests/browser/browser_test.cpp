#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "reports/render.hpp"
#include "tests/reports/showcase.hpp"
#include "tests/support/skip.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4'096> buffer{};
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), n);
  pclose(pipe);
  return text;
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_CASE("A browser shows the report without a complaint and as it was written") {
  if (std::system("command -v chromium >/dev/null 2>&1") != 0) AKSTWIN_SKIP("chromium is not installed");
  const fs::path folder = fs::path(AKSTWIN_BINARY_DIR) / "browser-test";
  fs::remove_all(folder);
  fs::create_directories(folder / "profile");
  const Outcome outcome = test::showcase_outcome(2);
  std::ofstream page(folder / "report.html");
  render(outcome, {compare(outcome, "sidecars", outcome)}, Format::Html, page);
  page.close();

  const std::string dom = output_of(
      "timeout 90 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
      "--disable-component-update --disable-sync --enable-logging=stderr --user-data-dir=" +
      (folder / "profile").string() + " --dump-dom file://" + (folder / "report.html").string() + " 2>" + (folder / "log").string());
  const std::string log = contents(folder / "log");
  INFO(log);
  CHECK(log.find("CONSOLE") == std::string::npos);  // A refused style or resource, a script error: all land here.
  for (const char* heading : {"<h2>Capacity</h2>", "<h2>Subnets</h2>", "<h2>Cost</h2>", "<h2>Recovery</h2>", "<h2>Thresholds</h2>"})
    CHECK(dom.find(heading) != std::string::npos);
  CHECK(dom.find("Recovery from the loss of eastus2") != std::string::npos);
  CHECK(dom.find("<svg ") != std::string::npos);
  CHECK(dom.find("<h1>northwind &lt;b&gt;&amp;\"'</h1>") != std::string::npos);  // Text, not markup.
  fs::remove_all(folder);
}

}  // namespace
}  // namespace akstwin
