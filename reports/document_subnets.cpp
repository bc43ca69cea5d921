/// The subnet report: does it fit, at the maximum that the autoscaler may reach, while an upgrade surges.
#include <algorithm>

#include "reports/document.hpp"
#include "reports/text.hpp"
#include "sim/base/cidr.hpp"

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

ReportTable needs_table(const SubnetsAnswer& subnets) {
  ReportTable table{"subnets",
              "Subnets",
              {{"Subnet", false},
               {"Prefix", false},
               {"Usable", true},
               {"Peak", true},
               {"p50", true},
               {"p95", true},
               {"p99", true},
               {"End", true},
               {"Free at least", true},
               {"Need at maximum", true},
               {"Smallest safe", true},
               {"Safe", false}},
              {},
              false};
  for (const SubnetAnswer& s : subnets.subnets)
    table.rows.push_back({s.subnet, s.prefix, grouped(s.usable), grouped(s.peak), grouped(s.p50), grouped(s.p95), grouped(s.p99), grouped(s.end),
                          percent(s.free_ratio_min, 0), grouped(s.need_at_maximum), prefix_text(s.safe_prefix), s.safe ? "yes" : "no"});
  return table;
}

ReportTable alternatives_table(const SubnetsAnswer& subnets) {
  ReportTable table{"cni",
              "What each CNI mode would need here",
              {{"Subnet", false}, {"Mode", false}, {"In use", false}, {"Addresses", true}, {"Smallest subnet", true}, {"Fits", false}},
              {},
              false};
  for (const SubnetAnswer& s : subnets.subnets)
    for (const SubnetAlternative& a : s.alternatives)
      table.rows.push_back({s.subnet, a.mode, a.chosen ? "yes" : "", grouped(a.addresses), prefix_text(a.prefix), a.fits ? "yes" : "no"});
  return table;
}

ReportTable owners_table(const SubnetsAnswer& subnets) {
  ReportTable table{"owners",
              "Who holds the addresses",
              {{"Subnet", false}, {"Owner", false}, {"Peak", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"End", true}},
              {},
              true};
  for (const SubnetAnswer& s : subnets.subnets)
    for (const SubnetOwnerUse& o : s.owners)
      table.rows.push_back({s.subnet, o.owner, grouped(o.peak), grouped(o.p50), grouped(o.p95), grouped(o.p99), grouped(o.end)});
  return table;
}

ReportTable situations_table(const SubnetsAnswer& subnets) {
  ReportTable table{"situations", "What the subnets need when something happens", {{"Subnet", false}, {"Situation", false}, {"Nodes", true}, {"Addresses", true}, {"Usable", true}, {"Fits", false}}, {}, false};
  for (const SubnetAnswer& s : subnets.subnets)
    for (const SubnetSituation& x : s.situations)
      table.rows.push_back({s.subnet, x.situation, grouped(x.nodes), grouped(x.addresses), grouped(s.usable), x.fits ? "yes" : "no"});
  return table;
}

std::string probability_text(const SubnetRisk& r) {
  return std::to_string(r.exhausted) + " of " + std::to_string(r.replications) + " (" + percent(r.probability.low, 0) + " to " + percent(r.probability.high, 0) + ")";
}

ReportTable risks_table(const Outcome& outcome) {
  ReportTable table{"risks",
              "The smallest prefix that sufficed, and the next smaller one",
              {{"Subnet", false}, {"Mode", false}, {"In use", false}, {"Prefix", true}, {"Usable", true}, {"Needed, p50", true}, {"Needed, most", true}, {"Runs that exhaust it (95 % interval)", true}},
              {},
              true};
  for (const SubnetRisk& r : outcome.subnet_risks)
    table.rows.push_back({r.subnet, r.mode, r.chosen ? "yes" : "", prefix_text(r.prefix), grouped(r.usable), grouped(r.demand_p50), grouped(r.demand_max), probability_text(r)});
  return table;
}

ReportTable admissions_table(const SubnetsAnswer& subnets, const Epoch& start) {
  ReportTable table{"admissions",
              "What Azure would admit in theory, and what the run met",
              {{"Where", false}, {"Operation", false}, {"Needs", true}, {"Has", true}, {"Azure Resource Manager", false}, {"In the run", false}},
              {},
              true};
  for (const AdmissionAnswer& a : subnets.admissions)
    table.rows.push_back({a.where, a.operation, grouped(a.need), grouped(a.has), a.admitted ? "admits" : "refuses: " + a.code,
                          a.refused_at ? counted(a.refusals, "refusal") + ", first on " + day_and_clock(*a.refused_at, start) : "never refused"});
  return table;
}

ReportTable cidrs_table(const SubnetsAnswer& subnets) {
  ReportTable table{"pod-cidrs",
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

namespace {

constexpr std::int64_t kHeatRows = 16;

/// Sixteen blocks of a range that is filled from the lowest address on. `first`: units at its start that nobody can have; `usable`: what follows.
struct HeatRange {
  Cidr range;
  std::int64_t units = 0, first = 0, usable = 0;
};

void fill_rows(const HeatRange& of, Chart& chart) {
  std::vector<double> used;
  for (const ChartSeries& owner : chart.series) {
    used.resize(std::max(used.size(), owner.values.size()), 0.0);
    for (std::size_t i = 0; i < owner.values.size(); ++i) used[i] += owner.values[i];
  }
  chart.series.clear();
  if (used.empty() || of.units < kHeatRows) return;
  const std::int64_t each = of.units / kHeatRows, addresses = of.range.size() / kHeatRows;
  for (std::int64_t row = 0; row < kHeatRows; ++row) {
    const Cidr block{static_cast<std::uint32_t>(of.range.base + static_cast<std::uint64_t>(row * addresses)), of.range.prefix + 4};
    const std::int64_t from = std::max<std::int64_t>(row * each - of.first, 0), to = std::min((row + 1) * each - of.first, of.usable);
    ChartSeries series{to_string(block), {}};
    for (const double count : used) series.values.push_back(to > from ? std::clamp((count - static_cast<double>(from)) / static_cast<double>(to - from), 0.0, 1.0) : 0);
    chart.series.push_back(std::move(series));
  }
  chart.unit = "share in use";
  const auto full = std::ranges::count_if(chart.series, [](const ChartSeries& s) { return std::ranges::max(s.values) >= 1; });
  chart.caption = std::to_string(full) + " of " + std::to_string(kHeatRows) + " blocks are full at some time, if they are given out from the lowest on; darker is fuller.";
}

}  // namespace

Chart block_heat_map(const Outcome& outcome, const SubnetAnswer& subnet) {
  Chart chart = time_chart(outcome, ChartKind::Heat, "subnet:" + subnet.subnet);
  const auto cidr = parse_cidr(subnet.prefix);
  // Azure keeps the first four addresses and the last one.
  if (cidr) fill_rows({*cidr, cidr->size(), 4, subnet.usable}, chart);
  else chart.series.clear();
  chart.id = "chart-blocks-" + subnet.subnet;
  chart.title = "Address blocks of " + subnet.subnet + " over time";
  return chart;
}

Chart pod_cidr_heat_map(const Outcome& outcome, const PodCidrAnswer& cluster) {
  Chart chart = time_chart(outcome, ChartKind::Heat, "podcidr:" + cluster.cluster);
  const auto cidr = parse_cidr(cluster.pod_cidr);
  const std::int64_t blocks = cidr && cidr->prefix <= 24 ? std::int64_t{1} << (24 - cidr->prefix) : 0;   // a /24 a node
  if (cidr) fill_rows({*cidr, blocks, 0, blocks}, chart);
  else chart.series.clear();
  chart.id = "chart-blocks-pod-cidr-" + cluster.cluster;
  chart.title = "Blocks of the pod CIDR of " + cluster.cluster + " over time";
  return chart;
}

Section subnet_section(const Outcome& outcome) {
  const SubnetsAnswer& subnets = outcome.details.subnets;
  Section section{"subnets", "Subnets", answer_of(subnets), {}};
  const auto add = [&](ReportTable table) {
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
    if (Chart heat = block_heat_map(outcome, s); !heat.series.empty()) section.blocks.emplace_back(std::move(heat));
  }
  add(situations_table(subnets));
  add(alternatives_table(subnets));
  add(risks_table(outcome));
  add(admissions_table(subnets, outcome.scenario.start));
  add(cidrs_table(subnets));
  for (const PodCidrAnswer& c : subnets.pod_cidrs)
    if (Chart heat = pod_cidr_heat_map(outcome, c); !heat.series.empty()) section.blocks.emplace_back(std::move(heat));
  for (const PodCidrAnswer& c : subnets.pod_cidrs)
    if (!c.safe || c.exhausted_at) section.blocks.emplace_back(c.cluster + " pod CIDR: " + c.verdict);
  add(owners_table(subnets));
  return section;
}

}  // namespace akstwin
