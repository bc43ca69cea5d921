#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "scenarios/diagnostic_codes.hpp"
#include "scenarios/schema.hpp"
#include "scenarios/yaml_document.hpp"

namespace fs = std::filesystem;
using namespace akstwin;

namespace {

const fs::path kRoot = AKSTWIN_SOURCE_DIR;

std::string contents_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void compare(const fs::path& page, const std::string& generated) {
  if (std::getenv("AKSTWIN_UPDATE_GOLDEN") != nullptr) std::ofstream(page, std::ios::binary) << generated;
  INFO("run with AKSTWIN_UPDATE_GOLDEN=1 to rewrite " + page.string());
  CHECK(contents_of(page) == generated);
}

void each_field(const FieldDoc& doc, const std::string& path, const std::function<void(const FieldDoc&, const std::string&)>& visit) {
  for (const FieldDoc& child : doc.children) {
    visit(child, path + "." + child.key);
    each_field(child, path + "." + child.key, visit);
  }
}

}  // namespace

TEST_CASE("The reference of the scenario file is up to date") { compare(kRoot / "docs" / "reference" / "scenario.md", scenario_reference()); }

TEST_CASE("The list of diagnostics is up to date") { compare(kRoot / "docs" / "reference" / "diagnostics.md", diagnostics_reference()); }

TEST_CASE("Every code that the reader uses is documented, and every documented code is used") {
  std::set<std::string> used, known;
  const std::regex code("\"(S[0-9]{3})\"");
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "scenarios")) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    if (entry.path().filename() == "diagnostic_codes.cpp" || entry.path().filename() == "diagnostic_codes.hpp") continue;
    const std::string text = contents_of(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), code), end; match != end; ++match) used.insert((*match)[1]);
  }
  for (const DiagnosticCode& documented : diagnostic_codes()) known.emplace(documented.code);
  CHECK(used == known);
}

TEST_CASE("The JSON Schema is JSON and knows the fields") {
  Diagnostics diagnostics;
  const auto documents = parse_yaml("schema.json", scenario_schema(), kManifestLimits, diagnostics);   // JSON is YAML
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(documents.size() == 1);
  CHECK(documents[0].text_of("$schema") == "http://json-schema.org/draft-07/schema#");
  const YamlNode* spec = documents[0].find("properties")->find("spec");
  REQUIRE(spec != nullptr);
  CHECK(spec->find("properties")->find("clusters")->text_of("type") == "array");
  CHECK(spec->find("required")->items.size() == 1);
}

TEST_CASE("Every field has a sentence of help that ends like one") {
  each_field(scenario_fields(), "", [](const FieldDoc& field, const std::string& path) {
    INFO(path);
    CHECK_FALSE(field.help.empty());
    if (!field.help.empty()) CHECK((field.help.back() == '.' || field.help.back() == '}'));
  });
}

TEST_CASE("explain finds fields by their full path, without spec, and through the names of list items") {
  const std::string wanted = explain("spec.clusters.autoScalerProfile.scan-interval").text;
  CHECK(wanted.find("default  10s") != std::string::npos);
  CHECK(wanted.find("source   AKS cluster-autoscaler.md") != std::string::npos);
  CHECK(explain("clusters.autoScalerProfile.scan-interval").text == wanted);
  CHECK(explain("clusters.aks-prod.autoScalerProfile.scan-interval").text == wanted);
  CHECK(explain("clusters[0].autoScalerProfile.scan-interval").text == wanted);
  const Explanation near = explain("clusters.autoScalerProfil");
  CHECK_FALSE(near.found);
  CHECK(near.text.find("did you mean 'autoScalerProfile'?") != std::string::npos);
  CHECK(explain("").found);
  CHECK(explain("spec.delivery").text.find("pipeline") != std::string::npos);
}
