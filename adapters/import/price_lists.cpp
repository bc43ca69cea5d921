#include "adapters/import/price_lists.hpp"

#include <algorithm>
#include <set>

#include "models/catalog/embedded_csv.hpp"
#include "scenarios/imports/price_list.hpp"

namespace akstwin {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Spot and Windows are told by names only (conventions, section b: skuName and productName).
void count_price(const YamlNode& item, Imported& out) {
  const std::string_view type = item.text_of("type");
  ++out.counts["price"];
  if (type == "Reservation") ++out.counts["price, reservation"];
  else if (contains(item.text_of("skuName"), "Spot") || contains(item.text_of("meterName"), "Spot")) ++out.counts["price, spot"];
  else if (contains(item.text_of("skuName"), "Low Priority")) ++out.counts["price, low priority"];
  else ++out.counts[type == "Consumption" ? "price, consumption" : "price, other"];
  if (contains(item.text_of("productName"), "Windows")) ++out.counts["price, Windows"];
  if (const YamlNode* plan = item.find("savingsPlan"); plan != nullptr && !plan->items.empty()) ++out.counts["price with savings plan"];
}

std::set<std::string> distinct(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  std::set<std::string> values;
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (column < rows[i].size()) values.insert(rows[i][column]);
  return values;
}

}  // namespace

std::optional<std::string> read_catalogue_document(const YamlNode& document, Imported& out) {
  if (is_retail_prices(document)) {
    const YamlNode& items = *document.find("Items");
    for (const YamlNode& item : items.items) count_price(item, out);
    if (!document.text_of("NextPageLink").empty()) leave_out(out.fragment.notes, "the answer has further pages (NextPageLink); fetch them all", items);
    return "retail prices";
  }
  const YamlNode* list = document.is_list() ? &document : document.find("value");
  if (list == nullptr || !list->is_list() || list->items.empty() || !list->items[0].is_map()) return std::nullopt;
  const YamlNode& first = list->items[0];
  if (first.find("metadata") != nullptr && (first.find("regionalDisplayName") != nullptr || first.find("displayName") != nullptr)) {
    for (const YamlNode& item : list->items) {
      ++out.counts["location"];
      if (const YamlNode* zones = item.find("availabilityZoneMappings"); zones != nullptr && !zones->items.empty()) ++out.counts["location with zones"];
    }
    return "locations";
  }
  if (first.find("name") != nullptr && first.find("family") != nullptr && first.find("properties") == nullptr) {
    out.counts["VM size"] += static_cast<int>(list->items.size());
    return "VM sizes";
  }
  return std::nullopt;
}

std::optional<std::string> read_catalogue_csv(std::string_view text, Imported& out) {
  const auto rows = parse_csv(text);
  if (rows.size() < 2) return std::nullopt;
  const std::vector<std::string>& header = rows[0];
  const auto column = [&](std::string_view name) { return static_cast<std::size_t>(std::ranges::find(header, name) - header.begin()); };
  const bool priced = column("sku") < header.size() && std::ranges::any_of(header, [](const std::string& name) { return contains(name, "usd_per_hour"); });
  if (priced) {
    out.counts["price"] += static_cast<int>(rows.size()) - 1;
    out.counts["region with prices"] += static_cast<int>(distinct(rows, 0).size());
    return "prices";
  }
  if (column("sku") < header.size() && (column("vcpu") < header.size() || column("vCPUs") < header.size())) {
    out.counts["VM size"] += static_cast<int>(distinct(rows, column("sku")).size());
    if (column("region") < header.size()) out.counts["VM size in a region"] += static_cast<int>(rows.size()) - 1;
    return "VM sizes";
  }
  return std::nullopt;
}

}  // namespace akstwin
