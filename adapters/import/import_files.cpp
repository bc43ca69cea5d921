#include "adapters/import/import_files.hpp"

#include <algorithm>
#include <filesystem>

#include "adapters/import/kube_objects.hpp"
#include "adapters/import/price_lists.hpp"
#include "scenarios/imports/azure_documents.hpp"
#include "scenarios/imports/helm_chart.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/kustomize.hpp"
#include "scenarios/imports/kustomize_patch.hpp"
#include "scenarios/imports/prometheus.hpp"
#include "scenarios/imports/simkube_trace.hpp"
#include "scenarios/read_manifests.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;

std::string_view word_of_document(AzureDocument document) {
  switch (document) {
    case AzureDocument::Cluster: return "az aks show";
    case AzureDocument::Pools: return "az aks nodepool";
    case AzureDocument::Network: return "az network vnet";
    case AzureDocument::ArmTemplate: return "ARM template";
    case AzureDocument::ArmParameters: return "ARM parameters";
    case AzureDocument::TerraformPlan: return "Terraform plan";
    case AzureDocument::ChaosExperiment: return "Chaos Studio experiment";
    case AzureDocument::Machines: return "az aks machine list";
    case AzureDocument::UpgradeProfile: return "upgrade profile";
    case AzureDocument::Nodes: return "kubectl get";
  }
  return "";
}

ImportKind kind_of(AzureDocument document) {
  if (document == AzureDocument::ArmTemplate || document == AzureDocument::ArmParameters) return ImportKind::Arm;
  if (document == AzureDocument::TerraformPlan) return ImportKind::Terraform;
  if (document == AzureDocument::ChaosExperiment) return ImportKind::Chaos;
  return document == AzureDocument::Nodes ? ImportKind::Kubernetes : ImportKind::Azure;
}

/// Reads path after path; what belongs together (Azure's documents, manifests) is put together at the end.
class Importer {
 public:
  Importer(ImportKind kind, SeriesMeaning meaning, Diagnostics& diagnostics)
      : kind_(kind), meaning_(meaning), diagnostics_(diagnostics), files_("import", true), context_{diagnostics, files_} {}

  void read(const std::string& path) {
    YamlNode at;
    at.file = Name(path);
    const bool folder = files_.is_folder(path);
    const fs::path name = fs::path(path).filename();
    const bool kustomization = !folder && (name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization");
    const std::string root = kustomization ? fs::path(path).parent_path().string() : path;
    const bool builds = (folder || kustomization) && kustomization_file(root.empty() ? "." : root, files_).has_value();
    if (kind_ == ImportKind::Kustomize && !builds) return refuse(at, "'" + path + "' holds no kustomization", "name a folder with a kustomization.yaml");
    if (builds && (kind_ == ImportKind::Auto || kind_ == ImportKind::Kustomize || kind_ == ImportKind::Kubernetes) && !is_flux(root, kustomization ? path : std::string())) {
      out_.sources.push_back({path, "kustomize"});
      for (YamlNode& object : build_kustomization(root.empty() ? "." : root, at, context_)) add_object(std::move(object));
      return;
    }
    if (folder) return read_folder(path, at);
    read_file(path, at, true);
  }

  Imported finish() {
    if (!azure_.empty()) read_azure_documents(azure_, out_.fragment);
    for (const auto& [what, count] : out_.fragment.counts) out_.counts[what] += count;
    for (const auto& [what, count] : measured_.counts) out_.counts[what] += count;
    out_.fragment.notes.insert(measured_.notes.begin(), measured_.notes.end());
    out_.services = std::move(measured_.services);
    report_objects(out_.objects, context_);
    const auto warn = [&](const char* code, const LeftOutMap& list, const char* hint, const char* after) {
      for (const auto& [what, left] : list)
        diagnostics_.add({Severity::Warning, code, left.first, what + after + (left.count > 1 ? " (" + std::to_string(left.count) + " times)" : ""), hint});
    };
    warn("S051", out_.fragment.ignored, "the twin does not model it", " is not read");
    warn("S092", out_.fragment.notes, "check what it means for your question", "");
    return std::move(out_);
  }

 private:
  void refuse(const YamlNode& at, std::string message, std::string hint) { diagnostics_.add({Severity::Error, "S023", at.position(), std::move(message), std::move(hint)}); }

  /// A Flux Kustomization may lie in a file of that name.
  bool is_flux(const std::string& root, const std::string& file) {
    const auto name = file.empty() ? kustomization_file(root.empty() ? "." : root, files_) : std::optional(file);
    if (!name) return false;
    YamlNode at;
    Diagnostics quiet;
    const auto source = files_.file(*name, at, quiet);
    const auto text = source ? files_.read(*source, at, document_bytes(source->shown), quiet) : std::nullopt;
    if (!text) return false;
    const auto documents = parse_document(source->shown, *text, quiet);
    return !documents.empty() && documents[0].text_of("apiVersion").starts_with("kustomize.toolkit.fluxcd.io/");
  }

  // Every file for itself; kustomizations below a plain folder are not built, because bases and overlays would both be.
  void read_folder(const std::string& path, const YamlNode& at) {
    auto sources = files_.files(path, at, diagnostics_);
    leave_out_charts(sources, diagnostics_);
    for (const SourceFile& source : sources) {
      const std::string name = source.path.filename().string();
      if (name == "kustomization.yaml" || name == "kustomization.yml") {
        ++out_.counts["kustomization file, not built"];
        continue;
      }
      read_file(source.path.string(), at, false);
    }
  }

  void read_file(const std::string& path, const YamlNode& at, bool named) {
    const auto source = files_.file(path, at, diagnostics_);
    const auto text = source ? files_.read(*source, at, document_bytes(path), diagnostics_) : std::nullopt;
    if (!text) return;
    if (path.ends_with(".csv")) {
      const auto found = read_catalogue_csv(*text, out_);
      if (!found) return refuse(at, "'" + path + "' is a table that is not known", "price lists have columns sku and usd_per_hour; traffic goes into services.traffic.trace");
      out_.sources.push_back({path, *found});
      if (*found == "prices") out_.price_files.push_back(path);
      return;
    }
    const std::size_t errors = diagnostics_.error_count();
    auto documents = parse_document(path, *text, diagnostics_);
    if (diagnostics_.error_count() > errors) return;
    std::string kind;
    for (YamlNode& document : documents) {
      const std::string found = read_document(document, path, named);
      if (found.empty()) return;
      kind = found;
    }
    out_.sources.push_back({path, documents.empty() ? "empty" : kind});
    if (documents.empty()) leave_out(out_.fragment.notes, "the file '" + path + "' holds no object", at);
  }

  bool wanted(ImportKind kind) const { return kind_ == ImportKind::Auto || kind_ == kind; }

  /// What the document is; empty after an error.
  std::string read_document(YamlNode& document, const std::string& path, bool named) {
    if (wanted(ImportKind::Simkube) && document.is_map() && is_simkube_trace(document)) return read_trace(document);
    if (const auto azure = azure_document(document); azure && (wanted(kind_of(*azure)) || (kind_ == ImportKind::Azure && *azure == AzureDocument::Nodes))) {
      azure_.push_back(*azure == AzureDocument::Nodes ? only_nodes(document) : document);
      if (*azure == AzureDocument::Nodes && wanted(ImportKind::Kubernetes)) add_object(std::move(document));
      return std::string(word_of_document(*azure));
    }
    if (wanted(ImportKind::Prometheus) && document.is_map() && is_range_query(document)) return read_range_query(document, path, meaning_, measured_, diagnostics_) ? "Prometheus range query" : "";
    if (kind_ == ImportKind::Auto || kind_ == ImportKind::Prices || kind_ == ImportKind::Catalogue) {
      if (const auto found = read_catalogue_document(document, out_)) {
        if (*found == "retail prices") out_.price_files.push_back(path);
        return *found;
      }
    }
    if (is_json_patch(document) && wanted(ImportKind::Kubernetes)) {
      ++out_.counts["JSON patch"];
      return "patch or values";
    }
    const bool object = document.is_map() && !document.text_of("kind").empty() && !document.text_of("apiVersion").empty();
    if (object && wanted(ImportKind::Kubernetes)) {
      add_object(std::move(document));
      return "kubernetes";
    }
    if (document.is_map() && wanted(ImportKind::Kubernetes) && (!named || document.text_of("kind").empty() != document.text_of("apiVersion").empty() || is_fragment(document))) {
      ++out_.counts["document without apiVersion or kind"];
      leave_out(out_.fragment.notes, "no Kubernetes object: apiVersion or kind is missing; the document is skipped", document);
      return "patch or values";
    }
    refuse(document, kind_ == ImportKind::Auto ? "what this document is cannot be told" : "this is not of kind " + std::string(word_of(kind_)),
           "`akstwin import --help` lists the kinds of input");
    return {};
  }

  /// Part of an object, as patches and values files are.
  static bool is_fragment(const YamlNode& document) { return document.find("spec") != nullptr || document.find("metadata") != nullptr; }

  /// The nodes of a dump without the rest, which may be hundreds of megabytes.
  static YamlNode only_nodes(const YamlNode& document) {
    const YamlNode* items = document.find("items");
    if (items == nullptr) return document;
    YamlNode list = map_like(document), nodes = list_like(*items);
    put(list, "kind", text_like(document, std::string(document.text_of("kind"))));
    const bool all = document.text_of("kind") == "NodeList";
    for (const YamlNode& item : items->items)
      if (all || item.text_of("kind") == "Node") nodes.items.push_back(item);
    put(list, "items", std::move(nodes));
    return list;
  }

  std::string read_trace(const YamlNode& document) {
    SimkubeTrace trace = read_simkube_trace(document);
    out_.counts["trace event"] += static_cast<int>(trace.events);
    out_.counts["object applied"] += static_cast<int>(trace.applied);
    out_.counts["object deleted"] += static_cast<int>(trace.deleted);
    for (YamlNode& object : trace.objects) add_object(std::move(object));
    return "SimKube trace";
  }

  void add_object(YamlNode object) {
    for (YamlNode& one : flattened(std::move(object))) {
      count_object(one, out_.counts);
      remove_secrets(one);
      out_.objects.push_back(std::move(one));
    }
  }

  ImportKind kind_;
  SeriesMeaning meaning_;
  Diagnostics& diagnostics_;
  SourceFiles files_;
  ReadContext context_;
  Imported out_;
  Measurements measured_;
  std::vector<YamlNode> azure_;
};

}  // namespace

std::string_view word_of(ImportKind kind) {
  switch (kind) {
    case ImportKind::Auto: return "auto";
    case ImportKind::Kubernetes: return "kube";
    case ImportKind::Kustomize: return "kustomize";
    case ImportKind::Azure: return "aks";
    case ImportKind::Arm: return "arm";
    case ImportKind::Terraform: return "tfplan";
    case ImportKind::Prometheus: return "prom";
    case ImportKind::Prices: return "prices";
    case ImportKind::Chaos: return "chaos";
    case ImportKind::Simkube: return "simkube";
    case ImportKind::Catalogue: return "catalogue";
  }
  return "auto";
}

Imported import_files(ImportKind kind, const std::vector<std::string>& paths, SeriesMeaning meaning, Diagnostics& diagnostics) {
  Importer importer(kind, meaning, diagnostics);
  for (const std::string& path : paths) importer.read(path);
  return importer.finish();
}

}  // namespace akstwin
