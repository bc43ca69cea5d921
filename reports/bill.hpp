/// The lines of the monthly bill as they are written: a price looked up, a quantity brought to a month, an amount rounded once.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/catalog/price_book.hpp"
#include "reports/answers.hpp"
#include "sim/base/int128.hpp"

namespace akstwin {

/// Azure's month: 730 hours (azure.microsoft.com pricing pages; facts K15 and the price tables use it).
inline constexpr std::int64_t kHoursPerMonth = 730;
inline constexpr std::int64_t kMicro = 1'000'000;

/// Where a line belongs.
struct LinePlace {
  std::string category, item, cluster, pool;
};

/// A unit price with its origin.
struct UnitPrice {
  std::string meter, unit;
  Money price;
  std::string source, as_of, confidence;
};

class Bill {
 public:
  Bill(const Scenario& scenario, SimTime end) : scenario_(scenario), end_(end) {}

  /// Something measured over the window (hours, GB, requests), brought to a month: measured ÷ per_unit × 730 h ÷ window.
  std::int64_t monthly_micro(Int128 measured, std::int64_t per_unit) const;

  /// Adds a line; a quantity of zero adds nothing.
  void add(const LinePlace& place, const UnitPrice& price, std::int64_t quantity_micro);
  /// The same at the list price of a meter near `region`; without a price the item is noted as not priced.
  void add_meter(const LinePlace& place, std::string_view meter_name, std::string_view region, std::int64_t quantity_micro);
  void not_priced(std::string what) { not_priced_.insert(std::move(what)); }

  /// The scenario's own price for `name`, if it states one ("cost.prices").
  std::optional<Money> stated_price(std::string_view name) const;

  const std::vector<PriceLine>& lines() const { return lines_; }
  std::vector<PriceLine> take_lines() { return std::move(lines_); }
  std::vector<std::string> take_not_priced() const { return {not_priced_.begin(), not_priced_.end()}; }
  SimTime end() const { return end_; }
  const Scenario& scenario() const { return scenario_; }

 private:
  const Scenario& scenario_;
  SimTime end_;
  std::vector<PriceLine> lines_;
  std::set<std::string> not_priced_;
};

/// What the spot pools cost, and what the same hours cost at list price.
struct SpotCost {
  Money paid, list;
};

/// Nodes (on demand, reserved, savings plan, spot), unused commitments, managed OS disks.
SpotCost bill_nodes(Bill& bill, const Timeline& timeline, std::vector<CommitmentUse>& commitments);
/// Control planes, load balancers, outbound, private endpoints.
void bill_clusters(Bill& bill, const Timeline& timeline);
/// Registry, edge and monitoring.
void bill_services(Bill& bill, const Timeline& timeline);

/// Splits the lines over namespaces by what their pods requested; the rows sum to the lines exactly.
std::vector<NamespaceCost> showback(const Scenario& scenario, const Timeline& timeline, const std::vector<PriceLine>& lines);

/// Splits an amount by weights so that the parts sum to it exactly: part i is the difference of two rounded running totals.
std::vector<Money> split(Money amount, const std::vector<std::int64_t>& weights);

}  // namespace akstwin
