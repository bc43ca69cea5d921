#include "adapters/cli/subnets_command.hpp"

#include <CLI/CLI.hpp>
#include <cmath>
#include <sstream>

#include "reports/render_text.hpp"
#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

/// The ranges of an option, or an empty result after a complaint.
Result<std::vector<Cidr>> ranges_of(const std::vector<std::string>& texts, const char* option) {
  std::vector<Cidr> ranges;
  for (const std::string& text : texts) {
    const auto range = parse_cidr(text);
    if (!range) {
      const auto near = parse_cidr_lenient(text);
      return fail(std::string(option) + " '" + text + "' is no IPv4 prefix" + (near ? "; did you mean " + to_string(*near) + "?" : " such as 10.0.0.0/8"));
    }
    ranges.push_back(*range);
  }
  return ranges;
}

Result<AddressPlanRequest> request_of(SubnetsArguments& arguments) {
  AddressPlanRequest request = arguments.request;
  const auto mode = parse_address_mode(arguments.mode);
  if (!mode) return fail("--mode '" + arguments.mode + "' is none of overlay, node-subnet, pod-subnet, static-block, kubenet");
  request.mode = *mode;
  const auto surge = Notation<IntOrPercent>::parse(arguments.surge);
  if (!surge) return fail("--surge '" + arguments.surge + "' is neither a number of nodes nor a percentage such as 10%");
  request.surge = *surge;
  request.growth_percent = std::llround(arguments.growth * 100);
  const auto within = ranges_of(arguments.within, "--within"), avoid = ranges_of(arguments.avoid, "--avoid");
  if (!within) return tl::unexpected<Error>(within.error());
  if (!avoid) return tl::unexpected<Error>(avoid.error());
  if (!within->empty()) request.within = *within;
  request.avoid = *avoid;
  return request;
}

}  // namespace

CLI::App* declare(CLI::App& app, SubnetsArguments& arguments) {
  CLI::App* group = app.add_subcommand("subnets", "Address arithmetic: plan networks, subnets, pod and Service ranges");
  group->require_subcommand(1);
  CLI::App* plan = group->add_subcommand("plan", "Propose an address plan in which nothing overlaps, with room for growth and upgrades");
  AddressPlanRequest& request = arguments.request;
  plan->add_option("--nodes", request.nodes, "Nodes of one cluster at the autoscaler's maximum, all pools together")->required()->check(CLI::PositiveNumber);
  plan->add_option("--clusters", request.clusters, "Number of clusters, all alike")->capture_default_str()->check(CLI::Range(1, 100));
  plan->add_option("--mode", arguments.mode, "overlay, node-subnet, pod-subnet, static-block or kubenet")->capture_default_str();
  plan->add_option("--max-pods", request.max_pods, "Most pods of a node (default: the mode's)")->check(CLI::Range(10, 250));
  plan->add_option("--surge", arguments.surge, "maxSurge of an upgrade: nodes or a percentage")->capture_default_str();
  plan->add_option("--growth", arguments.growth, "Room for growth: nodes and Services are multiplied by it")->capture_default_str()->check(CLI::Range(1.0, 10.0));
  plan->add_option("--services", request.services, "Services of a cluster")->capture_default_str()->check(CLI::Range(1, 100'000));
  plan->add_option("--private-endpoints", request.private_endpoints, "Private endpoints of a network")->capture_default_str()->check(CLI::Range(0, 1'000));
  plan->add_option("--internal-load-balancers", request.internal_load_balancers, "Internal load balancer frontends of a cluster")->capture_default_str()->check(CLI::Range(0, 1'000));
  plan->add_flag("--api-server-subnet", request.api_server_subnet, "API server VNet integration: a delegated subnet a cluster");
  plan->add_flag("--gateway-for-containers", request.gateway_for_containers, "Application Gateway for Containers: a delegated subnet a cluster");
  plan->add_flag("--bastion", request.bastion, "Azure Bastion in each network");
  plan->add_flag("--firewall", request.firewall, "Azure Firewall in each network");
  plan->add_flag("--one-network", request.one_network, "All clusters in one network instead of one each");
  plan->add_option("--within", arguments.within, "Where networks may lie (default 10.0.0.0/8); may be repeated");
  plan->add_option("--avoid", arguments.avoid, "A range that is in use: on premises, peered; may be repeated");
  plan->add_option("-o,--output", arguments.output, "table, json, csv, md, or scenario: lines to paste into one")->capture_default_str()->check(CLI::IsMember({"table", "json", "csv", "md", "scenario"}));
  return group;
}

ExitCode execute(SubnetsArguments arguments, Console& console) {
  const auto request = request_of(arguments);
  if (!request) return complain(console, request.error(), ExitCode::Usage);
  const auto plan = plan_addresses(*request);
  if (!plan) return complain(console, plan.error());
  if (arguments.output == "json") return deliver(console, plan_json(*plan, *request));
  if (arguments.output == "scenario") return deliver(console, plan_scenario(*plan, *request));
  const Document document = plan_document(*plan, *request);
  std::ostringstream text;
  if (arguments.output == "csv") render_csv(document, text);
  else if (arguments.output == "md") render_markdown(document, text);
  else render_table(document, console.color, text);
  return deliver(console, text.str());
}

}  // namespace akstwin
