/// Limits and outgoing connections: what the platform runs into besides its own maxima.
#include <algorithm>

#include "reports/document.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

std::string day_or_dash(const std::optional<SimTime>& at, const Epoch& start) { return at ? day_and_clock(*at, start) : "-"; }

std::string answer_of(const Answers& answers, const Epoch& start) {
  const LimitUse* nearest = nullptr;
  std::size_t reached = 0;
  for (const LimitUse& use : answers.limits) {
    if (use.id == "node-pods") continue;   // nodes are there to be filled
    reached += use.reached_at ? 1 : 0;
    if (nearest == nullptr || fraction_of(use.peak, use.limit) > fraction_of(nearest->peak, nearest->limit)) nearest = &use;
  }
  if (nearest == nullptr) return "No limit of Azure is in sight: 0 are used at all.";
  std::string text = reached == 0 ? "No limit of Azure is reached" : counted(static_cast<std::int64_t>(reached), "limit") + " of Azure reached";
  text += "; the nearest is " + grouped(nearest->peak) + " of " + grouped(nearest->limit) + " " + nearest->what + " (" + nearest->subject + ", " + percent(fraction_of(nearest->peak, nearest->limit), 0) + ")";
  if (nearest->reached_at) text += ", reached on " + day_and_clock(*nearest->reached_at, start);
  for (const OutboundAnswer& outbound : answers.outbound)
    if (outbound.exhausted_at) text += "; ports for outgoing connections of " + outbound.cluster + " run out on " + day_and_clock(*outbound.exhausted_at, start);
  return text + ".";
}

ReportTable limits_table(const Answers& answers, const Epoch& start) {
  ReportTable table{"limits", "Azure's limits", {{"What", false}, {"Of", false}, {"Limit", true}, {"Peak", true}, {"Used", true}, {"At maximum", true}, {"80 % on", false}, {"Reached on", false}, {"Source", false}}, {}, true};
  std::vector<const LimitUse*> ranked;
  for (const LimitUse& use : answers.limits) ranked.push_back(&use);
  std::ranges::stable_sort(ranked, [](const LimitUse* a, const LimitUse* b) { return fraction_of(a->peak, a->limit) > fraction_of(b->peak, b->limit); });
  for (const LimitUse* use : ranked)
    table.rows.push_back({use->what, use->subject, grouped(use->limit), grouped(use->peak), percent(fraction_of(use->peak, use->limit), 1), use->at_maximum > 0 ? grouped(use->at_maximum) : "-",
                          day_or_dash(use->warned_at, start), day_or_dash(use->reached_at, start), use->source});
  return table;
}

ReportTable outbound_table(const Answers& answers, const Epoch& start) {
  ReportTable table{"outbound", "Ports for outgoing connections", {{"Cluster", false}, {"Through", false}, {"Addresses", true}, {"Ports a node", true}, {"Nodes, peak", true}, {"Ports suffice for", true}, {"In use, peak", true}, {"Exhausted on", false}}, {}, false};
  for (const OutboundAnswer& o : answers.outbound)
    table.rows.push_back({o.cluster, o.type, grouped(o.addresses), o.ports_a_node > 0 ? grouped(o.ports_a_node) : "shared", grouped(o.nodes_peak), o.nodes_supported > 0 ? counted(o.nodes_supported, "node") : "by pool size",
                          o.in_use_peak > 0 ? grouped(o.in_use_peak) + " of " + grouped(o.in_use_limit) : "-", day_or_dash(o.exhausted_at ? o.exhausted_at : o.allocation_failed_at, start)});
  return table;
}

}  // namespace

Section limits_section(const Outcome& outcome) {
  const Answers& answers = outcome.details;
  const Epoch& start = outcome.scenario.start;
  Section section{"limits", "Limits", answer_of(answers, start), {}};
  for (ReportTable table : {outbound_table(answers, start), limits_table(answers, start)})
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace akstwin
