#include <algorithm>

#include "scenarios/imports/azure_documents.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/prometheus.hpp"
#include "scenarios/notation.hpp"
#include "scenarios/overrides.hpp"

namespace akstwin {
namespace {

/// What the files named by `from` hold; nothing after an error.
std::optional<Fragment> fragment_of(const YamlNode& from, SourceFiles& files, Diagnostics& diagnostics) {
  std::vector<const YamlNode*> names;
  if (from.is_scalar()) names.push_back(&from);
  for (const YamlNode& item : from.items) names.push_back(&item);
  std::vector<YamlNode> documents;
  bool complete = !names.empty();
  for (const YamlNode* name : names) {
    const auto source = files.file(name->text, *name, diagnostics);
    const auto text = source ? files.read(*source, *name, document_bytes(source->shown), diagnostics) : std::nullopt;
    std::size_t known = documents.size();
    if (text)
      for (YamlNode& document : parse_document(source->shown, *text, diagnostics)) documents.push_back(std::move(document));
    complete = complete && text.has_value() && documents.size() > known;
    for (; known < documents.size(); ++known) {
      if (azure_document(documents[known])) continue;
      diagnostics.add({Severity::Error, "S023", documents[known].position(), "this is no description of Azure resources", "`from` takes az aks show, az aks nodepool list, a compiled ARM template, a Terraform plan or a Chaos Studio experiment, in JSON"});
      complete = false;
    }
  }
  if (!complete || diagnostics.has_errors()) return std::nullopt;
  Fragment fragment;
  read_azure_documents(documents, fragment);
  for (const auto& [what, left] : fragment.ignored)
    diagnostics.add({Severity::Warning, "S051", left.first, what + " is not read" + (left.count > 1 ? " (" + std::to_string(left.count) + " times)" : ""), "the twin does not model it"});
  for (const auto& [what, left] : fragment.notes) diagnostics.add({Severity::Warning, "S092", left.first, what, "state it in the scenario if that is not meant"});
  return fragment;
}

std::string names_of(const std::vector<YamlNode>& items) {
  std::string all;
  for (const YamlNode& item : items) all += (all.empty() ? "" : ", ") + std::string(item.text_of("name"));
  return all;
}

/// The item that `own` means: of its name, else the only one.
const YamlNode* chosen(const std::vector<YamlNode>& items, const YamlNode& own, const YamlNode& from, std::string_view what, Diagnostics& diagnostics) {
  const auto named = std::ranges::find_if(items, [&](const YamlNode& item) { return item.text_of("name") == own.text_of("name"); });
  if (named != items.end()) return &*named;
  if (items.size() == 1) return &items[0];
  const std::string count = items.empty() ? "no " + std::string(what) : std::to_string(items.size()) + " of kind " + std::string(what) + ": " + names_of(items);
  diagnostics.add({Severity::Error, "S023", from.position(), "'" + from.text + "' holds " + count, items.empty() ? "name the right file" : "say which one with name:"});
  return nullptr;
}

bool expand_clusters(YamlNode& clusters, SourceFiles& files, Diagnostics& diagnostics) {
  bool good = true;
  for (YamlNode& cluster : clusters.items) {
    const YamlNode* from = cluster.find("from");
    if (from == nullptr) continue;
    auto fragment = fragment_of(*from, files, diagnostics);
    if (fragment && fragment->clusters.empty() && !fragment->pools.empty()) {
      YamlNode made = map_like(*from), pools = list_like(*from);   // `az aks nodepool list` alone: the scenario states the rest
      pools.items = fragment->pools;
      put(made, "agentPoolProfiles", std::move(pools));
      fragment->clusters.push_back(std::move(made));
    }
    const YamlNode* base = fragment ? chosen(fragment->clusters, cluster, *from, "cluster", diagnostics) : nullptr;
    good = good && base != nullptr;
    if (base == nullptr) continue;
    YamlNode own = cluster;
    take_out(own, "from");
    if (own.text_of("name").empty() && base->find("name") != nullptr) put(own, "name", *base->find("name"));
    cluster = merged_cluster(*base, own);
  }
  return good;
}

bool expand_networks(YamlNode& networks, SourceFiles& files, Diagnostics& diagnostics) {
  std::vector<YamlNode> expanded;
  bool good = true;
  for (YamlNode& network : networks.items) {
    const YamlNode* from = network.find("from");
    if (from == nullptr) {
      expanded.push_back(std::move(network));
      continue;
    }
    auto fragment = fragment_of(*from, files, diagnostics);
    good = good && fragment.has_value();
    if (!fragment) continue;
    if (network.find("name") == nullptr && network.members.size() == 1 && !fragment->networks.empty()) {
      expanded.insert(expanded.end(), fragment->networks.begin(), fragment->networks.end());
      continue;
    }
    const YamlNode* base = chosen(fragment->networks, network, *from, "virtual network", diagnostics);
    good = good && base != nullptr;
    if (base == nullptr) continue;
    YamlNode made = *base;
    for (const YamlMember& member : network.members)
      if (member.key != "from") put(made, member.key, member.value);
    expanded.push_back(std::move(made));
  }
  networks.items = std::move(expanded);
  return good;
}

bool expand_faults(YamlNode& spec, SourceFiles& files, Diagnostics& diagnostics) {
  YamlNode* faults = spec.find("faults");
  const YamlNode* from = faults != nullptr ? faults->find("from") : nullptr;
  if (from == nullptr) return true;
  const auto fragment = fragment_of(*from, files, diagnostics);
  if (!fragment) return false;
  Duration begin{0};
  if (const YamlNode* start = faults->find("start")) {
    const auto parsed = Notation<SimTime>::parse(start->text);
    if (!parsed) {
      diagnostics.add({Severity::Error, "S013", start->position(), "'start' in spec.faults is '" + start->text + "', which is not a time", "write 36h, or 10d 14:00"});
      return false;
    }
    begin = parsed->since_start();
  }
  const YamlNode* clusters = spec.find("clusters");
  const std::string region = clusters != nullptr && !clusters->items.empty() ? std::string(clusters->items[0].text_of("location")) : std::string();
  YamlNode steps = list_like(*from);
  for (YamlNode step : fragment->steps) {
    if (const auto at = parse_duration(step.text_of("at"))) put(step, "at", text_like(step, to_string(begin + *at)));
    if (step.text_of("action") == "zoneLoss" && !region.empty()) put(step, "region", text_like(step, region));
    steps.items.push_back(std::move(step));
  }
  if (const YamlNode* own = faults->find("steps"); own != nullptr && own->is_list()) steps.items.insert(steps.items.end(), own->items.begin(), own->items.end());
  take_out(*faults, "from");
  take_out(*faults, "start");
  put(*faults, "steps", std::move(steps));
  return true;
}

/// The series of a recorded load, written out: the reader then treats it as any other trace.
YamlNode recorded_traffic(const MeasuredService& service, const YamlNode& from) {
  YamlNode traffic = map_like(from), trace = map_like(from), values = list_like(from);
  if (service.load.empty()) return YamlNode{};
  for (const double rate : service.load) values.items.push_back(text_like(from, std::to_string(rate)));
  put(trace, "values", std::move(values));
  put(trace, "step", text_like(from, to_string(Duration{service.step_seconds * 1'000'000})));
  put(trace, "unit", text_like(from, "rps"));
  put(traffic, "trace", std::move(trace));
  return traffic;
}

std::optional<Measurements> measurements_of(const YamlNode& from, SourceFiles& files, Diagnostics& diagnostics) {
  Measurements out;
  std::vector<const YamlNode*> names;
  if (from.is_scalar()) names.push_back(&from);
  for (const YamlNode& item : from.items) names.push_back(&item);
  for (const YamlNode* name : names) {
    const auto source = files.file(name->text, *name, diagnostics);
    const auto text = source ? files.read(*source, *name, document_bytes(source->shown), diagnostics) : std::nullopt;
    if (!text) return std::nullopt;
    const std::size_t errors = diagnostics.error_count();
    for (const YamlNode& document : parse_document(source->shown, *text, diagnostics)) {
      const bool query = document.is_map() && is_range_query(document);
      if (!query) diagnostics.add({Severity::Error, "S023", document.position(), "this is no answer of a Prometheus range query", "save /api/v1/query_range"});
      if (!query || !read_range_query(document, source->shown, SeriesMeaning::Auto, out, diagnostics)) return std::nullopt;
    }
    if (diagnostics.error_count() > errors) return std::nullopt;
  }
  return out;
}

bool expand_services(YamlNode& services, SourceFiles& files, Diagnostics& diagnostics) {
  std::vector<YamlNode> expanded;
  bool good = true;
  for (YamlNode& service : services.items) {
    const YamlNode* from = service.find("from");
    if (from == nullptr) {
      expanded.push_back(std::move(service));
      continue;
    }
    const auto measured = measurements_of(*from, files, diagnostics);
    good = good && measured.has_value();
    if (!measured) continue;
    const std::string wanted(service.text_of("workload"));
    bool found = wanted.empty();
    for (const MeasuredService& one : measured->services) {
      if (!wanted.empty() && one.workload != wanted) continue;
      found = true;
      YamlNode made = service_entry(one, recorded_traffic(one, *from));
      made.file = from->file;
      made.line = from->line;
      made.column = from->column;
      for (const YamlMember& member : service.members)
        if (member.key != "from") put(made, member.key, member.value);
      expanded.push_back(std::move(made));
    }
    if (found) continue;
    diagnostics.add({Severity::Error, "S023", from->position(), "'" + from->text + "' holds no series of " + wanted, "its labels name the workload: namespace and one of workload, deployment, service, app"});
    good = false;
  }
  services.items = std::move(expanded);
  return good;
}

}  // namespace

bool expand_from(YamlNode& scenario, SourceFiles& files, Diagnostics& diagnostics) {
  YamlNode* spec = scenario.find("spec");
  if (spec == nullptr || !spec->is_map()) return true;
  bool good = true;
  if (YamlNode* clusters = spec->find("clusters"); clusters != nullptr && clusters->is_list()) good = expand_clusters(*clusters, files, diagnostics);
  if (YamlNode* networks = spec->find("network"); networks != nullptr && networks->is_list()) good = expand_networks(*networks, files, diagnostics) && good;
  if (YamlNode* services = spec->find("services"); services != nullptr && services->is_list()) good = expand_services(*services, files, diagnostics) && good;
  return expand_faults(*spec, files, diagnostics) && good;
}

}  // namespace akstwin
