#include "scenarios/imports/arm_template.hpp"

#include <algorithm>
#include <cctype>

#include "scenarios/imports/arm_expression.hpp"
#include "scenarios/imports/azure_cluster.hpp"
#include "sim/base/text.hpp"

namespace akstwin {
namespace {

constexpr int kMaxNesting = 16;              // modules in modules

/// Values of a template's parameters: given ones, else defaults.
ArmScope scope_of(const YamlNode& document, const YamlNode* given) {
  ArmScope scope;
  scope.parameters = map_like(document);
  scope.variables = document.find("variables");
  const YamlNode* declared = document.find("parameters");
  if (declared == nullptr) return scope;
  for (const YamlMember& parameter : declared->members) {
    // Secure parameters are never read.
    if (lower_case(parameter.value.text_of("type")).starts_with("secure")) continue;
    const YamlNode* value = given != nullptr ? given->find(parameter.key) : nullptr;
    if (value != nullptr && value->is_map()) value = value->find("value");
    if (value == nullptr) value = parameter.value.find("defaultValue");
    if (value == nullptr) continue;
    if (auto resolved = resolve_arm(*value, scope)) put(scope.parameters, parameter.key, std::move(*resolved));
  }
  return scope;
}

class TemplateReader {
 public:
  explicit TemplateReader(Fragment& out) : out_(out) {}

  // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxNesting.
  void read(const YamlNode& document, const ArmScope& scope, int nesting) {
    const YamlNode* resources = document.find("resources");
    if (resources == nullptr || nesting > kMaxNesting) return;
    for (const YamlNode& item : resources->items) resource(item, scope, nesting);
    for (const YamlMember& member : resources->members) resource(member.value, scope, nesting);
  }

  void attach() {
    for (auto& [cluster, pool] : loose_pools_) {
      const auto owner = std::ranges::find_if(out_.clusters, [&](const YamlNode& node) { return node.text_of("name") == cluster; });
      YamlNode* pools = owner != out_.clusters.end() ? owner->find("agentPoolProfiles") : out_.clusters.size() == 1 ? out_.clusters[0].find("agentPoolProfiles") : nullptr;
      (pools != nullptr ? pools->items : out_.pools).push_back(std::move(pool));
    }
    for (auto& [network, subnet] : loose_subnets_) {
      const auto owner = std::ranges::find_if(out_.networks, [&](const YamlNode& node) { return node.text_of("name") == network; });
      if (owner != out_.networks.end()) make_below(*owner, "subnets")->items.push_back(std::move(subnet));
    }
  }

 private:
  // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxNesting.
  void resource(const YamlNode& item, const ArmScope& scope, int nesting) {
    const std::string type = lower_case(item.text_of("type"));
    if (const YamlNode* condition = item.find("condition")) {
      const auto holds = resolve_arm(*condition, scope);
      if (holds && (holds->text == "false" || holds->text == "False")) return;
    }
    if (type == "microsoft.resources/deployments") return nested(item, scope, nesting);
    const bool pool = type.ends_with("/agentpools"), cluster = type == "microsoft.containerservice/managedclusters";
    const bool network = type == "microsoft.network/virtualnetworks", subnet = type == "microsoft.network/virtualnetworks/subnets";
    if (!pool && !cluster && !network && !subnet) {
      leave_out(out_.ignored, "resource " + std::string(item.text_of("type")), item);
      return;
    }
    if (item.find("copy") != nullptr) leave_out(out_.notes, "a resource with `copy` is read once", item);
    if (find_below(item, "properties.copy") != nullptr) leave_out(out_.notes, "a property with `copy` is left out", item);
    const auto resolved = resolve_arm(item, scope);
    if (!resolved) return;
    if (resolved->find("name") == nullptr) leave_out(out_.notes, "a name cannot be known before deployment; state it", item);
    const std::string name = text_below(*resolved, "name");
    const std::string owner = name.find('/') != std::string::npos ? name.substr(0, name.find('/')) : std::string();
    if (cluster) read_managed_cluster(*resolved, out_);
    if (network) read_virtual_network(*resolved, out_);
    if (pool) loose_pools_.emplace_back(owner, pool_of(*resolved, out_));
    if (subnet) add_subnet(*resolved, owner);
    if (const YamlNode* children = item.find("resources"))
      for (const YamlNode& child : children->items) child_resource(child, scope, name);
  }

  /// Resources written inside their parent: "type": "agentPools".
  void child_resource(const YamlNode& child, const ArmScope& scope, const std::string& parent) {
    const std::string type = lower_case(child.text_of("type"));
    const auto resolved = resolve_arm(child, scope);
    if (!resolved) return;
    if (type.ends_with("agentpools")) loose_pools_.emplace_back(parent, pool_of(*resolved, out_));
    else if (type.ends_with("subnets")) add_subnet(*resolved, parent);
  }

  void add_subnet(const YamlNode& resolved, const std::string& owner) {
    Fragment one;
    YamlNode network = map_like(resolved), list = list_like(resolved);
    list.items.push_back(resolved);
    put(network, "subnets", std::move(list));
    read_virtual_network(network, one);
    ++out_.counts["subnet"];
    loose_subnets_.emplace_back(owner, one.networks[0].find("subnets")->items[0]);
  }

  // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxNesting.
  void nested(const YamlNode& item, const ArmScope& scope, int nesting) {
    const YamlNode* inner = find_below(item, "properties.template");
    if (inner == nullptr) {
      leave_out(out_.notes, "a linked template is not fetched; compile it into one file", item);
      return;
    }
    YamlNode given = map_like(item);
    if (const YamlNode* parameters = find_below(item, "properties.parameters")) {
      for (const YamlMember& member : parameters->members) {
        const YamlNode* value = member.value.find("value");
        if (value == nullptr) continue;
        if (auto resolved = resolve_arm(*value, scope)) put(given, member.key, std::move(*resolved));
      }
    }
    read(*inner, scope_of(*inner, &given), nesting + 1);
  }

  Fragment& out_;
  std::vector<std::pair<std::string, YamlNode>> loose_pools_, loose_subnets_;   // by the name of their owner
};

}  // namespace

bool is_arm_template(const YamlNode& document) {
  const std::string schema = lower_case(document.text_of("$schema"));
  return schema.find("deploymenttemplate.json") != std::string::npos && document.find("resources") != nullptr;
}

bool is_arm_parameters(const YamlNode& document) { return lower_case(document.text_of("$schema")).find("deploymentparameters.json") != std::string::npos; }

void read_arm_template(const YamlNode& document, const YamlNode* parameters, Fragment& out) {
  TemplateReader reader(out);
  reader.read(document, scope_of(document, parameters != nullptr ? parameters->find("parameters") : nullptr), 0);
  reader.attach();
}

}  // namespace akstwin
