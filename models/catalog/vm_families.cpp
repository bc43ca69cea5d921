#include "models/catalog/vm_families.hpp"

#include <algorithm>

#include "models/catalog/machine_sizes.hpp"

namespace akstwin {
namespace {

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') out.push_back(static_cast<char>(c - 'A' + 'a'));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out.push_back(c);
  }
  return out;
}

}  // namespace

// Source of the names: `family` in the Resource SKUs API and `az vm list-usage` [recall, seen in public manifests and logs 2026-11]: letters of the
// size without its vCPUs, accelerator, version. The B series, T4 and ND do not follow the rule.
std::string vm_family(const VmSize& size) {
  const SizeNameParts parts = parts_of(size);
  if (size.burstable()) return parts.version == 1 ? "standardBSFamily" : "standardBsv2Family";
  std::string_view name = size.name.text();
  name.remove_prefix(std::min(name.size(), std::string_view("Standard_").size()));
  std::string family(name.substr(0, name.find_first_of("0123456789")));
  if (name.starts_with("ND96asr")) return "Standard NDASv4_A100 Family";
  const bool nd = family == "ND";
  if (nd) family += 'S';
  else if (!family.ends_with('S') || family.size() == 1)
    for (const char c : parts.features) family.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  const bool suffixed = parts.accelerator == "T4";   // "Standard NCASv3_T4 Family"
  if (!suffixed) family += parts.accelerator;
  family.append("v").append(std::to_string(parts.version));
  if (suffixed) family.append("_").append(parts.accelerator).append(" ");
  return std::string(suffixed ? "Standard " : "standard").append(family).append("Family");
}

bool same_vm_family(std::string_view a, std::string_view b) { return plain(a) == plain(b); }

std::vector<std::string> vm_families() {
  std::vector<std::string> families;
  for (const VmSize& size : vm_sizes()) families.push_back(vm_family(size));
  std::ranges::sort(families);
  families.erase(std::ranges::unique(families).begin(), families.end());
  return families;
}

}  // namespace akstwin
