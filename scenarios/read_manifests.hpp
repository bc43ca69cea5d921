/// Kubernetes manifests of one cluster: files to a ManifestSet.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/spec/workload_spec.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

/// Files that were parsed already, by their path below the scenario: several clusters often run the same ones.
using ParsedFiles = std::map<std::string, std::vector<YamlNode>>;

/// Reads manifest files into one set. A file is read once, however often it is named.
class ManifestReader {
 public:
  ManifestReader(ReadContext& context, ParsedFiles& parsed) : context_(context), parsed_(parsed) {}

  /// Reads a file, a folder with a kustomization as Kustomize builds it, or all manifests below any other folder; `at` is where the
  /// scenario names it.
  void read(const std::string& reference, const YamlNode& at);
  /// Reads objects that are in memory already.
  void read_objects(const std::vector<YamlNode>& objects);
  /// Resolves priority classes and owners, reports duplicates and, once each, what was not read.
  /// `roots` are folders (relative to the scenario's) from which a Kustomization's path may start.
  ManifestSet finish(const std::vector<std::string>& roots);

 private:
  struct Skipped {
    Position first;
    int count = 0;
  };
  void read_kustomization(const std::string& folder, const YamlNode& at);
  const std::vector<YamlNode>* parse(const SourceFile& source, const YamlNode& at);
  void read_document(const YamlNode& document, const std::string& file, int depth);
  void skip(std::map<std::string, Skipped>& list, const std::string& what, const YamlNode& at);
  void report_duplicates();
  void resolve_priorities();
  void resolve_owners(const std::vector<std::string>& roots);
  void report_unread();

  ReadContext& context_;
  ParsedFiles& parsed_;
  ManifestSet set_;
  std::set<std::string> files_;
  std::map<std::string, Skipped> unknown_kinds_, not_objects_, kustomization_files_;
};

}  // namespace akstwin
