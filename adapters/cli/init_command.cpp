#include "adapters/cli/init_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>

#include "adapters/cli/report_files.hpp"
#include "adapters/import/first_scenario.hpp"
#include "adapters/import/import_files.hpp"
#include "scenarios/load.hpp"

namespace akstwin {
namespace {

namespace fs = std::filesystem;

/// A name as scenarios have it: lower case, digits and dashes.
std::string name_of(const fs::path& file) {
  std::string name;
  for (const char c : file.stem().string()) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '-';
  return name.empty() ? "scenario" : name;
}

/// The path as it is named in a scenario of `folder`; empty when it lies outside.
std::string inside(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const fs::path relative = fs::relative(path, folder.empty() ? fs::path(".") : folder, error);
  if (error || relative.empty() || *relative.begin() == "..") return {};
  return relative == "." ? "./" : "./" + relative.generic_string();
}

/// Manifests by reference, where every path lies in the scenario's folder and holds nothing else.
std::vector<std::string> references(const InitArguments& arguments, const fs::path& folder) {
  std::vector<std::string> paths;
  for (const std::string& path : arguments.from) {
    Diagnostics quiet;
    const Imported one = import_files(ImportKind::Auto, {path}, SeriesMeaning::Auto, quiet);
    if (one.objects.empty()) continue;
    const bool only_objects = std::ranges::all_of(one.sources, [](const ImportedSource& s) { return s.kind == "kubernetes" || s.kind == "kustomize" || s.kind == "kubectl get" || s.kind == "SimKube trace"; });
    const std::string relative = inside(path, folder);
    if (relative.empty() || !only_objects) return {};
    paths.push_back(relative);
  }
  return paths;
}

bool is_valid(const FirstScenario& made, const fs::path& file, Diagnostics& diagnostics) {
  LoadOptions options;
  options.path = file.string();
  return load_scenario_text(made.text, options, diagnostics).has_value();
}

Result<void> write_all(const FirstScenario& made, const fs::path& file) {
  for (const auto& [name, text] : made.files)
    if (auto written = write_file(file.parent_path() / name, text); !written) return written;
  return write_file(file, made.text);
}

}  // namespace

CLI::App* declare(CLI::App& app, InitArguments& arguments) {
  CLI::App* verb = app.add_subcommand("init", "Write a first scenario from what exists, with comments");
  verb->add_option("--from", arguments.from, "Manifests, az aks show, Terraform plans, Prometheus answers, … as `akstwin import auto` takes them")->required()->type_name("PATH");
  verb->add_option("--out", arguments.out, "The scenario file")->capture_default_str()->type_name("FILE");
  verb->add_option("--name", arguments.name, "Name of the scenario (default: from the file's)")->type_name("NAME");
  verb->add_flag("--force", arguments.force, "Overwrite files that exist");
  verb->add_flag("-q,--quiet", arguments.quiet, "No notes and no warnings");
  return verb;
}

ExitCode execute(const InitArguments& arguments, Console& console) {
  const fs::path file = arguments.out;
  std::error_code error;
  if (!arguments.force && fs::exists(file, error)) return complain(console, {file.string() + " exists; --force overwrites it"}, ExitCode::Usage);
  Diagnostics found;
  const Imported imported = import_files(ImportKind::Auto, arguments.from, SeriesMeaning::Auto, found);
  if (found.has_errors()) {
    found.print(console.err);
    return ExitCode::InvalidScenario;
  }
  FirstScenarioOptions options{.name = arguments.name.empty() ? name_of(file) : arguments.name, .manifests = references(arguments, file.parent_path()), .stem = file.stem().string()};
  FirstScenario made = first_scenario(imported, options);
  if (!file.parent_path().empty())
    if (auto ready = prepare_folder(file.parent_path()); !ready) return complain(console, ready.error());
  if (auto written = write_all(made, file); !written) return complain(console, written.error());
  Diagnostics problems;
  bool valid = is_valid(made, file, problems);
  if (!valid && !options.manifests.empty()) {
    // Bases beside overlays, or classes that live elsewhere: a copy in which every object stands once, and fits.
    options.manifests.clear();
    made = first_scenario(imported, options);
    if (auto written = write_all(made, file); !written) return complain(console, written.error());
    problems = Diagnostics();
    valid = is_valid(made, file, problems);
  }
  if (!arguments.quiet || !valid) problems.print(console.err);
  if (!arguments.quiet) {
    for (const auto& [name, text] : made.files) console.err << "wrote " << (file.parent_path() / name).string() << '\n';
    console.err << "wrote " << file.string() << (valid ? "" : ", which still has errors") << '\n';
  }
  return valid ? ExitCode::Ok : ExitCode::InvalidScenario;
}

}  // namespace akstwin
