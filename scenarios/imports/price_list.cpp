#include "scenarios/imports/price_list.hpp"

#include <algorithm>

#include "models/catalog/embedded_csv.hpp"

namespace akstwin {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string price_name(std::string_view region, std::string_view size, bool spot) { return "vm:" + std::string(region) + "/" + std::string(size) + (spot ? "/spot" : ""); }

}  // namespace

bool is_retail_prices(const YamlNode& document) {
  const YamlNode* items = document.find("Items");
  return items != nullptr && items->is_list() && !items->items.empty() && items->items[0].find("retailPrice") != nullptr;
}

StatedPrices retail_vm_prices(const YamlNode& document) {
  StatedPrices prices;
  for (const YamlNode& item : document.find("Items")->items) {
    const std::string_view size = item.text_of("armSkuName"), currency = item.text_of("currencyCode");
    if (!size.starts_with("Standard_") || item.text_of("type") != "Consumption" || contains(item.text_of("productName"), "Windows")) continue;
    // USD is the only authoritative currency of the API (conventions, section b).
    if (contains(item.text_of("skuName"), "Low Priority") || (!currency.empty() && currency != "USD")) continue;
    const std::string_view unit = item.text_of("unitOfMeasure");
    const auto price = parse_dollars(item.text_of("retailPrice"));
    if (!price || (!unit.empty() && unit != "1 Hour") || item.text_of("isPrimaryMeterRegion") == "false") continue;
    const bool spot = contains(item.text_of("skuName"), "Spot") || contains(item.text_of("meterName"), "Spot");
    prices.emplace_back(price_name(item.text_of("armRegionName"), size, spot), *price);
  }
  return prices;
}

StatedPrices csv_vm_prices(std::string_view text) {
  StatedPrices prices;
  const auto rows = parse_csv(text);
  if (rows.empty()) return prices;
  const auto column = [&](std::string_view name) { return static_cast<std::size_t>(std::ranges::find(rows[0], name) - rows[0].begin()); };
  const std::size_t size = column("sku"), amount = column("usd_per_hour"), region = std::min(column("arm_region"), column("region"));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (std::max({size, amount, region}) >= rows[i].size()) continue;
    if (const auto price = parse_dollars(rows[i][amount])) prices.emplace_back(price_name(rows[i][region], rows[i][size], false), *price);
  }
  return prices;
}

}  // namespace akstwin
