#include "adapters/import/import_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios/imports/yaml_text.hpp"
#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::size_t warnings(const Diagnostics& diagnostics) {
  const auto all = diagnostics.sorted();
  return static_cast<std::size_t>(std::ranges::count(all, Severity::Warning, &Diagnostic::severity));
}

YamlNode list_of(const std::vector<YamlNode>& items) {
  YamlNode list = list_like(items.empty() ? YamlNode{} : items[0]);
  list.items = items;
  return list;
}

/// One series is traffic by itself; several are taken from their files workload by workload.
YamlNode services_of(const Imported& imported) {
  if (imported.services.size() == 1) return services_node(imported.services, {});
  const YamlNode nowhere;
  YamlNode list = list_like(nowhere), entry = map_like(nowhere), files = list_like(nowhere);
  for (const ImportedSource& source : imported.sources)
    if (source.kind == "Prometheus range query") files.items.push_back(text_like(nowhere, source.path, true));
  put(entry, "from", std::move(files));
  list.items.push_back(std::move(entry));
  return list;
}

YamlNode scenario_parts(const Imported& imported) {
  const YamlNode nowhere;
  YamlNode spec = map_like(nowhere);
  if (!imported.fragment.networks.empty()) put(spec, "network", list_of(imported.fragment.networks));
  if (!imported.fragment.clusters.empty()) put(spec, "clusters", list_of(imported.fragment.clusters));
  if (!imported.fragment.pools.empty()) {
    YamlNode clusters = list_like(nowhere), cluster = map_like(nowhere);
    put(cluster, "agentPoolProfiles", list_of(imported.fragment.pools));
    clusters.items.push_back(std::move(cluster));
    put(spec, "clusters", std::move(clusters));
  }
  if (!imported.services.empty()) put(spec, "services", services_of(imported));
  if (!imported.fragment.steps.empty()) put(*make_below(spec, "faults"), "steps", list_of(imported.fragment.steps));
  if (!imported.price_files.empty()) put(*make_below(spec, "cost"), "prices", text_like(nowhere, imported.price_files.front()));
  return spec;
}

}  // namespace

std::string imported_as_table(const Imported& imported, const Diagnostics& diagnostics) {
  std::string out;
  std::size_t width = 5;
  for (const auto& [kind, count] : imported.counts) width = std::max(width, kind.size());
  out += fmt::format("{:<{}}  {:>8}\n", "Found", width, "Count");
  for (const auto& [kind, count] : imported.counts) out += fmt::format("{:<{}}  {:>8}\n", kind, width, count);
  if (imported.counts.empty()) out += "nothing\n";
  std::map<std::string, int> kinds;
  for (const ImportedSource& source : imported.sources) ++kinds[source.kind];
  std::string from;
  for (const auto& [kind, count] : kinds) from += fmt::format("{}{} of kind {}", from.empty() ? "" : ", ", count, kind);
  out += fmt::format("\n{} {} read: {}; {} {}\n", imported.sources.size(), imported.sources.size() == 1 ? "source" : "sources", from.empty() ? "none" : from, warnings(diagnostics),
                     warnings(diagnostics) == 1 ? "warning" : "warnings");
  return out;
}

std::string imported_as_json(const Imported& imported, const Diagnostics& diagnostics) {
  OrderedJson root;
  root["schemaVersion"] = 1;
  root["sources"] = OrderedJson::array();
  for (const ImportedSource& source : imported.sources) root["sources"].push_back({{"path", source.path}, {"kind", source.kind}});
  root["counts"] = OrderedJson::object();
  for (const auto& [kind, count] : imported.counts) root["counts"][kind] = count;
  root["scenario"] = OrderedJson::parse(to_json_text(scenario_parts(imported)), nullptr, false);
  root["objects"] = OrderedJson::array();
  for (const YamlNode& object : imported.objects) root["objects"].push_back(OrderedJson::parse(to_json_text(object), nullptr, false));
  root["warnings"] = OrderedJson::array();
  for (const Diagnostic& d : diagnostics.sorted())
    root["warnings"].push_back({{"code", d.code}, {"file", d.at.file}, {"line", d.at.line}, {"column", d.at.column}, {"message", d.message}, {"hint", d.hint}});
  return root.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string imported_as_yaml(const Imported& imported) {
  const YamlNode spec = scenario_parts(imported);
  std::string out;
  if (!spec.members.empty()) {
    if (!imported.objects.empty()) out += fmt::format("# {} Kubernetes objects are not repeated here: name their files under workloads.from.\n", imported.objects.size());
    YamlNode root = map_like(spec);
    put(root, "spec", spec);
    return out + to_yaml(root);
  }
  for (const YamlNode& object : imported.objects) out += (out.empty() ? "" : "---\n") + to_yaml(object);
  return out;
}

YamlNode services_node(const std::vector<MeasuredService>& services, const std::string& traces) {
  const YamlNode nowhere;
  YamlNode list = list_like(nowhere);
  for (const MeasuredService& service : services) {
    YamlNode traffic = map_like(nowhere);
    if (traces.empty()) {
      put(traffic, "prometheus", text_like(nowhere, service.source, true));
    } else {
      YamlNode trace = map_like(nowhere);
      put(trace, "file", text_like(nowhere, traces, true));
      put(trace, "column", text_like(nowhere, service.workload, true));
      put(trace, "step", text_like(nowhere, to_string(Duration{service.step_seconds * 1'000'000})));
      put(trace, "unit", text_like(nowhere, "rps"));
      put(traffic, "trace", std::move(trace));
    }
    list.items.push_back(service_entry(service, service.load.empty() ? nowhere : traffic));
  }
  return list;
}

std::string traces_csv(const std::vector<MeasuredService>& services) {
  std::size_t rows = 0;
  std::string out = "t_seconds";
  for (const MeasuredService& service : services) {
    if (!service.load.empty()) out += "," + service.workload;
    rows = std::max(rows, service.load.size());
  }
  const std::int64_t step = services.empty() ? 60 : services.front().step_seconds;
  out += '\n';
  for (std::size_t row = 0; row < rows; ++row) {
    out += std::to_string(static_cast<std::int64_t>(row) * step);
    for (const MeasuredService& service : services)
      if (!service.load.empty()) out += fmt::format(",{:.6g}", row < service.load.size() ? service.load[row] : 0.0);
    out += '\n';
  }
  return out;
}

}  // namespace akstwin
