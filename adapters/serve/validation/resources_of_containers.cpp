// Source: kubernetes v1.32 pkg/apis/core/validation (validateResourceRequirements) and pkg/apis/core/helper, read 2026-11.
#include <algorithm>
#include <array>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

constexpr auto kQuotaNames = std::to_array<std::string_view>({"cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
                                                              "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers", "storage"});

bool is_huge_page(std::string_view name) { return name.starts_with("hugepages-") || name.starts_with("requests.hugepages-"); }

bool is_standard(std::string_view name) { return std::ranges::find(kQuotaNames, name) != kQuotaNames.end() || is_huge_page(name); }

bool is_native(std::string_view name) { return name.find('/') == std::string_view::npos || name.find("kubernetes.io/") != std::string_view::npos; }

bool is_extended(const std::string& name) { return !is_native(name) && !name.starts_with("requests.") && qualified_name("requests." + name).empty(); }

bool is_counted(std::string_view name) {
  constexpr auto kCounted = std::to_array<std::string_view>({"pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"});
  return std::ranges::find(kCounted, name) != kCounted.end() || is_extended(std::string(name));
}

bool is_container_resource(std::string_view name) { return name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-"); }

void check_huge_pages(FieldErrors& errors, const std::string& name, const Field& amount) {
  const Json unit = name.substr(std::string_view("hugepages-").size());
  const Quantity size = quantity_of(&unit), wanted = quantity_of(amount.json);
  if (size.nano > 0 && wanted.nano % size.nano != 0) errors.invalid_as(amount.path, in_quotes(wanted.canonical()), wanted.canonical() + " is not positive integer multiple of " + name);
}

}  // namespace

bool allows_overcommit(std::string_view resource) { return is_native(resource) && !is_huge_page(resource); }

void check_resource_name(FieldErrors& errors, const std::string& name, const std::string& path) {
  const Messages wrong = qualified_name(name);
  for (const std::string& message : wrong) errors.invalid_as(path, name, message);
  if (wrong.empty() && name.find('/') == std::string::npos && !is_standard(name)) errors.invalid_as(path, name, "must be a standard resource type or fully qualified");
}

void check_container_resource_name(FieldErrors& errors, const std::string& name, const std::string& path) {
  check_resource_name(errors, name, path);
  if (name.find('/') == std::string::npos) {
    if (!is_container_resource(name)) errors.invalid_as(path, name, "must be a standard resource for containers");
  } else if (!is_native(name) && !is_extended(name)) {
    errors.invalid_as(path, name, "doesn't follow extended resource name standard");
  }
}

void check_resource_amount(FieldErrors& errors, const std::string& name, const Field& amount) {
  const Quantity value = quantity_of(amount.json);
  if (value.nano < 0) errors.invalid_as(amount.path, in_quotes(value.canonical()), "must be greater than or equal to 0");
  if (is_counted(name) && !value.whole()) errors.invalid_as(amount.path, value.go(), "must be an integer");
}

void check_resources(FieldErrors& errors, const Field& resources) {
  bool huge = false, computed = false;
  const Field limits = resources["limits"], requests = resources["requests"];
  const auto check_one = [&](const std::string& name, const Field& amount) {
    check_container_resource_name(errors, name, amount.path);
    check_resource_amount(errors, name, amount);
    huge = huge || name.starts_with("hugepages-");
    computed = computed || name == "cpu" || name == "memory";
  };
  for (const auto& [name, amount] : limits.members()) {
    check_one(name, amount);
    if (name.starts_with("hugepages-")) check_huge_pages(errors, name, amount);
  }
  for (const auto& [name, amount] : requests.members()) {
    check_one(name, amount);
    const Field limit = limits.key(name);
    const Quantity wanted = quantity_of(amount.json), most = quantity_of(limit.json);
    if (limit && wanted.nano != most.nano && !allows_overcommit(name)) errors.invalid_as(requests.path, in_quotes(wanted.canonical()), "must be equal to " + name + " limit of " + most.canonical());
    else if (limit && wanted.nano > most.nano) errors.invalid_as(requests.path, in_quotes(wanted.canonical()), "must be less than or equal to " + name + " limit of " + most.canonical());
    else if (!limit && !allows_overcommit(name)) errors.required(limits, "Limit must be set for non overcommitable resources");
    if (name.starts_with("hugepages-")) check_huge_pages(errors, name, amount);
  }
  if (huge && !computed) errors.forbidden(resources.path, "HugePages require cpu or memory");
}

}  // namespace akstwin::validation
