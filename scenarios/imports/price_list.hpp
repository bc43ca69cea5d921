/// VM prices of a contract or a region: answers of the Azure Retail Prices API, or a table.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "scenarios/yaml_document.hpp"
#include "sim/base/money.hpp"

namespace akstwin {

/// Unit prices by the names under which a bill looks them up: "vm:westeurope/Standard_D4ds_v5", with "/spot" behind it for spot.
using StatedPrices = std::vector<std::pair<std::string, Money>>;

/// Whether the document is an answer of the Retail Prices API.
bool is_retail_prices(const YamlNode& document);

/// Linux pay-as-you-go and spot prices of VM sizes. Reservations (priced for their whole term), savings plans, Windows, low priority and
/// other currencies than USD are left out.
StatedPrices retail_vm_prices(const YamlNode& document);

/// The same from a CSV table with columns sku, usd_per_hour and arm_region or region. Nothing when it has none.
StatedPrices csv_vm_prices(std::string_view text);

}  // namespace akstwin
