#include "reports/commitments.hpp"

#include <algorithm>
#include <numeric>

#include "sim/base/check.hpp"
#include "sim/base/int128.hpp"
#include "sim/step_function.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr Duration kHour{3'600'000'000};

struct Hour {
  std::span<const VmUse> uses;
  std::span<const CommitmentSpec> commitments;
  Duration length;                         // Shorter than an hour at the end of the window only.
  std::vector<std::int64_t> remaining_us;  // By use: not yet covered.
  CommitmentResult& result;

  void reserve(std::size_t c) {
    const CommitmentSpec& reservation = commitments[c];
    std::int64_t left = reservation.quantity * length.us;
    result.reserved_us[c] += left;
    for (std::size_t u = 0; u < uses.size() && left > 0; ++u) {
      if (uses[u].spot || uses[u].size != reservation.vm_size.text() || uses[u].region != reservation.location.text()) continue;
      const std::int64_t taken = std::min(left, remaining_us[u]);
      result.payments[u].covered_us[c] += taken;
      remaining_us[u] -= taken;
      left -= taken;
    }
  }

  // All uses have the same discount, so the plan covers the same share of each: what remains × commitment ÷ discounted cost.
  void save(std::size_t c) {
    const CommitmentSpec& plan = commitments[c];
    // Both in nano-dollars × µs an hour ÷ 10⁶, which keeps the product below within 128 bits.
    const Int128 committed = Int128{plan.hourly.nano} * length.us / kMillion;
    Int128 wanted = 0;
    for (std::size_t u = 0; u < uses.size(); ++u)
      if (!uses[u].spot) wanted += Int128{remaining_us[u]} * discounted(uses[u].on_demand_hour, plan.discount).nano / kMillion;
    for (std::size_t u = 0; u < uses.size(); ++u) {
      if (uses[u].spot || remaining_us[u] == 0) continue;
      const std::int64_t covered =
          wanted <= committed ? remaining_us[u] : static_cast<std::int64_t>(Int128{remaining_us[u]} * committed / wanted);
      result.payments[u].covered_us[c] += covered;
      remaining_us[u] -= covered;
    }
  }
};

}  // namespace

Money discounted(Money list, PartsPerMillion discount) { return scale(list, kMillion - discount.value, kMillion); }

CommitmentResult apply_commitments(std::span<const VmUse> uses, std::span<const CommitmentSpec> commitments, SimTime end) {
  CommitmentResult result;
  result.payments.assign(uses.size(), VmPayment{0, std::vector<std::int64_t>(commitments.size(), 0)});
  result.reserved_us.assign(commitments.size(), 0);

  std::vector<std::size_t> plans, reservations;
  for (std::size_t c = 0; c < commitments.size(); ++c) (commitments[c].reservation ? reservations : plans).push_back(c);
  std::stable_sort(plans.begin(), plans.end(),
                   [&](std::size_t a, std::size_t b) { return commitments[a].discount > commitments[b].discount; });

  for (SimTime from{}; from < end; from += kHour) {
    const SimTime to = std::min(from + kHour, end);
    Hour hour{uses, commitments, to - from, {}, result};
    for (const VmUse& use : uses) {
      const Int128 us = integral(use.nodes, from, to);
      AKSTWIN_CHECK(us >= 0 && us < INT64_MAX, "an hour of nodes fits 64 bits");
      hour.remaining_us.push_back(static_cast<std::int64_t>(us));
    }
    for (const std::size_t c : reservations) hour.reserve(c);
    for (const std::size_t c : plans) hour.save(c);
    for (std::size_t u = 0; u < uses.size(); ++u) result.payments[u].on_demand_us += hour.remaining_us[u];
  }
  return result;
}

}  // namespace akstwin
