#include "reports/bill.hpp"

#include "sim/base/check.hpp"

namespace akstwin {

std::int64_t Bill::monthly_micro(Int128 measured, std::int64_t per_unit) const {
  if (end_.us <= 0 || measured <= 0) return 0;
  constexpr std::int64_t kMonthSeconds = kHoursPerMonth * 3'600;
  // measured ÷ per_unit × 10⁶ × month ÷ window, month and window in µs.
  // Split so that the product stays within 128 bits: whole units first, then the rest.
  const Int128 whole = measured / per_unit, rest = measured % per_unit;
  const Int128 month = Int128{kMonthSeconds} * 1'000'000;
  const Int128 exact_whole = whole * kMicro * month;
  const Int128 exact_rest = rest * kMicro * month / per_unit;
  return static_cast<std::int64_t>((exact_whole + exact_rest + end_.us / 2) / end_.us);
}

void Bill::add(const LinePlace& place, const UnitPrice& price, std::int64_t quantity_micro) {
  AKSTWIN_CHECK(quantity_micro >= 0, "nobody is billed a negative quantity");
  if (quantity_micro == 0) return;
  PriceLine line{place.category, place.item, place.cluster, place.pool,  price.meter,     price.unit, quantity_micro,
                 price.price,    {},         price.source,  price.as_of, price.confidence};
  line.amount = scale(price.price, quantity_micro, kMicro);
  lines_.push_back(std::move(line));
}

void Bill::add_meter(const LinePlace& place, std::string_view meter_name, std::string_view region, std::int64_t quantity_micro) {
  auto found = meter(meter_name, region);
  if (const auto stated = stated_price(meter_name)) {
    if (!found) found = Meter{std::string(meter_name), {}, "unit", {}, {}, {}, {}};
    found->unit_price = *stated;
    found->source = "the scenario's cost.prices";
    found->as_of.clear();
    found->confidence = "stated";
  }
  if (!found) {
    if (quantity_micro > 0) not_priced(std::string(meter_name) + ": no price in the list");
    return;
  }
  add(place, {found->name, found->unit, found->unit_price, found->source, found->as_of, found->confidence}, quantity_micro);
}

std::optional<Money> Bill::stated_price(std::string_view name) const {
  for (const auto& [stated, price] : scenario_.cost.price_overrides)
    if (stated == name) return price;
  return std::nullopt;
}

std::vector<Money> split(Money amount, const std::vector<std::int64_t>& weights) {
  Int128 total = 0;
  for (const std::int64_t weight : weights) total += weight;
  std::vector<Money> parts(weights.size());
  if (total <= 0) return parts;
  Int128 running = 0;
  std::int64_t given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    running += weights[i];
    const auto until = static_cast<std::int64_t>(Int128{amount.nano} * running / total);
    parts[i] = Money{until - given};
    given = until;
  }
  return parts;
}

}  // namespace akstwin
