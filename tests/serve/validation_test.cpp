// What a genuine kube-apiserver 1.32.13 said of 1,294 objects (tests/serve/validation/README.md), asked of the twin.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/serve/served.hpp"


using namespace akstwin;
using namespace akstwin::test;

namespace {

std::vector<Json> recorded_cases() {
  const std::string path = std::string(AKSTWIN_SOURCE_DIR) + "/tests/serve/validation/cases.jsonl.gz";
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("cannot open " + path);
  std::string text;
  std::array<char, 1 << 16> buffer{};
  for (int read = 0; (read = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;) text.append(buffer.data(), static_cast<std::size_t>(read));
  gzclose(file);
  std::vector<Json> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line));
  return out;
}

/// Addresses of Go's memory and UIDs differ each time.
std::string without_chance(const std::string& text) {
  static const std::regex address("0xc[0-9a-f]{6,}"), uid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_replace(std::regex_replace(text, address, "0x0"), uid, "UID");
}

Json causes_of(const Json& answer) {
  Json out = Json::array();
  for (const Json& cause : answer.value("details", Json::object()).value("causes", Json::array())) out.push_back({cause.value("reason", ""), without_chance(cause.value("message", "")), cause.value("field", "")});
  return out;
}

bool alike(const Json& recorded, const Answer& answer) {
  if (recorded["status"] != answer.status) return false;
  if (answer.status < 300) return true;
  return without_chance(answer.json.value("message", "")) == recorded["message"] && causes_of(answer.json) == recorded.value("causes", Json::array());
}

// A budget whose name has 254 characters: the simulation has no such names.
constexpr std::string_view kBeyondTheTwin = "poddisruptionbudget-846";

/// For whoever looks for what is left: AKSTWIN_VALIDATION_REPORT names a file for the answers that are unlike.
void report(std::ostream* out, const Json& recorded, const Answer& answer) {
  if (out == nullptr) return;
  *out << recorded["id"].get<std::string>() << " " << recorded["object"].dump() << "\n  genuine: " << recorded["status"] << " " << recorded.value("message", "") << "\n  twin:    " << answer.status << " " << answer.json.value("message", "") << "\n";
}

}  // namespace

TEST_CASE("Objects are refused as a genuine API server refuses them, and none is refused that it takes") {
  Scenario scenario = shop();
  scenario.clusters.front().network.service_cidr = *parse_cidr("10.96.0.0/16");   // as the recorded cluster had it
  Desk desk(scenario);
  const Json space{{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "checks"}}}};
  REQUIRE(desk.ask("POST", "/api/v1/namespaces", space).status == 201);
  std::ofstream file;
  if (const char* path = std::getenv("AKSTWIN_VALIDATION_REPORT")) file.open(path);
  int same = 0, taken = 0;
  std::vector<std::string> wrongly_refused;
  for (const Json& recorded : recorded_cases()) {
    const Answer answer = desk.ask(recorded["method"], recorded["path"].get<std::string>() + "?dryRun=All&fieldValidation=Strict", recorded["object"]);
    const bool genuine_takes = recorded["status"] < 300;
    taken += genuine_takes ? 1 : 0;
    if (genuine_takes && answer.status >= 300 && recorded["id"] != kBeyondTheTwin) wrongly_refused.push_back(recorded["id"].get<std::string>() + ": " + answer.json.value("message", ""));
    if (alike(recorded, answer)) ++same;
    else report(file.is_open() ? &file : nullptr, recorded, answer);
  }
  INFO("alike: " << same << ", taken: " << taken);
  for (const std::string& text : wrongly_refused) UNSCOPED_INFO(text);
  CHECK(wrongly_refused.empty());
  CHECK(same >= 1264);
  CHECK(taken >= 400);
}

