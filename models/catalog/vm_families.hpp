/// The families that Azure counts vCPU quotas by.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "models/catalog/vm_sizes.hpp"

namespace akstwin {

/// The quota family of a size: "standardDDSv5Family" for Standard_D4ds_v5.
std::string vm_family(const VmSize& size);
/// Whether two spellings mean one family. ARM spells them unevenly ("StandardDdsv6Family", "Standard NCASv3_T4 Family"): letters and digits count.
bool same_vm_family(std::string_view a, std::string_view b);
/// The families of all sizes in the catalogue, each once, sorted.
std::vector<std::string> vm_families();

}  // namespace akstwin
