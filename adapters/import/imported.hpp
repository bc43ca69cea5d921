/// What `akstwin import` found in files of other tools.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/imports/fragment.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {

/// Kinds of input. Auto: decided by what a file says, not by its name.
enum class ImportKind { Auto, Kubernetes, Kustomize, Azure, Arm, Terraform, Prometheus, Prices, Chaos, Simkube, Catalogue };

/// What a series of a Prometheus answer measures. Auto: decided by its name.
enum class SeriesMeaning { Auto, Load, Cpu, Memory, RequestSize };

/// One file, or one folder with a kustomization.
struct ImportedSource {
  std::string path;
  std::string kind;                         ///< "kubernetes", "az aks", "prometheus", …
};

/// Load and use of one workload, from Prometheus.
struct ImportedService {
  std::string workload;                     ///< "namespace/name"
  std::string source;                       ///< the file with the load
  std::int64_t step_seconds = 60;
  std::vector<double> load;                 ///< requests a second, one a step
  double cpu_cores = 0, memory_bytes = 0, request_bytes = 0;   ///< means; 0: not in the input
  int pods = 0;                             ///< pods that the memory is of; 0: unknown
};

/// Everything that was found.
struct Imported {
  std::vector<ImportedSource> sources;
  std::map<std::string, int> counts;        ///< by kind: "Deployment" 7, "node pool" 3
  std::vector<YamlNode> objects;            ///< Kubernetes objects without Secrets' data
  Fragment fragment;                        ///< Azure's part
  std::vector<ImportedService> services;
  std::vector<std::string> price_files;     ///< price lists, by path
};

/// The word for a kind of input on the command line.
std::string_view word_of(ImportKind kind);

}  // namespace akstwin
