/// List prices: what Azure charges, where each price comes from, and how sure that is.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/money.hpp"

namespace akstwin {

/// Linux pay-as-you-go and spot price of one VM size in one region.
struct VmPrice {
  Money on_demand_hour;
  std::optional<Money> spot_hour;  ///< absent: not read for this region
  std::string as_of, source;       ///< "2026-06-18"; empty where the source is undated
};

/// One row of the price list other than VMs.
struct Meter {
  std::string name;
  Money unit_price;
  std::string unit;  ///< "GB", "hour", "10k requests"
  std::string region, as_of, source;
  std::string confidence;  ///< "code" or "doc": read; "recall": from memory, not confirmed
};

/// The price of a VM size ("Standard_D4s_v5", case-insensitive) in a region; nothing when it is not in the list.
std::optional<VmPrice> vm_price(std::string_view region, std::string_view size);

/// The meter of that name. Where several regions are listed: the row that names `region`, else one for all regions, else one of the same
/// part of the world, else the first. Nothing when there is no such meter or its price was never read.
std::optional<Meter> meter(std::string_view name, std::string_view region = {});

}  // namespace akstwin
