#include "adapters/cli/import_command.hpp"

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "adapters/cli/report_files.hpp"
#include "adapters/import/import_files.hpp"
#include "adapters/import/import_text.hpp"

namespace akstwin {
namespace {

constexpr std::array kKinds = {ImportKind::Auto,       ImportKind::Kubernetes, ImportKind::Kustomize, ImportKind::Azure,   ImportKind::Arm,      ImportKind::Terraform,
                               ImportKind::Prometheus, ImportKind::Prices,     ImportKind::Chaos,     ImportKind::Simkube, ImportKind::Catalogue};

std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const ImportKind kind : kKinds) words.emplace_back(word_of(kind));
  return words;
}

ImportKind kind_of(const std::string& word) {
  for (const ImportKind kind : kKinds)
    if (word_of(kind) == word) return kind;
  return ImportKind::Auto;
}

SeriesMeaning meaning_of(const std::string& word) {
  static constexpr std::array kWords = {std::pair{"load", SeriesMeaning::Load}, std::pair{"cpu", SeriesMeaning::Cpu}, std::pair{"memory", SeriesMeaning::Memory},
                                        std::pair{"request-size", SeriesMeaning::RequestSize}};
  for (const auto& [name, meaning] : kWords)
    if (word == name) return meaning;
  return SeriesMeaning::Auto;
}

}  // namespace

CLI::App* declare(CLI::App& app, ImportArguments& arguments) {
  CLI::App* verb = app.add_subcommand("import", "What files of other tools hold: manifests, az, Terraform, Prometheus, prices, experiments");
  verb->add_option("KIND", arguments.kind, "auto, kube, kustomize, aks, arm, tfplan, prom, prices, chaos, simkube or catalogue")->required()->type_name("KIND")->check(CLI::IsMember(kind_words()));
  verb->add_option("PATH", arguments.paths, "Files, folders, or folders with a kustomization")->required()->type_name("PATH");
  verb->add_option("-o,--output", arguments.format, "table, json, or yaml: parts of a scenario, or the manifests without what is secret")->capture_default_str()
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json", "yaml"}));
  verb->add_option("--out", arguments.out, "Write it to this file instead of standard output")->type_name("FILE");
  verb->add_option("--as", arguments.meaning, "What the series of a Prometheus answer measure: auto, load, cpu, memory, request-size")->capture_default_str()
      ->type_name("WHAT")
      ->check(CLI::IsMember({"auto", "load", "cpu", "memory", "request-size"}));
  verb->add_flag("-q,--quiet", arguments.quiet, "No warnings on standard error");
  return verb;
}

ExitCode execute(const ImportArguments& arguments, Console& console) {
  Diagnostics diagnostics;
  const Imported imported = import_files(kind_of(arguments.kind), arguments.paths, meaning_of(arguments.meaning), diagnostics);
  if (!arguments.quiet || diagnostics.has_errors()) diagnostics.print(console.err);
  if (diagnostics.has_errors()) return ExitCode::InvalidScenario;
  const std::string text = arguments.format == "json" ? imported_as_json(imported, diagnostics) : arguments.format == "yaml" ? imported_as_yaml(imported) : imported_as_table(imported, diagnostics);
  if (arguments.out.empty()) return deliver(console, text);
  if (auto written = write_file(arguments.out, text); !written) return complain(console, written.error());
  if (!arguments.quiet) console.err << "wrote " << arguments.out << '\n';
  return ExitCode::Ok;
}

}  // namespace akstwin
