/// What nodes cost: billed while allocated, booting and draining included (facts I: provisioned VM seconds).
#include <array>

#include "models/catalog/allocatable.hpp"
#include "models/catalog/machine_sizes.hpp"
#include "models/catalog/vm_limits.hpp"
#include "models/catalog/vm_sizes.hpp"
#include "reports/bill.hpp"
#include "reports/commitments.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kBilledHourUs = 3'600'000'000;

/// A node pool, or the machines of one size and priority in a NodePool.
struct PricedPool {
  const ClusterSpec* cluster;
  NodePoolSpec pool;
  UnitPrice list, spot;
  std::vector<Sample> nodes;
  bool local_os_disk = false;      ///< the OS disk lies on the machine's own disk
};

/// ∫ a·b dt of two step functions, in value² · µs.
Int128 product_integral(std::span<const Sample> a, std::span<const Sample> b, SimTime to) {
  Int128 sum = 0;
  std::size_t i = 0, j = 0;
  SimTime now{};
  std::int64_t x = 0, y = 0;
  while (now < to) {
    while (i < a.size() && a[i].at <= now) x = a[i++].value;
    while (j < b.size() && b[j].at <= now) y = b[j++].value;
    SimTime next = to;
    if (i < a.size()) next = std::min(next, a[i].at);
    if (j < b.size()) next = std::min(next, b[j].at);
    sum += Int128{x} * y * (next - now).us;
    now = next;
  }
  return sum;
}

/// Where the market's price moved, the pool's price is its mean over the machines' hours.
void follow_price_path(const Timeline& timeline, SimTime end, PricedPool& priced) {
  const auto path = samples_of(of_pool(timeline, GaugeKind::PoolSpotPrice, priced.cluster->name, priced.pool.name));
  if (!priced.pool.spot || path.empty()) return;
  const Int128 machine_us = integral(priced.nodes, {}, end);
  if (machine_us <= 0) return;
  priced.spot.price = Money{static_cast<std::int64_t>((product_integral(priced.nodes, path, end) + machine_us / 2) / machine_us)};
  priced.spot.source = "mean of the simulated price path (spotMarket) over the machines' hours";
  priced.spot.as_of.clear();
  priced.spot.confidence = "stated";
}

UnitPrice list_price(const Bill& bill, const std::string& region, const std::string& size, const std::optional<VmPrice>& known) {
  const std::string override_name = "vm:" + region + "/" + size;
  if (const auto stated = bill.stated_price(override_name))
    return {size + " " + region, "instance-hour", *stated, "the scenario's cost.prices", "", "stated"};
  return {size + " " + region, "instance-hour", known->on_demand_hour, known->source, known->as_of, "code"};
}

// The scenario's own price, else the list's spot price, else the scenario's discount off list, else list price.
UnitPrice spot_price(Bill& bill, const std::string& region, const std::string& size, const std::optional<VmPrice>& known, UnitPrice list) {
  UnitPrice price = std::move(list);
  price.meter += " Spot";
  if (const auto stated = bill.stated_price("vm:" + region + "/" + size + "/spot")) {
    price.price = *stated;
    price.source = "the scenario's cost.prices";
    price.as_of.clear();
    price.confidence = "stated";
  } else if (known && known->spot_hour) {
    price.price = *known->spot_hour;
  } else if (bill.scenario().cost.spot_discount > PartsPerMillion{0}) {
    price.price = discounted(price.price, bill.scenario().cost.spot_discount);
    price.source = "the scenario's spot discount of " + to_string(bill.scenario().cost.spot_discount) + " off list; " + price.source;
    price.confidence = "stated";
  } else {
    bill.not_priced(size + " Spot in " + region + ": no spot price in the list; billed at list price");
  }
  return price;
}

void price_pool(Bill& bill, const ClusterSpec& cluster, const NodePoolSpec& pool, std::span<const Sample> nodes, bool local_os_disk,
                std::vector<PricedPool>& pools) {
  const std::string region = cluster.location.str(), size = pool.vm_size.str();
  const auto known = vm_price(region, size);
  if (!known && !bill.stated_price("vm:" + region + "/" + size)) {
    bill.not_priced(size + " in " + region + ": no price in the list; its nodes are not in the bill");
    return;
  }
  UnitPrice list = list_price(bill, region, size, known);
  if (const VmSize* windows = pool.os == OsType::Windows ? find_vm_size(size) : nullptr; windows != nullptr && list.confidence != "stated") {
    list.price += windows_licence_hour(*windows);
    list.meter += " Windows";
    list.source += "; Windows: 0.046 USD a vCPU and hour more (difference of the two meters, D family)";
  }
  UnitPrice spot = pool.spot ? spot_price(bill, region, size, known, list) : list;
  pools.push_back({&cluster, pool, std::move(list), std::move(spot), {nodes.begin(), nodes.end()}, local_os_disk});
}

// A NodePool's machines are as many kinds as were ever launched: "Standard_D4s_v5/spot".
void price_machines(Bill& bill, const Timeline& timeline, const ClusterSpec& cluster, const KarpenterNodePoolSpec& node_pool, std::vector<PricedPool>& pools) {
  const Name key(cluster.name.str() + "/" + node_pool.name.str());
  for (const Series* machines : select(timeline, GaugeKind::MachinesAllocated, [&](const SeriesKey& k) { return k.a == cluster.name && k.b == key; })) {
    NodePoolSpec pool = machine_pool(cluster, node_pool);
    pool.vm_size = Name(first_part(machines->key.c.text()));
    pool.spot = last_part(machines->key.c.text()) == "spot";
    const VmSize* size = find_vm_size(pool.vm_size.text());
    // The OS disk is ephemeral where the local disk holds it, whatever its size (karpenter-provider-azure launchtemplate.go).
    const bool local = size != nullptr && size->ephemeral_os_disk && size->temp_disk >= Bytes{pool.os_disk_gib << 30};
    price_pool(bill, cluster, pool, samples_of(machines), local, pools);
  }
}

std::vector<PricedPool> price_pools(Bill& bill, const Timeline& timeline) {
  std::vector<PricedPool> pools;
  for (const ClusterSpec& cluster : bill.scenario().clusters) {
    for (const NodePoolSpec& pool : cluster.pools) {
      const VmSize* size = find_vm_size(pool.vm_size.text());
      const bool local = size != nullptr && os_disk_is_ephemeral(pool, *size);
      const std::size_t before = pools.size();
      price_pool(bill, cluster, pool, samples_of(of_pool(timeline, GaugeKind::NodesAllocated, cluster.name, pool.name)), local, pools);
      if (pools.size() > before) follow_price_path(timeline, bill.end(), pools.back());
    }
    if (!cluster.provisioning.automatic) continue;
    for (const KarpenterNodePoolSpec& node_pool : cluster.provisioning.node_pools) price_machines(bill, timeline, cluster, node_pool, pools);
  }
  return pools;
}

std::string describe(const CommitmentSpec& c) {
  const std::string term = std::to_string(c.years) + "-year ";
  if (c.reservation) return term + "reservation of " + std::to_string(c.quantity) + " × " + c.vm_size.str() + " in " + c.location.str();
  return term + "savings plan of " + to_string(c.hourly) + " an hour";
}

// Unused money as a line of its own: a quantity of dollars at $1, so that quantity × price stays exact.
void bill_unused(Bill& bill, const std::string& cluster, CommitmentUse& use) {
  use.unused = use.committed > use.used ? use.committed - use.used : Money{0};
  const std::int64_t micro_dollars = (use.unused.nano + 500) / 1'000;
  use.unused = Money{micro_dollars * 1'000};
  bill.add({"compute", "commitment, unused", cluster, ""}, {use.description, "USD", Money{1'000'000'000}, "the scenario", "", "stated"},
           micro_dollars);
}

void bill_disks(Bill& bill, const PricedPool& priced, Int128 node_us) {
  const VmSize* size = find_vm_size(priced.pool.vm_size.text());
  if (size == nullptr || priced.local_os_disk) return;  // Ephemeral disks are free.
  const std::int64_t gib = priced.pool.os_disk_gib > 0 ? priced.pool.os_disk_gib : default_os_disk_gib(*size, false);
  // A managed disk is billed as the smallest tier that holds it; tiers of the price list.
  static constexpr std::array<std::pair<std::int64_t, const char*>, 5> kTiers{{{32, "Managed disk P4 LRS (32 GiB)"},
                                                                               {128, "Managed disk P10 LRS (128 GiB)"},
                                                                               {256, "Managed disk P15 LRS (256 GiB)"},
                                                                               {512, "Managed disk P20 LRS (512 GiB)"},
                                                                               {1'024, "Managed disk P30 LRS (1 TiB)"}}};
  const char* meter_name = kTiers.back().second;
  for (const auto& [holds, name] : kTiers)
    if (gib <= holds) {
      meter_name = name;
      break;
    }
  // Priced by the month, prorated by the hour: 730 node-hours are one disk-month.
  bill.add_meter({"compute", "managed OS disks", priced.cluster->name.str(), priced.pool.name.str()}, meter_name,
                 priced.cluster->location.text(), bill.monthly_micro(node_us, kHoursPerMonth * kBilledHourUs));
}

}  // namespace

SpotCost bill_nodes(Bill& bill, const Timeline& timeline, std::vector<CommitmentUse>& commitments) {
  const auto pools = price_pools(bill, timeline);
  const auto& specs = bill.scenario().cost.commitments;
  std::vector<VmUse> uses;
  for (const PricedPool& p : pools) uses.push_back({p.pool.vm_size.str(), p.cluster->location.str(), p.list.price, p.pool.spot, p.nodes});
  const CommitmentResult paid = apply_commitments(uses, specs, bill.end());
  for (const CommitmentSpec& c : specs) commitments.push_back({describe(c), {}, {}, {}});

  SpotCost spot;
  for (std::size_t u = 0; u < pools.size(); ++u) {
    const PricedPool& p = pools[u];
    const VmPayment& payment = paid.payments[u];
    const std::string cluster = p.cluster->name.str(), pool = p.pool.name.str();
    const std::int64_t hours = bill.monthly_micro(payment.on_demand_us, kBilledHourUs);
    if (p.pool.spot) {
      bill.add({"compute", "nodes, spot", cluster, pool}, p.spot, hours);
      spot.paid += scale(p.spot.price, hours, kMicro);
      spot.list += scale(p.list.price, hours, kMicro);
    } else {
      bill.add({"compute", "nodes, on demand", cluster, pool}, p.list, hours);
    }
    for (std::size_t c = 0; c < specs.size(); ++c) {
      UnitPrice price = p.list;
      price.price = discounted(p.list.price, specs[c].discount);
      price.source = to_string(specs[c].discount) + " off list as the scenario states; list: " + p.list.source;
      price.confidence = "stated";
      const std::int64_t covered = bill.monthly_micro(payment.covered_us[c], kBilledHourUs);
      bill.add({"compute", specs[c].reservation ? "nodes, reserved" : "nodes, savings plan", cluster, pool}, price, covered);
      commitments[c].used += scale(price.price, covered, kMicro);
    }
    const auto off = samples_of(of_pool(timeline, GaugeKind::NodesDeallocated, p.cluster->name, p.pool.name));
    bill_disks(bill, p, integral(uses[u].nodes, {}, bill.end()) + integral(off, {}, bill.end()));
  }
  const std::string owner = bill.scenario().clusters.empty() ? "" : bill.scenario().clusters.front().name.str();
  for (std::size_t c = 0; c < specs.size(); ++c) {
    if (specs[c].reservation) {
      const auto known = vm_price(specs[c].location.text(), specs[c].vm_size.text());
      const Money list = bill.stated_price("vm:" + specs[c].location.str() + "/" + specs[c].vm_size.str())
                             .value_or(known ? known->on_demand_hour : Money{});
      commitments[c].committed = scale(discounted(list, specs[c].discount), bill.monthly_micro(paid.reserved_us[c], kBilledHourUs), kMicro);
    } else {
      commitments[c].committed = specs[c].hourly * kHoursPerMonth;
    }
    bill_unused(bill, owner, commitments[c]);
  }
  return spot;
}

}  // namespace akstwin
