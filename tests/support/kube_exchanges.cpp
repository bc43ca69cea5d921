#include "tests/support/kube_exchanges.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace akstwin::test {
namespace {

using nlohmann::json;

std::filesystem::path folder() { return std::filesystem::path(AKSTWIN_SOURCE_DIR) / "tests/kube_exchanges/data"; }

std::string unzip(const std::filesystem::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("cannot open " + path.string());
  std::string text;
  std::array<char, 1 << 16> buffer{};
  int read = 0;
  while ((read = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0) text.append(buffer.data(), static_cast<std::size_t>(read));
  gzclose(file);
  return text;
}

/// "bodies/x.json.gz" or "x.json", wherever the recording says the body lies.
std::string body_of(const std::string& reference) {
  std::filesystem::path path = folder() / "bodies" / std::filesystem::path(reference).filename();
  if (path.extension() != ".gz") path += ".gz";
  return unzip(path);
}

Exchange read_exchange(const json& recorded) {
  Exchange exchange = exchange_from_json(recorded);
  if (recorded.contains("response") && recorded["response"].contains("body_file")) exchange.response.body = body_of(recorded["response"]["body_file"]);
  return exchange;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

json list_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : json::array();
}

RecordedCommand read_command(const json& recorded) {
  RecordedCommand command{text_at(recorded, "id"), text_at(recorded, "command"), text_at(recorded, "stdin"), text_at(recorded, "stdout"), text_at(recorded, "stderr"), 0, {}};
  if (recorded.contains("exit_code") && recorded["exit_code"].is_number()) command.exit_code = recorded["exit_code"];
  for (const json& exchange : list_at(recorded, "exchanges")) command.exchanges.push_back(read_exchange(exchange));
  return command;
}

template <class List>
const auto& named(const List& list, std::string_view id) {
  const auto found = std::ranges::find(list, id, [](const auto& entry) { return std::string_view(entry.id); });
  if (found == list.end()) throw std::runtime_error("no recording " + std::string(id));
  return *found;
}

}  // namespace

const Exchange& RecordedGroup::exchange(std::string_view id) const { return named(exchanges, id); }
const RecordedCommand& RecordedGroup::command(std::string_view id) const { return named(commands, id); }

std::vector<std::string> kube_exchange_groups() {
  std::vector<std::string> groups;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.is_regular_file() && entry.path().extension() == ".gz") groups.push_back(entry.path().stem().stem().string());
  std::ranges::sort(groups);
  return groups;
}

RecordedGroup read_kube_exchanges(const std::string& group) {
  const json recorded = json::parse(unzip(folder() / (group + ".json.gz")));
  RecordedGroup out{group, recorded.value("title", ""), {}, {}};
  for (const json& exchange : list_at(recorded, "exchanges")) out.exchanges.push_back(read_exchange(exchange));
  for (const json& command : list_at(recorded, "commands")) out.commands.push_back(read_command(command));
  return out;
}

}  // namespace akstwin::test
