#include "adapters/cli/scenario_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "scenarios/load.hpp"
#include "sim/base/diagnostic.hpp"

namespace akstwin {
namespace {

/// Accepts what `read` accepts, and says in words what is expected otherwise.
std::string check_duration(const std::string& text) {
  const auto parsed = parse_duration(text);
  if (parsed && parsed->us > 0) return {};
  return fmt::format("'{}' is no duration; write it as 90s, 2h30m or 30d", text);
}

std::string check_override(const std::string& text) {
  const auto equals = text.find('=');
  if (equals != std::string::npos && equals > 0) return {};
  return fmt::format("'{}' is no path=value, such as spec.clusters.aks-prod.sku.tier=Premium", text);
}

LoadOptions load_options(const ScenarioArguments& arguments) {
  LoadOptions options;
  options.path = arguments.path;
  options.allow_outside = arguments.allow_outside;
  options.seed = arguments.seed;
  options.replications = arguments.replications;
  if (!arguments.horizon.empty()) options.horizon = parse_duration(arguments.horizon);
  for (const auto& text : arguments.set) {
    const auto equals = text.find('=');
    options.overrides.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return options;
}

Result<std::vector<VariantSpec>> chosen(const std::vector<VariantSpec>& variants, const VariantChoice& choice) {
  if (choice.none) return std::vector<VariantSpec>{};
  if (choice.only.empty()) return variants;
  std::vector<std::string> names;
  for (const auto& variant : variants) {
    if (variant.name == choice.only) return std::vector<VariantSpec>{variant};
    names.push_back(variant.name);
  }
  if (names.empty()) return fail(fmt::format("the scenario has no variant '{}'; it has no variants at all", choice.only));
  const std::string near = closest(choice.only, names);
  return fail(fmt::format("the scenario has no variant '{}'; {}", choice.only,
                          near.empty() ? fmt::format("it has {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", near)));
}

}  // namespace

void add_scenario_arguments(CLI::App& verb, ScenarioArguments& arguments) {
  verb.add_option("SCENARIO", arguments.path, "The scenario file (YAML)")->required()->type_name("FILE");
  verb.add_option("--set", arguments.set, "Change one value, as a variant does: PATH=VALUE; may be repeated")
      ->allow_extra_args(false)
      ->type_name("PATH=VALUE")
      ->check(CLI::Validator(check_override, ""));
  verb.add_option("--seed", arguments.seed, "Root of all random streams (default: the scenario's)")->type_name("N");
  verb.add_option("--replications", arguments.replications, "How many independent runs (default: the scenario's)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  verb.add_option("--horizon", arguments.horizon, "How long to simulate: 2h, 30d (default: the scenario's)")
      ->type_name("DURATION")
      ->check(CLI::Validator(check_duration, ""));
  verb.add_flag("--allow-outside", arguments.allow_outside, "Let 'from:' paths leave the folder of the scenario");
}

Result<std::optional<std::vector<NamedScenario>>> load_with_variants(const ScenarioArguments& arguments, const VariantChoice& choice,
                                                                     Console& console) {
  Diagnostics diagnostics;
  const LoadOptions options = load_options(arguments);
  auto base = load_scenario(options, diagnostics);
  std::vector<NamedScenario> scenarios;
  if (base) {
    auto variants = chosen(base->variants, choice);
    if (!variants) return tl::unexpected(variants.error());
    scenarios.push_back({"", std::move(*base)});
    for (const auto& variant : *variants) {
      LoadOptions changed = options;
      changed.overrides.insert(changed.overrides.end(), variant.set.begin(), variant.set.end());
      auto scenario = load_scenario(changed, diagnostics);
      if (scenario) scenarios.push_back({variant.name, std::move(*scenario)});
    }
  }
  diagnostics.print(console.err);
  if (diagnostics.has_errors() || scenarios.empty()) return std::optional<std::vector<NamedScenario>>{};
  return std::optional(std::move(scenarios));
}

}  // namespace akstwin
