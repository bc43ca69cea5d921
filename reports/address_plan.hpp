/// A whole address plan for clusters that do not exist yet: networks, subnets, pod and Service ranges that overlap nothing.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "models/catalog/cni_addresses.hpp"
#include "models/spec/workload_spec.hpp"
#include "reports/document.hpp"
#include "sim/base/cidr.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

struct AddressPlanRequest {
  std::int64_t clusters = 1;                       ///< 1…100, all alike
  AddressMode mode = AddressMode::Overlay;
  std::int64_t nodes = 0;                          ///< of a cluster over all pools, at the autoscaler's maximum, today
  IntOrPercent surge{10, true};                    ///< maxSurge of an upgrade; AKS's default 10 % (facts A6)
  std::int64_t max_pods = 0;                       ///< 0: the mode's default
  std::int64_t growth_percent = 150;               ///< nodes are multiplied by this: 150 leaves room for half as many again
  std::int64_t services = 500;                     ///< Services of a cluster
  std::int64_t private_endpoints = 10;             ///< of a network
  std::int64_t internal_load_balancers = 5;        ///< frontends of a cluster, in its node subnet
  bool api_server_subnet = false, gateway_for_containers = false, bastion = false, firewall = false;
  bool one_network = false;                        ///< all clusters in one network; otherwise one network each
  std::vector<Cidr> within{{10U << 24, 8}};        ///< where networks may lie
  std::vector<Cidr> avoid;                         ///< ranges in use: on premises, peered networks
};

struct PlannedSubnet {
  std::string name, purpose;
  Cidr prefix;
  std::int64_t need = 0;                           ///< addresses, growth and surge included
};

struct PlannedNetwork {
  std::string name;
  Cidr prefix;
  std::vector<PlannedSubnet> subnets;              ///< largest first
};

struct AddressPlan {
  std::vector<PlannedNetwork> networks;
  std::int64_t nodes = 0, surge = 0, max_pods = 0; ///< of a cluster, as planned
  bool has_pod_cidr = false;
  Cidr pod_cidr, service_cidr;                     ///< the same for all clusters: neither is routed outside its cluster
  std::string dns_service_ip;
};

/// The smallest plan that satisfies the request, or why there is none. Deterministic; check_plan() finds nothing in it.
Result<AddressPlan> plan_addresses(const AddressPlanRequest& request);
/// What is wrong with a plan, in sentences: overlaps, prefixes that are too small, ranges that AKS refuses.
std::vector<std::string> check_plan(const AddressPlan& plan, const AddressPlanRequest& request);

Document plan_document(const AddressPlan& plan, const AddressPlanRequest& request);
/// `spec.networks` and the clusters' networkProfile as lines of a scenario.
std::string plan_scenario(const AddressPlan& plan, const AddressPlanRequest& request);
std::string plan_json(const AddressPlan& plan, const AddressPlanRequest& request);

}  // namespace akstwin
