#include "scenarios/imports/chaos_experiment.hpp"

#include <algorithm>
#include <cctype>

#include "scenarios/imports/azure_cluster.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/notation.hpp"
#include "sim/base/text.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

/// "urn:csci:microsoft:virtualMachineScaleSet:shutdown/2.0" → "virtualmachinescaleset:shutdown".
std::string fault_name(std::string_view urn) {
  std::string name = lower_case(urn);
  const std::string prefix = "urn:csci:microsoft:";
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  return name.substr(0, name.find('/'));
}

/// What an action hits: the zones of its selector's filter and the ids of its targets.
struct Targets {
  std::vector<std::string> zones, ids;
};

class ExperimentReader {
 public:
  ExperimentReader(const YamlNode& body, std::string region, Fragment& out) : body_(body), region_(std::move(region)), out_(out) {}

  void read() {
    Duration begin{0};
    const YamlNode* steps = body_.find("steps");
    if (steps == nullptr) return;
    for (const YamlNode& step : steps->items) {
      Duration longest{0};
      const YamlNode* branches = step.find("branches");
      if (branches == nullptr) continue;
      for (const YamlNode& branch : branches->items) longest = std::max(longest, read_branch(branch, step, begin));
      begin += longest;
    }
    ++out_.counts["chaos experiment"];
  }

 private:
  Duration read_branch(const YamlNode& branch, const YamlNode& step, Duration begin) {
    Duration at = begin;
    const YamlNode* actions = branch.find("actions");
    if (actions == nullptr) return {0};
    for (const YamlNode& action : actions->items) {
      Duration length{0};
      if (const YamlNode* text = action.find("duration")) {
        const auto parsed = parse_iso_duration(text->text);
        if (!parsed) leave_out(out_.notes, "a duration is not in ISO 8601; the action ends at once", *text);
        length = parsed.value_or(Duration{0});
      }
      if (action.text_of("type") != "delay") read_fault(action, step, at, length);
      at += length;
    }
    return at - begin;
  }

  Targets targets_of(const YamlNode& action) const {
    Targets found;
    const YamlNode* selectors = body_.find("selectors");
    if (selectors == nullptr) return found;
    for (const YamlNode& selector : selectors->items) {
      if (selector.text_of("id") != action.text_of("selectorId")) continue;
      if (const YamlNode* zones = find_below(selector, "filter.parameters.zones"))
        for (const YamlNode& zone : zones->items) found.zones.push_back(zone.text);
      if (const YamlNode* list = selector.find("targets"))
        for (const YamlNode& target : list->items) found.ids.emplace_back(target.text_of("id"));
    }
    return found;
  }

  /// The name before "/providers/Microsoft.Chaos/targets/…".
  static std::string resource_name(const std::string& id) { return last_segment(id.substr(0, std::min(lower_case(id).find("/providers/microsoft.chaos"), id.size()))); }

  YamlNode begin_step(const YamlNode& action, const YamlNode& step, Duration at) const {
    YamlNode made = map_like(action);
    const std::string name(step.text_of("name"));
    put(made, "name", text_like(step, name.empty() ? last_segment(action.text_of("name")) : name, true));
    put(made, "at", text_like(action, to_string(at), true));
    return made;
  }

  void read_fault(const YamlNode& action, const YamlNode& step, Duration at, Duration length) {
    const std::string fault = fault_name(action.text_of("name"));
    const Targets targets = targets_of(action);
    ++out_.counts["chaos action"];
    if (fault == "virtualmachinescaleset:shutdown" && !targets.zones.empty()) {
      for (const std::string& zone : targets.zones) {
        YamlNode made = begin_step(action, step, at);
        put(made, "action", text_like(action, "zoneLoss"));
        if (!region_.empty()) put(made, "region", text_like(action, region_, true));
        put(made, "zone", text_like(action, zone));
        if (length > Duration{0}) put(made, "duration", text_like(action, to_string(length), true));
        out_.steps.push_back(std::move(made));
      }
      return;
    }
    if ((fault == "cosmosdb:failover" || fault == "sqlserver:failover") && !targets.ids.empty()) {
      YamlNode made = begin_step(action, step, at);
      put(made, "action", text_like(action, "sqlFailover"));
      put(made, "target", text_like(action, resource_name(targets.ids[0]), true));
      out_.steps.push_back(std::move(made));
      return;
    }
    if (fault == "virtualmachinescaleset:shutdown" && !targets.ids.empty()) return shut_pools_down(action, step, at, targets);
    if (fault == "azurekubernetesservicechaosmesh:podchaos" && kill_pods(action, step, at, targets)) return;
    leave_out(out_.ignored, "chaos action " + fault + (fault == "virtualmachinescaleset:shutdown" ? " without targets" : ""), action);
  }

  /// Whole scale sets: "…/resourceGroups/MC_shop_aks-shop_westeurope/…/virtualMachineScaleSets/aks-user-12345678-vmss" is pool user of aks-shop.
  void shut_pools_down(const YamlNode& action, const YamlNode& step, Duration at, const Targets& targets) {
    for (const std::string& id : targets.ids) {
      const auto groups = split(segment_after(id, "resourcegroups"), '_'), name = split(resource_name(id), '-');
      if (name.size() < 3 || name[0] != "aks" || groups.size() < 4) {
        leave_out(out_.ignored, "chaos target " + resource_name(id) + ", which is no scale set of AKS by its name", action);
        continue;
      }
      YamlNode made = begin_step(action, step, at);
      put(made, "action", text_like(action, "breakNodes"));
      put(made, "cluster", text_like(action, groups[groups.size() - 2], true));
      put(made, "pool", text_like(action, name[1], true));
      put(made, "count", text_like(action, "5000"));   // every one: a pool has at most 1,000
      out_.steps.push_back(std::move(made));
      leave_out(out_.notes, "a scale set that is shut down is taken for nodes that break: they return by auto-repair, not when the action ends", action);
    }
  }

  /// podChaos of Chaos Mesh, action pod-kill: its pods are deleted once, whatever the duration. False for what is none or cannot be resolved.
  bool kill_pods(const YamlNode& action, const YamlNode& step, Duration at, const Targets& targets) {
    const YamlNode spec = json_spec(action);
    const YamlNode* spaces = find_below(spec, "selector.namespaces");
    const YamlNode* labels = find_below(spec, "selector.labelSelectors");
    const std::string mode = text_below(spec, "mode"), value = text_below(spec, "value");
    const std::string app = labels == nullptr ? "" : !labels->text_of("app").empty() ? std::string(labels->text_of("app")) : std::string(labels->text_of("app.kubernetes.io/name"));
    const std::string count = mode == "one" ? "1" : mode == "all" ? "5000" : mode == "fixed" ? value : "";
    const bool clear = text_below(spec, "action") == "pod-kill" && spaces != nullptr && !app.empty() && parse_whole(count) && !targets.ids.empty();
    if (!clear) return false;
    for (const std::string& id : targets.ids)
      for (const YamlNode& space : spaces->items) {
        YamlNode made = begin_step(action, step, at);
        put(made, "action", text_like(action, "deletePods"));
        put(made, "cluster", text_like(action, resource_name(id), true));
        put(made, "workload", text_like(action, space.text + "/" + app, true));
        put(made, "count", text_like(action, count));
        out_.steps.push_back(std::move(made));
      }
    leave_out(out_.notes, "the pods that a podChaos selects by the label app are taken for those of the workload of that name", action);
    return true;
  }

  /// The parameter jsonSpec, which is JSON in a text.
  static YamlNode json_spec(const YamlNode& action) {
    const YamlNode* parameters = action.find("parameters");
    if (parameters == nullptr) return {};
    for (const YamlNode& parameter : parameters->items) {
      if (parameter.text_of("key") != "jsonSpec") continue;
      Diagnostics quiet;
      auto parsed = parse_json("jsonSpec", parameter.text_of("value"), kJsonLimits, quiet);
      if (!quiet.has_errors() && !parsed.empty() && parsed[0].is_map()) return std::move(parsed[0]);
    }
    return {};
  }

  static std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> out(1);
    for (const char c : text) {
      if (c == by) out.emplace_back();
      else out.back() += c;
    }
    return out;
  }

  /// What follows "/resourceGroups/" in an id.
  static std::string segment_after(const std::string& id, const std::string& key) {
    const std::size_t at = lower_case(id).find("/" + key + "/");
    if (at == std::string::npos) return {};
    const std::size_t from = at + key.size() + 2;
    return id.substr(from, id.find('/', from) - from);
  }

  const YamlNode& body_;
  std::string region_;
  Fragment& out_;
};

const YamlNode& experiment_body(const YamlNode& document) {
  const YamlNode* properties = document.find("properties");
  return properties != nullptr ? *properties : document;
}

}  // namespace

std::optional<Duration> parse_iso_duration(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  bool time = false;
  std::int64_t seconds = 0;
  while (!text.empty()) {
    if (text.front() == 'T' && !time) {
      time = true;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_whole(text.substr(0, digits));
    if (!number || digits == 0 || digits >= text.size() || *number > 1'000'000) return std::nullopt;
    const char unit = text[digits];
    if (unit == 'D' && !time) seconds += *number * 86'400;
    else if (unit == 'W' && !time) seconds += *number * 604'800;
    else if (unit == 'H' && time) seconds += *number * 3'600;
    else if (unit == 'M' && time) seconds += *number * 60;
    else if (unit == 'S' && time) seconds += *number;
    else return std::nullopt;
    text.remove_prefix(digits + 1);
  }
  return Duration{seconds * kSecond};
}

bool is_chaos_experiment(const YamlNode& document) {
  if (!document.is_map()) return false;
  const YamlNode& body = experiment_body(document);
  const YamlNode* steps = body.find("steps");
  return body.find("selectors") != nullptr && steps != nullptr && steps->is_list() && !steps->items.empty() && steps->items[0].find("branches") != nullptr;
}

void read_chaos_experiment(const YamlNode& document, Fragment& out) {
  ExperimentReader(experiment_body(document), region_name(document.text_of("location")), out).read();
}

}  // namespace akstwin
