/// The subnet report: does it fit, at the maximum that the autoscaler may reach, while an upgrade surges.
#include "reports/document.hpp"
#include "reports/text.hpp"

namespace akstwin {
namespace {

std::string prefix_text(int prefix) { return prefix > 0 ? "/" + std::to_string(prefix) : "none"; }

std::string answer_of(const SubnetsAnswer& subnets) {
  std::int64_t unsafe = 0;
  const SubnetAnswer* tightest = nullptr;
  for (const SubnetAnswer& subnet : subnets.subnets) {
    unsafe += subnet.safe ? 0 : 1;
    if (subnet.usable > 0 && (tightest == nullptr || subnet.free_ratio_min < tightest->free_ratio_min)) tightest = &subnet;
  }
  for (const PodCidrAnswer& cidr : subnets.pod_cidrs) unsafe += cidr.safe ? 0 : 1;
  if (subnets.subnets.empty() && subnets.pod_cidrs.empty()) return "The scenario states no subnets: 0 addresses to watch.";
  std::string text = unsafe == 0 ? "Every subnet and pod CIDR holds the autoscaler's maximum plus surge"
                                 : counted(unsafe, "subnet or pod CIDR") + " too small for the autoscaler's maximum plus surge";
  if (tightest != nullptr)
    text += "; the tightest, " + tightest->subnet + ", peaked at " + grouped(tightest->peak) + " of " + grouped(tightest->usable) +
            " addresses (" + percent(tightest->free_ratio_min, 0) + " free)";
  return text + ".";
}

Table needs_table(const SubnetsAnswer& subnets) {
  Table table{"subnets",
              "Subnets",
              {{"Subnet", false},
               {"Prefix", false},
               {"Usable", true},
               {"Peak", true},
               {"p95", true},
               {"End", true},
               {"Free at least", true},
               {"Need at maximum", true},
               {"Smallest safe", true},
               {"Safe", false}},
              {},
              false};
  for (const SubnetAnswer& s : subnets.subnets)
    table.rows.push_back({s.subnet, s.prefix, grouped(s.usable), grouped(s.peak), grouped(s.p95), grouped(s.end),
                          percent(s.free_ratio_min, 0), grouped(s.need_at_maximum), prefix_text(s.safe_prefix), s.safe ? "yes" : "no"});
  return table;
}

Table alternatives_table(const SubnetsAnswer& subnets) {
  Table table{"cni",
              "What each CNI mode would need here",
              {{"Subnet", false}, {"Mode", false}, {"In use", false}, {"Addresses", true}, {"Smallest subnet", true}, {"Fits", false}},
              {},
              false};
  for (const SubnetAnswer& s : subnets.subnets)
    for (const SubnetAlternative& a : s.alternatives)
      table.rows.push_back({s.subnet, a.mode, a.chosen ? "yes" : "", grouped(a.addresses), prefix_text(a.prefix), a.fits ? "yes" : "no"});
  return table;
}

Table owners_table(const SubnetsAnswer& subnets) {
  Table table{
      "owners", "Who holds the addresses", {{"Subnet", false}, {"Owner", false}, {"Peak", true}, {"p95", true}, {"End", true}}, {}, true};
  for (const SubnetAnswer& s : subnets.subnets)
    for (const SubnetOwnerUse& o : s.owners) table.rows.push_back({s.subnet, o.owner, grouped(o.peak), grouped(o.p95), grouped(o.end)});
  return table;
}

Table cidrs_table(const SubnetsAnswer& subnets) {
  Table table{"pod-cidrs",
              "Overlay pod CIDRs: a /24 a node",
              {{"Cluster", false},
               {"Pod CIDR", false},
               {"Blocks", true},
               {"Peak", true},
               {"At maximum", true},
               {"Smallest safe", true},
               {"Safe", false}},
              {},
              false};
  for (const PodCidrAnswer& c : subnets.pod_cidrs)
    table.rows.push_back({c.cluster, c.pod_cidr, grouped(c.blocks_total), grouped(c.blocks_peak), grouped(c.blocks_at_maximum),
                          prefix_text(c.safe_prefix), c.safe ? "yes" : "no"});
  return table;
}

}  // namespace

Section subnet_section(const Outcome& outcome) {
  const SubnetsAnswer& subnets = outcome.details.subnets;
  Section section{"subnets", "Subnets", answer_of(subnets), {}};
  const auto add = [&](Table table) {
    if (!table.rows.empty()) section.blocks.emplace_back(std::move(table));
  };
  add(needs_table(subnets));
  for (const SubnetAnswer& s : subnets.subnets) section.blocks.emplace_back(s.subnet + ": " + s.verdict);
  for (const SubnetAnswer& s : subnets.subnets) {
    if (s.nodes_at_maximum == 0) continue;  // Endpoints do not move.
    Chart chart = time_chart(outcome, ChartKind::StackedArea, "subnet:" + s.subnet);
    if (chart.series.empty()) continue;
    chart.id = "chart-subnet-" + s.subnet;
    chart.title = "Addresses in use in " + s.subnet;
    chart.unit = "addresses";
    chart.caption =
        grouped(s.peak) + " of " + grouped(s.usable) + " addresses at the peak; " + percent(s.free_ratio_min, 0) + " stay free.";
    section.blocks.emplace_back(std::move(chart));
  }
  add(alternatives_table(subnets));
  add(cidrs_table(subnets));
  for (const PodCidrAnswer& c : subnets.pod_cidrs)
    if (!c.safe || c.exhausted_at) section.blocks.emplace_back(c.cluster + " pod CIDR: " + c.verdict);
  add(owners_table(subnets));
  return section;
}

}  // namespace akstwin
