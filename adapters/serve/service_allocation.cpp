#include "adapters/serve/service_allocation.hpp"

#include <set>

#include "adapters/kube/encode.hpp"

namespace akstwin {
namespace {

constexpr std::int64_t kFirstNodePort = 30'000, kLastNodePort = 32'767;
// AKS keeps the tenth address for its DNS Service; what is allocated by itself stays clear of the first ones (upstream's static band is larger).
constexpr std::uint32_t kReservedAddresses = 16;

struct Taken {
  std::set<std::string> addresses;
  std::set<std::int64_t> node_ports;
};

Taken taken(const ObjectTable& services, const std::string& but) {
  Taken out;
  for (const auto& [key, stored] : services.objects()) {
    if (key == but) continue;
    const Json spec = Json::parse(stored->text).value("spec", Json::object());
    out.addresses.insert(spec.value("clusterIP", ""));
    for (const Json& port : spec.value("ports", Json::array())) out.node_ports.insert(port.value("nodePort", std::int64_t{0}));
  }
  return out;
}

/// A number that follows from the name, so that the same writes get the same addresses.
std::uint64_t start_of(const std::string& key) { return std::stoull(uid_text("Service/" + key).substr(0, 8), nullptr, 16); }

std::optional<std::uint32_t> address_of(const std::string& text) {
  const auto parsed = parse_cidr(text + "/32");
  return parsed ? std::optional(parsed->base) : std::nullopt;
}

std::string not_allocated(const std::string& address, const std::string& why) {
  return "Invalid value: []string{\"" + address + "\"}: failed to allocate IP " + address + ": " + why;
}

void allocate_address(const Taken& used, const Cidr& range, const std::string& key, Json& spec, FieldProblems& problems) {
  const std::string stated = spec.value("clusterIP", "");
  if (stated.empty()) {
    const auto room = static_cast<std::uint32_t>(range.size()) - 2 * kReservedAddresses;
    for (std::uint32_t step = 0; step < room; ++step) {
      const std::string free = address_text(range.base + kReservedAddresses + static_cast<std::uint32_t>((start_of(key) + step) % room));
      if (used.addresses.contains(free)) continue;
      spec["clusterIP"] = free;
      break;
    }
    if (!spec.contains("clusterIP")) problems.emplace_back("spec.clusterIPs", "Invalid value: []string(nil): failed to allocate a serviceIP: range is full");
  } else if (stated != "None") {
    const auto address = address_of(stated);
    if (!address) problems.emplace_back("spec.clusterIPs[0]", "Invalid value: \"" + stated + "\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    else if (!range.contains(Cidr{*address, 32})) problems.emplace_back("spec.clusterIPs", not_allocated(stated, "the provided IP (" + stated + ") is not in the valid range. The range of valid IPs is " + to_string(range)));
    else if (used.addresses.contains(stated)) problems.emplace_back("spec.clusterIPs", not_allocated(stated, "provided IP is already allocated"));
  }
  if (spec.contains("clusterIP")) spec["clusterIPs"] = Json::array({spec["clusterIP"]});
}

void allocate_node_ports(Taken used, const std::string& key, const Json& before, Json& spec, FieldProblems& problems) {
  if (!spec.contains("ports") || !spec["ports"].is_array()) return;
  const Json had = before.is_null() ? Json::array() : before["spec"].value("ports", Json::array());
  std::size_t index = 0;
  for (Json& port : spec["ports"]) {
    const std::string field = "spec.ports[" + std::to_string(index) + "].nodePort";
    if (!port.contains("nodePort") && index < had.size() && had[index].contains("nodePort") && had[index].value("port", 0) == port.value("port", 0)) port["nodePort"] = had[index]["nodePort"];
    ++index;
    const std::int64_t stated = port.value("nodePort", std::int64_t{0});
    if (stated != 0) {
      if (stated < kFirstNodePort || stated > kLastNodePort) problems.emplace_back(field, "Invalid value: " + std::to_string(stated) + ": provided port is not in the valid range. The range of valid ports is 30000-32767");
      else if (!used.node_ports.insert(stated).second) problems.emplace_back(field, "Invalid value: " + std::to_string(stated) + ": provided port is already allocated");
      continue;
    }
    constexpr auto kRoom = static_cast<std::uint64_t>(kLastNodePort - kFirstNodePort + 1);
    for (std::uint64_t step = 0; step < kRoom; ++step) {
      const std::int64_t free = kFirstNodePort + static_cast<std::int64_t>((start_of(key) + index + step) % kRoom);
      if (!used.node_ports.insert(free).second) continue;
      port["nodePort"] = free;
      break;
    }
    if (!port.contains("nodePort")) problems.emplace_back(field, "Invalid value: 0: failed to allocate a nodePort: range is full");
  }
}

}  // namespace

std::string address_text(std::uint32_t address) {
  return std::to_string(address >> 24) + "." + std::to_string((address >> 16) & 255U) + "." + std::to_string((address >> 8) & 255U) + "." + std::to_string(address & 255U);
}

FieldProblems allocate_service(const ObjectTable& services, const Cidr& range, const Json& before, Json& service, bool dry_run) {
  FieldProblems problems;
  if (!service.contains("spec") || !service["spec"].is_object()) return problems;
  Json& spec = service["spec"];
  const std::string type = spec.value("type", "ClusterIP"), key = ObjectStore::key_of(service);
  if (type == "ExternalName") return problems;
  for (std::size_t i = 0; const Json& family : spec.value("ipFamilies", Json::array())) {
    if (family != "IPv4") problems.emplace_back("spec.ipFamilies[" + std::to_string(i) + "]", "Invalid value: " + family.dump() + ": not configured on this cluster");
    ++i;
  }
  if (spec.value("ipFamilyPolicy", "") == "RequireDualStack") problems.emplace_back("spec.ipFamilyPolicy", "Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services");
  if (!problems.empty()) return problems;
  const Taken used = taken(services, key);
  if (!before.is_null() && !spec.contains("clusterIP"))
    for (const char* field : {"clusterIP", "clusterIPs"})
      if (before["spec"].contains(field)) spec[field] = before["spec"][field];
  if (before.is_null() || before["spec"].value("clusterIP", "") != spec.value("clusterIP", "")) allocate_address(used, range, key, spec, problems);
  spec.emplace("ipFamilies", Json::array({"IPv4"}));
  spec.emplace("ipFamilyPolicy", "SingleStack");
  spec.emplace("internalTrafficPolicy", "Cluster");
  if (type != "NodePort" && type != "LoadBalancer") return problems;
  spec.emplace("externalTrafficPolicy", "Cluster");
  if (type == "LoadBalancer") spec.emplace("allocateLoadBalancerNodePorts", true);
  if (!dry_run && spec.value("allocateLoadBalancerNodePorts", true)) allocate_node_ports(used, key, before, spec, problems);
  return problems;
}

Json api_server_service(const Cidr& range, const std::string& made) {
  const std::string address = address_text(range.base + 1);
  return {{"apiVersion", "v1"}, {"kind", "Service"},
          {"metadata", {{"name", "kubernetes"}, {"namespace", "default"}, {"uid", uid_text("Service/default/kubernetes")}, {"creationTimestamp", made}, {"labels", {{"component", "apiserver"}, {"provider", "kubernetes"}}}}},
          {"spec", {{"type", "ClusterIP"}, {"clusterIP", address}, {"clusterIPs", Json::array({address})}, {"internalTrafficPolicy", "Cluster"}, {"ipFamilies", Json::array({"IPv4"})}, {"ipFamilyPolicy", "SingleStack"},
                    {"ports", Json::array({Json{{"name", "https"}, {"port", 443}, {"protocol", "TCP"}, {"targetPort", 443}}})}, {"sessionAffinity", "None"}}},
          {"status", {{"loadBalancer", Json::object()}}}};
}

}  // namespace akstwin
