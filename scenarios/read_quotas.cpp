#include "scenarios/draft.hpp"

namespace akstwin {
namespace {

// Azure's limits of a subscription: 20 cores a region, 20 a series, 20 of spot, more by offer and on request.
constexpr std::string_view kQuotaSource = "not limited unless stated; a new pay-as-you-go subscription starts with 20, more by offer and on request (azure-subscription-service-limits.md [recall])";

std::optional<std::int64_t> vcpus_of(Fields& f, const YamlNode& node, std::string_view key) {
  const auto vcpus = node.is_scalar() ? parse_whole(node.text) : std::nullopt;
  if (vcpus && *vcpus >= 0 && *vcpus <= 10'000'000) return vcpus;
  f.mark_broken(key);
  f.error("S014", node, f.field_name(key) + " is not a number of vCPUs", "write a whole number such as 100");
  return std::nullopt;
}

void read_limit(Fields& f, std::string_view key, std::optional<std::int64_t>& out, std::string_view help) {
  FieldDoc* doc = f.custom(key, Notation<std::int64_t>::words(), help, [&](const YamlNode& node) { out = vcpus_of(f, node, key); });
  if (doc == nullptr) return;
  doc->range = "at least 0";
  doc->source = kQuotaSource;
}

}  // namespace

void describe(Fields& f, RegionQuotaSpec& out) {
  out.declared_at = f.at();
  f.required("location", out.location, "Azure region, such as eastus2. All clusters there share its quotas.");
  read_limit(f, "totalVcpus", out.total_vcpus, "vCPUs of all families together, spot apart (`cores` in az vm list-usage).");
  read_limit(f, "lowPriorityVcpus", out.low_priority_vcpus, "vCPUs of spot machines, which count against no other quota (`lowPriorityCores`).");
  f.entries("families", "mapping of VM family to vCPUs", "vCPUs of each VM family, by the name that az vm list-usage prints: standardDDSv5Family: 100.",
            [&](const YamlNode&, const YamlMember& member, const std::string&) {
              if (const auto vcpus = vcpus_of(f, member.value, "families")) out.families.push_back({Name(member.key), *vcpus, member.value.position()});
            });
}

void describe(Fields& f, AllocationWindowSpec& out) {
  out.declared_at = f.at();
  f.required("location", out.location, "Azure region.");
  f.optional("zone", out.zone, "Zone, 1 to 3; 0: the whole region.").between(0, 4);
  f.optional("vmSize", out.vm_size, "VM size; without it every one.");
  std::int64_t priority = out.regular && out.spot ? 0 : out.spot ? 2 : 1;
  f.choice<std::int64_t>("scaleSetPriority", priority, {{"any", 0}, {"Regular", 1}, {"Spot", 2}}, "Which machines it hits.");
  out.regular = priority != 2;
  out.spot = priority != 1;
  f.required("at", out.at, "When it begins: 36h, or 10d 14:00.");
  f.optional("duration", out.duration, "How long it lasts; 0: to the end.").at_least(Duration{0});
  f.optional("refused", out.refused, "Share of the machines asked for that is refused; below 100 % a brown-out.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000});
  std::int64_t machines = out.machines.value_or(0);
  f.optional("machines", machines, "As many machines can still be had in all, and then none; without it only `refused` decides.").between(0, 1'000'000);
  if (f.has("machines")) out.machines = machines;
  f.optional("code", out.code, "Azure's error code; default: ZonalAllocationFailed of a zone, AllocationFailed of a region.").source("facts G");
}

}  // namespace akstwin
