#include <algorithm>
#include <iterator>

#include "scenarios/draft.hpp"
#include "scenarios/imports/json_text.hpp"
#include "scenarios/imports/price_list.hpp"

namespace akstwin {

void describe(Fields& f, CommitmentSpec& out) {
  out.declared_at = f.at();
  bool three_years = false;
  f.choice("kind", out.reservation, {{"savingsPlan", false}, {"reservation", true}}, "savingsPlan: dollars an hour on any size. reservation: instances of one size in one region.");
  f.choice("term", three_years, {{"1y", false}, {"3y", true}}, "Length of the commitment.");
  out.years = three_years ? 3 : 1;
  f.optional("hourly", out.hourly, "savingsPlan: committed spend an hour, at the discounted rate.").at_least(Money{0});
  f.optional("discount", out.discount, "Off list price for what is covered; 0: the catalogue's.").between(PartsPerMillion{0}, PartsPerMillion{950'000});
  f.optional("vmSize", out.vm_size, "reservation: the size.");
  f.optional("location", out.location, "reservation: the region.");
  f.optional("quantity", out.quantity, "reservation: instances.").between(0, 100'000);
}

void describe(Fields& f, BudgetSpec& out) {
  f.required("namespace", out.name_space, "The namespace.");
  f.required("monthly", out.monthly, "Budget of a month.").at_least(Money{0});
  f.values("alertAt", out.alert_at, "Shares of the budget at which to alert, [80%, 100%].");
}

void describe(Fields& f, CostSpec& out) {
  StatedPrices listed;
  f.custom("prices", {"builtin or a path", "builtin or a path", "string", ""}, "builtin, or a file with prices of VM sizes that win over it: an answer of the Azure Retail Prices API, or CSV with arm_region, sku and usd_per_hour.", [&](const YamlNode& node) {
    if (!node.is_scalar()) return f.wrong_kind(node, "prices", "builtin or a path");
    if (node.text == "builtin") return;
    Diagnostics& diagnostics = f.context().diagnostics;
    const auto source = f.context().files.file(node.text, node, diagnostics);
    const auto text = source ? f.context().files.read(*source, node, document_bytes(source->shown), diagnostics) : std::nullopt;
    if (!text) return;
    out.prices_file = source->path.string();
    if (node.text.ends_with(".csv")) {
      listed = csv_vm_prices(*text);
    } else {
      for (const YamlNode& document : parse_document(source->shown, *text, diagnostics))
        if (is_retail_prices(document)) std::ranges::move(retail_vm_prices(document), std::back_inserter(listed));
    }
    if (listed.empty()) f.error("S023", node, "'" + node.text + "' holds no price of a VM size", "save https://prices.azure.com/api/retail/prices, or write a CSV file with arm_region, sku and usd_per_hour");
  });
  f.list("commitments", out.commitments, "Savings plans and reservations.");
  f.optional("spotDiscount", out.spot_discount, "Off list price for spot where the price book has none.").between(PartsPerMillion{0}, PartsPerMillion{990'000});
  f.group("showback", "How the bill is shared.", [&](Fields& g) {
    bool by_namespace = true;
    g.choice("by", by_namespace, {{"namespace", true}}, "What shares are named after.");
    g.choice("shareIdle", out.share_idle_proportionally, {{"proportional", true}, {"separate", false}}, "Unused capacity: shared by use, or a line of its own.");
    g.list("budgets", out.budgets, "Monthly budgets.");
  });
  f.entries("overrides", "mapping of meter to price", "Unit prices of your contract, by the meter's name in the price book.", [&](const YamlNode&, const YamlMember& member, const std::string&) {
    if (const auto price = member.value.is_scalar() ? parse_money(member.value.text) : std::nullopt) {
      out.price_overrides.emplace_back(member.key, *price);
    } else {
      f.malformed(member.value, member.key, Notation<Money>::words());
    }
  });
  std::ranges::move(listed, std::back_inserter(out.price_overrides));   // behind what is stated itself: the first one counts
}

void describe(Fields& f, SpotMarketSpec& out) {
  f.optional("evictionRate", out.eviction_rate, "Chance in an hour that one size in one zone is reclaimed.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("facts G: Azure publishes bands of 5 % an hour");
  f.optional("reclaimedShare", out.reclaimed_share, "Share of the zone's spot instances that goes in one reclaim.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("assumption: evictions hit a size and zone together (facts G)");
  f.optional("notice", out.notice, "Warning before an instance goes.").at_most(Duration{30'000'000}).source("Azure: at most 30 s (facts G)");
  f.optional("stockOut", out.stock_out, "Median time without spot capacity after a reclaim.").source("assumption (facts G names none)");
  f.optional("priceVolatility", out.price_volatility, "How far a market's price strays from its level in the long run, as a standard deviation of its logarithm; 0%: it stands still.").between(PartsPerMillion{0}, PartsPerMillion{2'000'000}).source("0: the price list's spot price all the time");
  f.optional("priceStep", out.price_step, "How often a price may change.").between(Duration{60'000'000}, Duration{30LL * 86'400'000'000}).source("assumption: hourly, as eviction rates are stated");
  f.optional("priceMemory", out.price_memory, "After this long half of a deviation is gone.").at_least(Duration{60'000'000}).source("assumption");
  f.optional("regionCorrelation", out.region_correlation, "Share of the hours in which all zones of a size in a region are drawn together.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("0: zones are drawn apart (facts G)");
  f.list("markets", out.markets, "What single markets do differently; the last entry that fits counts.");
}

void describe(Fields& f, SpotMarketOverride& out) {
  out.declared_at = f.at();
  f.optional("vmSize", out.vm_size, "VM size; without it every one.");
  f.optional("location", out.location, "Azure region; without it every one.");
  f.optional("zone", out.zone, "Zone, 1 to 3; 0: every one.").between(0, 4);
  const auto share = [&](std::string_view key, std::optional<PartsPerMillion>& value, std::string_view help) {
    PartsPerMillion stated = value.value_or(PartsPerMillion{0});
    f.optional(key, stated, help).between(PartsPerMillion{0}, PartsPerMillion{2'000'000});
    if (f.has(key)) value = stated;
  };
  share("evictionRate", out.eviction_rate, "Chance in an hour that the market reclaims.");
  share("priceVolatility", out.price_volatility, "Long-run standard deviation of the price's logarithm.");
  share("price", out.price, "Level of the price, as a share of the on-demand price.");
  Duration stock_out = out.stock_out.value_or(Duration{0});
  f.optional("stockOut", stock_out, "Median time without capacity after a reclaim.");
  if (f.has("stockOut")) out.stock_out = stock_out;
}

}  // namespace akstwin
