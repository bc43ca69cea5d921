#include "scenarios/draft.hpp"

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
  f.custom("prices", {"builtin or a path", "builtin or a path", "string", ""}, "builtin, or a file in the shape of the Azure Retail Prices API.", [&](const YamlNode& node) {
    if (!node.is_scalar()) return f.wrong_kind(node, "prices", "builtin or a path");
    if (node.text == "builtin") return;
    Diagnostics& diagnostics = f.context().diagnostics;
    const auto source = f.context().files.file(node.text, node, diagnostics);
    if (source && f.context().files.read(*source, node, 64 << 20, diagnostics)) out.prices_file = source->path.string();
    f.warn_not_simulated("prices", node.position());
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
}

void describe(Fields& f, SpotMarketSpec& out) {
  f.optional("evictionRate", out.eviction_rate, "Chance in an hour that one size in one zone is reclaimed.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("facts G: Azure publishes bands of 5 % an hour");
  f.optional("reclaimedShare", out.reclaimed_share, "Share of the zone's spot instances that goes in one reclaim.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000}).source("assumption: evictions hit a size and zone together (facts G)");
  f.optional("notice", out.notice, "Warning before an instance goes.").at_most(Duration{30'000'000}).source("Azure: at most 30 s (facts G)");
  f.optional("stockOut", out.stock_out, "Median time without spot capacity after a reclaim.").source("assumption (facts G names none)");
}

}  // namespace akstwin
