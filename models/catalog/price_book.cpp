#include "models/catalog/price_book.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "models/catalog/embedded_csv.hpp"
#include "sim/base/check.hpp"
#include "sim/base/text.hpp"

namespace akstwin {
namespace {

using VmKey = std::pair<std::string, std::string>;

// Columns: region, sku, on_demand_usd_h, spot_usd_h, as_of, source.
std::map<VmKey, VmPrice> read_vm_prices() {
  std::map<VmKey, VmPrice> prices;
  const auto rows = parse_csv(embedded_csv("prices_vm"));
  AKSTWIN_CHECK(rows.size() > 1, "the VM price list is part of the program");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& row = rows[i];
    AKSTWIN_CHECK(row.size() == 6, "a VM price has six columns");
    const auto on_demand = parse_dollars(row[2]);
    if (!on_demand) continue;  // The size is not offered in that region.
    prices[{lower_case(row[0]), lower_case(row[1])}] = {*on_demand, parse_dollars(row[3]), row[4], row[5]};
  }
  return prices;
}

// Columns: meter, unit, price_usd, region, as_of, source, confidence. Rows without a price were never read and stay unknown.
std::multimap<std::string, Meter> read_meters() {
  std::multimap<std::string, Meter> meters;
  const auto rows = parse_csv(embedded_csv("prices_other"));
  AKSTWIN_CHECK(rows.size() > 1, "the meter list is part of the program");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& row = rows[i];
    AKSTWIN_CHECK(row.size() == 7, "a meter has seven columns");
    const auto price = parse_dollars(row[2]);
    if (price) meters.emplace(row[0], Meter{row[0], *price, row[1], row[3], row[4], row[5], row[6]});
  }
  return meters;
}

// Azure prices by part of the world: good enough to choose between two listed regions.
std::string_view part_of_world(std::string_view region) {
  static constexpr std::array<std::string_view, 4> kAmerica{"us", "canada", "brazil", "mexico"};
  static constexpr std::array<std::string_view, 10> kEurope{"europe", "uk",          "france", "germany", "sweden",
                                                            "norway", "switzerland", "italy",  "spain",   "poland"};
  const auto names_one = [&](std::string_view part) { return region.find(part) != std::string_view::npos; };
  if (std::any_of(kEurope.begin(), kEurope.end(), names_one)) return "europe";
  if (region.find("australia") == std::string_view::npos && std::any_of(kAmerica.begin(), kAmerica.end(), names_one)) return "america";
  return region;
}

// 0 is best. `listed` may name several regions: "eastus/westeurope".
int distance(std::string_view listed, std::string_view region) {
  if (region.empty()) return 0;
  if (listed.empty() || listed == "all" || listed == "global") return 1;
  int best = 3;
  while (!listed.empty()) {
    const auto slash = listed.find('/');
    const auto one = listed.substr(0, slash);
    if (one == region) return 0;
    if (lower_case(part_of_world(lower_case(one))) == part_of_world(region)) best = 2;
    listed = slash == std::string_view::npos ? std::string_view{} : listed.substr(slash + 1);
  }
  return best;
}

}  // namespace

std::optional<VmPrice> vm_price(std::string_view region, std::string_view size) {
  static const auto prices = read_vm_prices();
  const auto found = prices.find({lower_case(region), lower_case(size)});
  if (found == prices.end()) return std::nullopt;
  return found->second;
}

std::optional<Meter> meter(std::string_view name, std::string_view region) {
  static const auto meters = read_meters();
  const auto [first, last] = meters.equal_range(std::string(name));
  const std::string wanted = lower_case(region);
  const auto best = std::min_element(
      first, last, [&](const auto& a, const auto& b) { return distance(a.second.region, wanted) < distance(b.second.region, wanted); });
  if (best == last) return std::nullopt;
  return best->second;
}

}  // namespace akstwin
