/// What the clusters share or send to: registry, edge, monitoring.
#include "reports/bill.hpp"
#include "reports/reading.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kBilledGigabyte = 1'000'000'000;  // Azure's GB of transfer and ingestion: 10⁹ bytes.
constexpr std::int64_t kGib = std::int64_t{1} << 30;
constexpr std::int64_t kMonthDays = kHoursPerMonth * kMicro / 24;  // 730 h in millionths of a day, rounded down.

// What a client sends with a request, headers included: an assumption (2 KiB), because the Timeline counts answers only.
constexpr std::int64_t kRequestBytes = 2'048;

// Included storage by SKU: 10, 100, 500 GiB. Source: MicrosoftDocs/azure-docs container-registry-limits.md (facts E).
std::int64_t included_bytes(RegistrySpec::Sku sku) {
  switch (sku) {
    case RegistrySpec::Sku::Basic:
      return 10 * kGib;
    case RegistrySpec::Sku::Standard:
      return 100 * kGib;
    case RegistrySpec::Sku::Premium:
      return 500 * kGib;
  }
  return 0;
}

const char* registry_meter(RegistrySpec::Sku sku) {
  switch (sku) {
    case RegistrySpec::Sku::Basic:
      return "Azure Container Registry Basic";
    case RegistrySpec::Sku::Standard:
      return "Azure Container Registry Standard";
    case RegistrySpec::Sku::Premium:
      return "Azure Container Registry Premium";
  }
  return "";
}

// Byte-microseconds above what the SKU includes; the scenario's initial amount where nothing was recorded.
Int128 excess_storage(const Bill& bill, const Timeline& timeline, Name region) {
  const RegistrySpec& registry = bill.scenario().registry;
  const std::int64_t included = included_bytes(registry.sku);
  std::vector<Sample> above;
  const Series* stored = timeline.find(key(GaugeKind::RegistryBytes, region));
  if (stored == nullptr)
    above.push_back({SimTime{}, std::max<std::int64_t>(0, registry.stored_initially.value - included)});
  else
    for (const Sample& sample : stored->samples) above.push_back({sample.at, std::max<std::int64_t>(0, sample.value - included)});
  return integral(above, {}, bill.end());
}

void bill_registry(Bill& bill, const Timeline& timeline) {
  const RegistrySpec& registry = bill.scenario().registry;
  if (!registry.present) return;
  const std::string_view region = registry.location.text();
  const auto replicas = static_cast<std::int64_t>(registry.replicas.size());
  bill.add_meter({"registry", "registry", "", ""}, registry_meter(registry.sku), region, kMonthDays);
  bill.add_meter({"registry", "geo-replicas", "", ""}, "ACR geo-replica (per extra region, Premium)", region, kMonthDays * replicas);
  const auto storage = [&](Name where) {
    // GiB-months: mean excess over the window, independent of its length.
    const Int128 excess = excess_storage(bill, timeline, where);
    const auto mean_bytes = bill.end().us > 0 ? excess / bill.end().us : Int128{0};
    bill.add_meter({"registry", "storage in " + where.str(), "", ""}, "ACR storage over included", where.text(),
                   static_cast<std::int64_t>(mean_bytes * kMicro / kGib));
  };
  storage(registry.location);
  for (const Name replica : registry.replicas) storage(replica);
  bill.add_meter({"registry", "builds", "", ""}, "ACR Tasks build vCPU", region,
                 bill.monthly_micro(total_of(timeline.of_kind(code(GaugeKind::BuildVcpuSecondsTotal))), 1));
  const Int128 copied = Int128{total_of(timeline.of_kind(code(GaugeKind::GeoReplicatedBytesTotal)))} * replicas;
  bill.add_meter({"registry", "geo-replication traffic", "", ""}, "Inter-region transfer within North America or within Europe", region,
                 bill.monthly_micro(copied, kBilledGigabyte));
  bill.add_meter({"registry", "private endpoints", "", ""}, "Private endpoint", region,
                 registry.private_endpoints * kHoursPerMonth * kMicro);
}

void bill_front_door(Bill& bill, const Timeline& timeline) {
  const bool premium = bill.scenario().edge.premium;
  const std::int64_t requests = total_of(timeline.of_kind(code(GaugeKind::EdgeRequestsTotal)));
  const std::int64_t bytes = total_of(timeline.of_kind(code(GaugeKind::EdgeBytesTotal)));
  bill.add_meter({"edge", "Front Door", "", ""}, premium ? "Front Door Premium base fee" : "Front Door Standard base fee", "", kMicro);
  bill.add_meter({"edge", "requests", "", ""}, premium ? "Front Door Premium requests" : "Front Door Standard requests", "",
                 bill.monthly_micro(requests, 10'000));
  bill.add_meter({"edge", "edge to clients", "", ""}, "Front Door egress edge to client first 10 TB", "",
                 bill.monthly_micro(bytes, kBilledGigabyte));
  bill.add_meter({"edge", "edge to origins", "", ""}, "Front Door edge to origin transfer", "",
                 bill.monthly_micro(Int128{requests} * kRequestBytes, kBilledGigabyte));
}

void bill_edge(Bill& bill, const Timeline& timeline) {
  const EdgeSpec& edge = bill.scenario().edge;
  if (edge.kind == EdgeSpec::Kind::FrontDoor) bill_front_door(bill, timeline);
  if (edge.kind != EdgeSpec::Kind::TrafficManager) return;
  bill.add_meter({"edge", "Traffic Manager probes", "", ""}, "Traffic Manager Azure endpoint health check (30 s)", "",
                 static_cast<std::int64_t>(edge.origins.size()) * kMicro);
  bill.not_priced("Traffic Manager DNS queries: resolvers are not modelled");
}

void bill_monitoring(Bill& bill, const Timeline& timeline) {
  if (!bill.scenario().monitoring.present) return;
  for (const ClusterSpec& cluster : bill.scenario().clusters) {
    const auto of_cluster = [&](GaugeKind kind) {
      return total_of(select(timeline, kind, [&](const SeriesKey& k) { return k.a == cluster.name; }));
    };
    const std::string_view region = cluster.location.text();
    bill.add_meter({"monitoring", "logs", cluster.name.str(), ""}, "Log Analytics data ingestion (Analytics, pay-as-you-go)", region,
                   bill.monthly_micro(of_cluster(GaugeKind::LogBytesTotal), kBilledGigabyte));
    bill.add_meter({"monitoring", "metrics", cluster.name.str(), ""}, "Azure Monitor managed Prometheus metric ingestion", region,
                   bill.monthly_micro(of_cluster(GaugeKind::MetricSamplesTotal), 10'000'000));
  }
  if (!bill.stated_price("Azure Managed Grafana Standard"))
    bill.not_priced("Azure Managed Grafana Standard: no price in the list");
  else
    bill.add_meter({"monitoring", "Grafana", "", ""}, "Azure Managed Grafana Standard", "", kHoursPerMonth * kMicro);
}

}  // namespace

void bill_services(Bill& bill, const Timeline& timeline) {
  bill_registry(bill, timeline);
  bill_edge(bill, timeline);
  bill_monitoring(bill, timeline);
  for (const DataStoreSpec& store : bill.scenario().data)
    bill.not_priced("data store " + store.name.str() + ": its failover is modelled, its price is not");
}

}  // namespace akstwin
