/// What `akstwin import` found in files of other tools.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/imports/fragment.hpp"
#include "scenarios/imports/prometheus.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

/// Kinds of input. Auto: decided by what a file says, not by its name.
enum class ImportKind { Auto, Kubernetes, Kustomize, Azure, Arm, Terraform, Prometheus, Prices, Chaos, Simkube, Catalogue };

/// One file, or one folder with a kustomization.
struct ImportedSource {
  std::string path;
  std::string kind;                         ///< "kubernetes", "az aks", "prometheus", …
};

/// Everything that was found.
struct Imported {
  std::vector<ImportedSource> sources;
  std::map<std::string, int> counts;        ///< by kind: "Deployment" 7, "node pool" 3
  std::vector<YamlNode> objects;            ///< Kubernetes objects without Secrets' data
  Fragment fragment;                        ///< Azure's part
  std::vector<MeasuredService> services;
  std::vector<std::string> price_files;     ///< price lists, by path
};

/// The word for a kind of input on the command line.
std::string_view word_of(ImportKind kind);

}  // namespace akstwin
