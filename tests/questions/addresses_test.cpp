// scenarios/catalog/subnet-exhaustion.yaml and cni-comparison.yaml: what the reports say beyond the day (tests/northwind has that).
#include "reports/outcome.hpp"
#include "tests/questions/question.hpp"

namespace akstwin::test {
namespace {

const SubnetAnswer& nodes_subnet(const Question& q) {
  for (const SubnetAnswer& subnet : q.answers.subnets.subnets)
    if (subnet.subnet == "vnet/nodes") return subnet;
  FAIL("there is no subnet of nodes");
  return q.answers.subnets.subnets.front();
}

const AdmissionAnswer& check_of(const Question& q, const std::string& where, const std::string& operation) {
  for (const AdmissionAnswer& admission : q.answers.subnets.admissions)
    if (admission.where == where && admission.operation == operation) return admission;
  FAIL("no check " << operation);
  return q.answers.subnets.admissions.front();
}

}  // namespace

TEST_CASE("Azure admits the growing cluster's creation, refuses its maximum in theory, and its seventh user node in the run") {
  const Question q = ask("subnet-exhaustion");
  CHECK(check_of(q, "vnet/nodes", "create").need == 3 * 31);                    // two system nodes and one user node
  CHECK(check_of(q, "vnet/nodes", "create").admitted);
  CHECK(check_of(q, "vnet/nodes", "scale to the maximum").need == 14 * 31);     // 434 of 251
  CHECK(check_of(q, "vnet/nodes", "scale to the maximum").code == "InsufficientSubnetSize");
  REQUIRE(check_of(q, "vnet/nodes", "create").refused_at);
  CHECK(check_of(q, "vnet/nodes", "create").refused_at->us / 86'400'000'000 == 6);   // day 7
}

TEST_CASE("The growing cluster could not be upgraded at its peak: its surge finds no addresses") {
  const Question q = ask("subnet-exhaustion");
  for (const SubnetSituation& situation : nodes_subnet(q).situations) {
    INFO(situation.situation);
    if (situation.situation == "nodes at their peak") CHECK(situation.addresses == 8 * 31 + 1);
    if (situation.situation == "upgrade at the peak") CHECK(situation.addresses == 10 * 31 + 1);   // a surge node for each pool
    CHECK(situation.fits == (situation.situation == "nodes at their peak"));
  }
  CHECK(nodes_subnet(q).cause == "a node of shop/user was refused (SubnetIsFull)");
  CHECK(q.figure("latency.p95_seconds") < 0.2);
}

TEST_CASE("The same growth exhausts a larger subnet later, or never") {
  Question q = ask("subnet-exhaustion");
  std::int64_t before = 0;
  for (const int prefix : {25, 24, 23}) {
    q.scenario.networks[0].subnets[0].prefix = Cidr{(10U << 24) | (1U << 16), prefix};
    const Timeline timeline = simulate(q.scenario, {.replication = 0, .kernel = KernelKind::Calendar, .stop = nullptr, .progress = {}}).timeline;
    const auto answer = analyse(q.scenario, timeline, false).subnets.subnets.at(0);
    const std::int64_t day = answer.exhausted_at ? answer.exhausted_at->us / 86'400'000'000 + 1 : 10;
    INFO("/" << prefix);
    CHECK(day == (prefix == 25 ? 2 : prefix == 24 ? 7 : 10));   // 122 ÷ 31 = 3 nodes: one user node; 250 ÷ 31 = 8: six; 506 ÷ 31 = 16: enough
    CHECK(day > before);
    before = day;
  }
}

TEST_CASE("In each mode the comparison says which prefix would have done, and that one size smaller would not") {
  const Question q = ask("cni-comparison");
  Outcome outcome = merge(q.scenario, {q.answers});
  const auto smallest = [&](const std::string& mode) {
    int prefix = 0;
    for (const SubnetRisk& risk : outcome.subnet_risks)
      if (risk.mode == mode && risk.exhausted == 0) prefix = risk.prefix;
    return prefix;
  };
  CHECK(smallest("Overlay") == 27);                                          // 11 nodes and a load balancer: 12 of 27; a /28 has 11
  CHECK(smallest("kubenet") == 27);
  CHECK(smallest("Node Subnet") == 23);                                      // 11 × 31 + 1 = 342 of 507
  CHECK(smallest("Pod Subnet, dynamic: a second subnet for pods") == 24);    // 11 × 16 = 176 of 251
  CHECK(smallest("Pod Subnet, static block: a second subnet for pods") == 23);   // 22 blocks; a /24 has 14, a /23 30
  CHECK(q.figure("latency.p95_seconds") < 0.2);                              // 40 ms, exponential: about 0.12 s
}

TEST_CASE("At the quota's wall a zone cannot be lost, because the machines that would replace it are of the same family") {
  const Question q = ask("quota-wall");
  REQUIRE(q.answers.capacity.zone_losses.size() == 3);
  CHECK(q.figure("zone_loss.fits_share") < 1);
  CHECK(q.figure("limits.used_share") < 0.1);
  for (const ZoneLossTest& test : q.answers.capacity.zone_losses) {
    INFO(test.zone);
    CHECK(test.missing_nodes > 0);
    CHECK(test.blocked_by == "quota standardDDSv5Family");
  }
}

}  // namespace akstwin::test
