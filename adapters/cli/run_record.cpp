#include "adapters/cli/run_record.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "reports/version.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;

constexpr const char* kKind = "akstwin.run";

fs::path record_path(const fs::path& from) {
  std::error_code error;
  if (fs::is_directory(from, error)) return from / "run.json";
  return from.filename() == "run.json" ? from : from.parent_path() / "run.json";
}

}  // namespace

RunRecord record_of(const ScenarioArguments& arguments, const Scenario& loaded, const std::string& kernel) {
  RunRecord record;
  record.scenario = arguments.path;
  record.set = arguments.set;
  record.seed = loaded.seed;
  record.horizon = loaded.horizon;
  record.allow_outside = arguments.allow_outside;
  record.kernel = kernel;
  record.sha256 = loaded.sha256;
  record.version = tool_version();
  return record;
}

std::string to_json(const RunRecord& record, const fs::path& folder) {
  std::error_code error;
  fs::path scenario = fs::proximate(record.scenario, folder, error);
  if (error) scenario = record.scenario;
  const OrderedJson json{{"kind", kKind},
                  {"version", record.version},
                  {"scenario", scenario.generic_string()},
                  {"sha256", record.sha256},
                  {"set", record.set},
                  {"seed", record.seed},
                  {"horizon", to_string(record.horizon)},
                  {"kernel", record.kernel},
                  {"allowOutside", record.allow_outside}};
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

Result<RunRecord> read_run_record(const fs::path& from) {
  const fs::path path = record_path(from);
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("cannot read " + path.string() + "; 'akstwin run SCENARIO --out DIR' writes it beside result.json");
  std::ostringstream text;
  text << file.rdbuf();
  const OrderedJson json = OrderedJson::parse(text.str(), nullptr, false);
  const auto said = [&](const char* key) { return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string(); };
  if (!json.is_object() || said("kind") != kKind) return fail(path.string() + " is no record of a run");
  RunRecord record;
  const auto horizon = parse_duration(said("horizon"));
  const bool numbered = json.contains("seed") && json["seed"].is_number_unsigned();
  if (said("scenario").empty() || !horizon || !numbered) return fail(path.string() + " is incomplete: scenario, seed and horizon are needed");
  record.scenario = path.parent_path() / said("scenario");
  record.seed = json["seed"].get<std::uint64_t>();
  record.horizon = *horizon;
  if (json.contains("set") && json["set"].is_array())
    for (const OrderedJson& change : json["set"])
      if (change.is_string()) record.set.push_back(change.get<std::string>());
  record.allow_outside = json.contains("allowOutside") && json["allowOutside"] == true;
  record.kernel = said("kernel") == "calendar" ? "calendar" : "simgrid";
  record.sha256 = said("sha256");
  record.version = said("version");
  return record;
}

ScenarioArguments arguments_of(const RunRecord& record) {
  ScenarioArguments arguments;
  arguments.path = record.scenario.lexically_normal().string();
  arguments.allow_outside = record.allow_outside;
  arguments.set = record.set;
  arguments.seed = record.seed;
  arguments.horizon = to_string(record.horizon);
  return arguments;
}

}  // namespace akstwin
