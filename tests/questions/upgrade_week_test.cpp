// scenarios/catalog/upgrade-week.yaml: the arithmetic is in its head.
#include <algorithm>

#include "tests/questions/question.hpp"

namespace akstwin::test {
namespace {

/// The upgrades of the user pool, in order: Wednesday's and Sunday's.
std::vector<UpgradeAnswer> of_user_pool(const Question& q) {
  std::vector<UpgradeAnswer> out;
  for (const UpgradeAnswer& upgrade : q.answers.upgrades.upgrades)
    if (upgrade.pool == "user") out.push_back(upgrade);
  REQUIRE(out.size() == 2);
  return out;
}

double minutes(const UpgradeAnswer& upgrade) {
  REQUIRE(upgrade.took.has_value());
  return upgrade.took->seconds_real() / 60;
}

}  // namespace

TEST_CASE("Nine nodes with a surge of three are upgraded in three batches: 12 to 24 minutes, 12 vCPUs, three addresses, no request") {
  const Question q = ask("upgrade-week");
  for (const UpgradeAnswer& upgrade : of_user_pool(q)) {
    CHECK(upgrade.succeeded);
    CHECK(upgrade.reimaged == 9);
    CHECK(upgrade.surge_nodes == 3);
    CHECK(upgrade.extra_cores == 12);
    CHECK(upgrade.extra_addresses == 3);
    CHECK(upgrade.extra_cost.dollars() > 0.10);
    CHECK(upgrade.extra_cost.dollars() < 0.28);
    CHECK(upgrade.requests_lost == 0);
    CHECK(minutes(upgrade) >= 12);
    CHECK(minutes(upgrade) <= 24);
  }
}

TEST_CASE("Sunday's node image begins in its window, Wednesday's upgrade with the control plane, and system pools go first") {
  const Question q = ask("upgrade-week");
  const auto& all = q.answers.upgrades.upgrades;
  REQUIRE(all.size() == 6);
  CHECK(all[0].began.us / 60'000'000 == (2 * 24 + 10) * 60);
  CHECK(all[1].pool == "system");
  CHECK((all[1].began - all[0].began).seconds() >= 60);
  CHECK(all[3].began.us / 60'000'000 == (6 * 24 + 2) * 60);
  CHECK(all[3].what == "node image 2026-03-05");   // the Thursday before
  CHECK(all[0].what.starts_with("kubernetes 1.33."));
}

TEST_CASE("One surge machine takes nine batches, about half an hour; in place it takes as long and needs nothing") {
  for (const UpgradeAnswer& upgrade : of_user_pool(ask("upgrade-week", "surge-one"))) {
    CHECK(upgrade.surge_nodes == 1);
    CHECK(upgrade.extra_cores == 4);
    CHECK(minutes(upgrade) >= 26);
    CHECK(minutes(upgrade) <= 40);
  }
  for (const UpgradeAnswer& upgrade : of_user_pool(ask("upgrade-week", "in-place"))) {
    CHECK(upgrade.succeeded);
    CHECK(upgrade.surge_nodes == 0);
    CHECK(upgrade.extra_cost.dollars() == 0);
    CHECK(minutes(upgrade) >= 24);
    CHECK(minutes(upgrade) <= 36);
  }
}

TEST_CASE("A budget that allows no eviction is named, runs a drain into 30 minutes, and fails the upgrade") {
  const Question q = ask("upgrade-week", "stuck-budget");
  for (const UpgradeAnswer& upgrade : of_user_pool(q)) {
    CHECK(upgrade.result == "Failed: drain timeout");
    REQUIRE_FALSE(upgrade.budgets.empty());
    CHECK(upgrade.budgets.front().budget == "shop/ledger");
    CHECK(upgrade.budgets.front().longest.seconds() >= 1'799);
  }
  CHECK(q.pool("user").nodes_end == 9);
  const auto& findings = q.answers.findings;
  CHECK(std::any_of(findings.begin(), findings.end(), [](const std::string& text) { return text.find("disruption budget shop/ledger held up the drain") != std::string::npos; }));
}

TEST_CASE("With Cordon the two blocked nodes end in quarantine, the seven others are upgraded, and two machines stay") {
  const Question q = ask("upgrade-week", "stuck-and-cordoned");
  const UpgradeAnswer wednesday = of_user_pool(q).front();
  CHECK(wednesday.result == "Failed: nodes in quarantine");
  CHECK(wednesday.quarantined == 2);
  CHECK(wednesday.reimaged == 7);
  CHECK(value_at(q.gauge(GaugeKind::NodesAllocated, "shop", "shop/user"), SimTime{} + Duration{4LL * 86'400'000'000}) == 11);
}

}  // namespace akstwin::test
