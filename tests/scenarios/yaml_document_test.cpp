#include "scenarios/yaml_document.hpp"

#include <catch2/catch.hpp>

using namespace akstwin;

namespace {

std::vector<YamlNode> parse(const std::string& text, const YamlLimits& limits, Diagnostics& diagnostics) { return parse_yaml("t.yaml", text, limits, diagnostics); }

YamlNode parse_one(const std::string& text) {
  Diagnostics diagnostics;
  auto documents = parse(text, kScenarioLimits, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(documents.size() == 1);
  return documents[0];
}

std::string first_code(const std::string& text, const YamlLimits& limits = kScenarioLimits) {
  Diagnostics diagnostics;
  parse(text, limits, diagnostics);
  const auto all = diagnostics.sorted();
  return all.empty() ? "" : all[0].code;
}

}  // namespace

TEST_CASE("Every value keeps the line and column where it is written") {
  const YamlNode node = parse_one("a: 1\nlist:\n  - x\n  - {k: 'two words'}\n");
  CHECK(node.find("a")->line == 1);
  CHECK(node.find("a")->column == 4);
  const YamlNode& list = *node.find("list");
  REQUIRE(list.items.size() == 2);
  CHECK(list.items[0].line == 3);
  CHECK(list.items[0].column == 5);
  const YamlNode& text = *list.items[1].find("k");
  CHECK(text.line == 4);
  CHECK(text.column == 9);
  CHECK(text.quoted);
  CHECK(text.length == 11);              // nine letters and two quotes
  CHECK(node.members[1].column == 1);
}

TEST_CASE("A scalar stays the text that was written: no, 1.10 and 010 are not converted") {
  const YamlNode node = parse_one("country: no\nprice: 1.10\ncode: 010\nnothing: ~\nempty:\nquoted: \"~\"\n");
  CHECK(node.text_of("country") == "no");
  CHECK(node.text_of("price") == "1.10");
  CHECK(node.text_of("code") == "010");
  CHECK(node.find("nothing")->is_null());
  CHECK(node.find("empty")->is_null());
  CHECK(node.find("quoted")->is_scalar());
}

TEST_CASE("A byte order mark and Windows line ends do no harm") {
  const YamlNode node = parse_one("\xEF\xBB\xBF" "a: 1\r\nb: two\r\n");
  CHECK(node.text_of("a") == "1");
  CHECK(node.text_of("b") == "two");
}

TEST_CASE("Manifests may hold several documents, anchors and aliases, and empty documents are left out") {
  Diagnostics diagnostics;
  const auto documents = parse("---\na: &x {k: v}\nb: *x\n---\n---\nc: 1\n", kManifestLimits, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].find("b")->text_of("k") == "v");
  CHECK(documents[0].find("b")->line == 3);      // where it is used, not where it is anchored
}

TEST_CASE("Aliases that would expand to millions of values are refused before they do") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 1; k < 10; ++k) bomb += ", " + last;
    bomb += "]\n";
  }
  CHECK(first_code(bomb, kManifestLimits) == "S002");
}

TEST_CASE("An alias to a value that contains it is refused") { CHECK(first_code("a: &x [*x]\n", kManifestLimits) == "S006"); }

TEST_CASE("Depth, size and encoding have limits that no input passes") {
  CHECK(first_code("a: " + std::string(100, '[') + std::string(100, ']')) == "S007");
  CHECK_FALSE(first_code(std::string(100'000, '[')).empty());
  CHECK_FALSE(first_code(std::string(100'000, '{'), kManifestLimits).empty());
  std::string stairs;
  for (int i = 0; i < 500; ++i) stairs += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(first_code(stairs) == "S007");
  CHECK(first_code(std::string((1 << 20) + 1, '#')) == "S002");
  CHECK(first_code("a: \xC3\x28\n") == "S003");                // a broken two-byte character
  CHECK(first_code("a: \xED\xA0\x80\n") == "S003");            // a surrogate
  CHECK(first_code("a: \xF5\x80\x80\x80\n") == "S003");        // above U+10FFFF
  CHECK(first_code(std::string("a: b\0c\n", 7)) == "S003");
  CHECK(first_code("a: grün 🙂\n").empty());
}

TEST_CASE("Tabs in a block of text are no indentation") {
  CHECK(first_code("a: |\n  x\ty\n").empty());
  CHECK(first_code("a:\n\tb: 1\n") == "S004");
}
