#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenarios/action_text.hpp"
#include "tests/drive/small_cluster.hpp"
#include "tests/support/process.hpp"

namespace akstwin::test {
namespace {

struct RunBench : DriveBench {
  RunBench() {
    allow_text(kGenerous);
    journal_path = (folder.path() / "j.jsonl").string();
  }
  std::string journal_text() const {
    std::ifstream in(journal_path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  JournalSummary summary() const { return summarize_journal(journal_text()); }
  TemporaryFolder folder;
};

constexpr const char* kScale = "/apis/apps/v1/namespaces/orders/deployments/api/scale";

}  // namespace

TEST_CASE("A plan changes nothing: not one write reaches the server") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "pool.cordon(user, 1)", "pods.evict(orders/api, 2)", "flux.suspend(aks-prod)"});
  CHECK(plan.refused.empty());
  REQUIRE(plan.changes.size() == 5);
  CHECK(plan.changes[0].undo_what == "scale deployment orders/api to 4");
  CHECK(plan.changes[1].undo_what == "uncordon node n1");
  CHECK(plan.pods == 2);
  CHECK(plan.nodes == 1);
  CHECK(bench.server.writes.empty());
  CHECK(bench.server.dry_runs.empty());
}

TEST_CASE("A workload is found although its namespace is called like its cluster, and by its whole name") {
  RunBench bench;
  bench.scenario.clusters.front().name = Name("orders");   // the plan's own cluster stays aks-prod
  CHECK(bench.plan({"workload.scale(orders/api, 6)"}).changes.size() == 1);
  CHECK(bench.plan({"workload.scale(aks-prod/orders/api, 6)"}).changes.size() == 1);
  CHECK(bench.plan({"workload.scale(orders/orders/api, 6)"}).left_out.size() == 1);
}

TEST_CASE("The hash of a plan moves when the cluster does, and not otherwise") {
  RunBench bench;
  const std::string before = bench.plan({"workload.scale(orders/api, 6)"}).hash();
  bench.server.now += 3'600'000'000;
  CHECK(bench.plan({"workload.scale(orders/api, 6)"}).hash() == before);
  nlohmann::json changed = bench.server.object("/apis/apps/v1/namespaces/orders/deployments/api");
  changed["spec"]["replicas"] = 5;
  bench.kube->cache().workload_event(WorkloadKind::Deployment, {ObjectChange::Modified, "orders/api", &changed}, bench.kube->now());
  CHECK(bench.plan({"workload.scale(orders/api, 6)"}).hash() != before);
}

TEST_CASE("Regions, prunes and unknown workloads are refused in the plan") {
  RunBench bench;
  bench.allow.actions.insert(bench.allow.actions.end(), {"regionLoss", "flux.prune"});
  CHECK(bench.plan({"flux.prune(aks-prod)"}).refused.size() == 1);
  CHECK(bench.plan({"workload.scale(orders/none, 1)"}).refused.size() == 1);
  CHECK(bench.plan({"workload.scale(kube-system/coredns, 1)"}).refused.size() == 1);
}

TEST_CASE("A run sends what the plan says, in order, and writes down everything") {
  RunBench bench;
  const DriveOutcome outcome = bench.run(bench.plan({"workload.scale(orders/api, 6)", "pool.cordon(user, 1)"}));
  CHECK(outcome.end == DriveEnd::Done);
  REQUIRE(bench.server.writes.size() == 2);
  CHECK(bench.server.writes[0] == std::string("PATCH ") + kScale + " {\"spec\":{\"replicas\":6}}");
  CHECK(bench.server.writes[1] == "PATCH /api/v1/nodes/n1 {\"spec\":{\"unschedulable\":true}}");
  const JournalSummary summary = bench.summary();
  CHECK(summary.fault.empty());
  CHECK(summary.requests == 2);
  CHECK(summary.outcome == "done");
  CHECK(summary.standing.size() == 2);
}

TEST_CASE("Later steps begin where earlier ones end: what a plan cordons and suspends it uncordons and resumes, and it takes no pod twice") {
  RunBench bench;
  std::string wider = kGenerous;
  wider.replace(wider.find("pool.cordon"), 11, "pool.cordon, pool.uncordon");
  bench.allow_text(wider);
  const DrivePlan plan = bench.plan({"flux.suspend(aks-prod)", "pool.cordon(user, 1)", "pods.evict(orders/api, 1)", "pods.evict(orders/api, 1)", "workload.scale(orders/api, 6)",
                                     "workload.scale(orders/api, 8)", "pool.uncordon(user)", "flux.resume(aks-prod)"});
  CHECK(plan.refused.empty());
  REQUIRE(plan.requests() == 8);
  CHECK(plan.changes[2].kube.what != plan.changes[3].kube.what);                  // another pod
  CHECK(plan.changes[4].undo.body == R"({"spec":{"replicas":4}})");
  CHECK(plan.changes[5].undo.body == R"({"spec":{"replicas":6}})");
  CHECK(plan.changes[6].kube.http.body == R"({"spec":{"unschedulable":null}})");
  CHECK(plan.changes[6].kube.http.target == plan.changes[1].kube.http.target);
  CHECK(plan.changes[7].kube.http.target == plan.changes[0].kube.http.target);
  CHECK(bench.run(plan).end == DriveEnd::Done);
  CHECK(bench.plan({"pool.cordon(user, 3)"}).refused == std::vector<std::string>{"pool.cordon(user): 1 more than pool user has nodes to cordon"});
  CHECK(bench.plan({"pool.cordon(usr, 1)"}).refused == std::vector<std::string>{"pool.cordon(usr): pool usr has no nodes"});
  CHECK(bench.plan({"wait(1m)", "pool.cordon(user, 1)"}).requests() == 1);         // a wait is no change
  const DrivePlan many = bench.plan({"pods.evict(orders/api, 9)"});
  REQUIRE(many.refused.size() == 1);
  CHECK(many.refused.front().find("more than there are pods") != std::string::npos);
}

TEST_CASE("Ctrl-C undoes what was done, the last change first") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "pool.cordon(user, 1)", "wait(10m)", "workload.scale(orders/api, 8)"});
  int looks = 0;
  bench.server.on_time = [&] { bench.stop = ++looks > 20; };
  const DriveOutcome outcome = bench.run(plan, Duration{1'800'000'000});
  CHECK(outcome.end == DriveEnd::Undone);
  REQUIRE(bench.server.writes.size() == 4);
  CHECK(bench.server.writes[2] == "PATCH /api/v1/nodes/n1 {\"spec\":{\"unschedulable\":null}}");
  CHECK(bench.server.writes[3] == std::string("PATCH ") + kScale + " {\"spec\":{\"replicas\":4}}");
  CHECK(bench.summary().standing.empty());
  CHECK(bench.summary().undone == 2);
}

TEST_CASE("What mends itself and what only waits are no matter of undoing") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"pods.evict(orders/api, 1)", "workload.restart(orders/api)", "wait(1m)", "pool.cordon(user, 1)"});
  REQUIRE(plan.changes.size() == 4);
  CHECK(plan.changes[2].only_waits());
  for (std::size_t i = 0; i < 3; ++i) CHECK(plan.changes[i].undo.target.empty());
  bench.server.refuse["/api/v1/nodes/"] = 403;
  CHECK(bench.run(plan, Duration{1'800'000'000}).end == DriveEnd::Undone);
  CHECK(bench.server.writes.size() == 2);
  CHECK(bench.summary().standing.empty());
}

namespace {

/// A pod of the deployment that waits for a node from now on.
void add_pending_pod(RunBench& bench) {
  if (bench.kube->cache().find_pod("orders/late")) return;
  nlohmann::json late = bench.server.object("/api/v1/namespaces/orders/pods/api-abc-1");
  late["metadata"]["name"] = "late";
  late["spec"].erase("nodeName");
  late["status"] = {{"phase", "Pending"}};
  bench.kube->cache().pod_event({ObjectChange::Added, "orders/late", &late}, bench.kube->now());
}

/// The bench's scenario with two steps: the first at once, the second when pods wait.
std::vector<DriveAction> two_steps(RunBench& bench, const char* when) {
  StepSpec first, second;
  first.at = SimTime{0};
  first.actions = {*parse_action("workload.scale(aks-prod/orders/api, 6)")};
  second.condition = parse_state_condition(when);
  second.timeout = Duration{60'000'000};
  second.actions = {*parse_action("pool.cordon(aks-prod/user, 1)")};
  bench.scenario.steps = {first, second};
  return actions_of(bench.scenario);
}

DrivePlan plan_of(RunBench& bench, const std::vector<DriveAction>& actions) { return make_plan({bench.scenario, bench.context, "aks-prod", *bench.kube, nullptr, bench.allow, *bench.guard}, actions); }

}  // namespace

TEST_CASE("A step that awaits a condition acts as soon as the cluster shows it") {
  RunBench bench;
  bench.allow.steady.clear();
  const DrivePlan plan = plan_of(bench, two_steps(bench, "pods.pending > 0"));
  REQUIRE(plan.refused.empty());
  REQUIRE(plan.changes.size() == 3);
  CHECK(plan.changes[1].what().find("wait until pods.pending > 0") == 0);
  const std::int64_t began = bench.server.now;
  bench.server.on_time = [&] {
    if (bench.server.now - began > 20'000'000) add_pending_pod(bench);
  };
  CHECK(bench.run(plan).end == DriveEnd::Done);
  REQUIRE(bench.server.writes.size() == 2);
  CHECK(bench.server.writes[1].find("/api/v1/nodes/n1") != std::string::npos);
  CHECK(bench.server.now - began < 25'000'000);
  CHECK(bench.journal_text().find("\"awaited\"") != std::string::npos);
}

TEST_CASE("A condition that does not come in time undoes the run") {
  RunBench bench;
  const DrivePlan plan = plan_of(bench, two_steps(bench, "aks-prod/workloads.readyShare < 0.5"));
  const DriveOutcome outcome = bench.run(plan);
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(outcome.why.find("did not come true within 1m") != std::string::npos);
  REQUIRE(bench.server.writes.size() == 2);
  CHECK(bench.server.writes[1] == std::string("PATCH ") + kScale + " {\"spec\":{\"replicas\":4}}");
}

TEST_CASE("What no cluster shows, and what another cluster shows, is refused in the plan") {
  RunBench bench;
  std::vector<DriveAction> actions = two_steps(bench, "aks-other/pods.pending > 0");
  CHECK(plan_of(bench, actions).refused.size() == 1);
  bench.scenario.steps[1].condition.reset();
  bench.scenario.steps[1].when = Name("edgeUnhealthy");
  CHECK(plan_of(bench, actions_of(bench.scenario)).refused.size() == 1);
  bench.scenario.steps[1].when = Name("regionLost");
  const DrivePlan plan = plan_of(bench, actions_of(bench.scenario));
  CHECK(plan.refused.empty());
  CHECK(plan.changes[1].what().find("nodes.ready == 0") != std::string::npos);
}

TEST_CASE("An abort condition that comes true undoes the run within one look") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "wait(10m)"});
  bench.server.on_time = [&] {
    nlohmann::json sick = bench.server.object("/api/v1/nodes/n2");
    sick["status"]["conditions"][0]["status"] = "False";
    bench.kube->cache().node_event({ObjectChange::Modified, "n2", &sick}, bench.kube->now());
  };
  const std::int64_t began = bench.server.now;
  const DriveOutcome outcome = bench.run(plan, Duration{1'800'000'000});
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(outcome.why.find("nodes.notReady > 0") != std::string::npos);
  CHECK(bench.server.now - began < 2'000'000);
}

namespace {

/// The server goes away with the first write, for so long; the run's settling time is 30 s.
DriveOutcome run_with_outage(RunBench& bench, Duration outage) {
  std::int64_t began = 0;
  bench.server.on_time = [&bench, outage, began]() mutable {
    if (bench.server.writes.empty()) return;
    if (began == 0) began = bench.server.now;
    bench.server.down = bench.server.now < began + outage.us;
  };
  return bench.run(bench.plan({"pool.cordon(user, 1)", "wait(5s)"}), Duration{1'800'000'000});
}

}  // namespace

TEST_CASE("A steady state is believed only while the cluster is watched: a run that ends in an outage waits for its end") {
  RunBench bench;
  const std::int64_t began = bench.server.now;
  const DriveOutcome outcome = run_with_outage(bench, Duration{45'000'000});
  CHECK(outcome.end == DriveEnd::Done);
  CHECK(bench.server.now - began >= 45'000'000);
  CHECK(bench.server.writes.size() == 1);
}

TEST_CASE("A cluster that cannot be watched for a minute has the run undone, as soon as it answers again") {
  RunBench bench;
  const DriveOutcome outcome = run_with_outage(bench, Duration{90'000'000});
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(outcome.why.find("the cluster can no longer be watched") != std::string::npos);
  REQUIRE(bench.server.writes.size() == 2);
  CHECK(bench.server.writes[1] == "PATCH /api/v1/nodes/n1 {\"spec\":{\"unschedulable\":null}}");
}

TEST_CASE("A server that is frozen is found out although its connections stand, and the run is undone once it moves again") {
  RunBench bench;
  std::int64_t began = 0, aborted = 0;
  bench.server.on_time = [&] {
    if (bench.server.writes.empty()) return;
    if (began == 0) began = bench.server.now;
    if (aborted == 0 && bench.journal_text().find("\"kind\":\"abort\"") != std::string::npos) aborted = bench.server.now;
    bench.server.frozen = bench.server.now < began + 600'000'000;
  };
  const DriveOutcome outcome = bench.run(bench.plan({"pool.cordon(user, 1)", "wait(20m)"}), Duration{3'600'000'000});
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(outcome.why.find("the cluster can no longer be watched") != std::string::npos);
  // 150 s without a word, 20 s for the answer that does not come, 60 s of blindness; undoing is tried from then on.
  CHECK((aborted - began) / 1'000'000 >= 230);
  CHECK((aborted - began) / 1'000'000 <= 230 + 80);
  CHECK(bench.server.writes.size() == 2);
}

TEST_CASE("When time is up the run is undone although its window and deadline are over") {
  RunBench bench;
  const DriveOutcome outcome = bench.run(bench.plan({"workload.scale(orders/api, 6)", "wait(10m)"}), Duration{60'000'000});
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(outcome.why == "maxDuration is over");
  CHECK(bench.server.writes.size() == 2);
}

TEST_CASE("Without a steady state nothing is begun") {
  RunBench bench;
  bench.allow.steady = {*parse_state_condition("pods.pending > 3")};
  const DriveOutcome outcome = bench.run(bench.plan({"workload.scale(orders/api, 6)"}));
  CHECK(outcome.end == DriveEnd::Refused);
  CHECK(bench.server.writes.empty());
}

TEST_CASE("A run whose steady state does not come back is undone") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)"});
  bench.server.on_time = [&] { add_pending_pod(bench); };
  const DriveOutcome outcome = bench.run(plan);
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(outcome.why.find("did not come back") != std::string::npos);
}

TEST_CASE("A refusal by the server in the middle undoes what was done before") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "pool.cordon(user, 1)"});
  bench.server.refuse["/api/v1/nodes/"] = 403;
  const DriveOutcome outcome = bench.run(plan);
  CHECK(outcome.end == DriveEnd::Undone);
  CHECK(bench.server.writes.back() == std::string("PATCH ") + kScale + " {\"spec\":{\"replicas\":4}}");
}

TEST_CASE("A 429 of a busy server on an eviction is no budget's word: the run is undone") {
  RunBench bench;
  const DrivePlan plan = bench.plan({"workload.scale(orders/api, 6)", "pods.evict(orders/api, 1)"});
  bench.server.refuse["/eviction"] = 429;
  CHECK(bench.run(plan).end == DriveEnd::Undone);
  CHECK(bench.server.writes.back() == std::string("PATCH ") + kScale + " {\"spec\":{\"replicas\":4}}");
}

TEST_CASE("A journal that was changed, shortened in the middle or torn is found out") {
  RunBench bench;
  (void)bench.run(bench.plan({"workload.scale(orders/api, 6)"}));
  const std::string text = bench.journal_text();
  CHECK(summarize_journal(text).fault.empty());
  std::string changed = text;
  changed.replace(changed.find("\"replicas\\\":6"), 13, "\"replicas\\\":9");
  CHECK(summarize_journal(changed).fault.find("was changed") != std::string::npos);
  const std::size_t first = text.find('\n') + 1, second = text.find('\n', first) + 1;
  CHECK_FALSE(summarize_journal(text.substr(0, first) + text.substr(second)).fault.empty());
  CHECK(summarize_journal(text.substr(0, text.size() - 5)).fault == "the last line is torn");
}

TEST_CASE("What a dead run left standing is known from its journal, requests without an answer included") {
  RunBench bench;
  {
    auto journal = Journal::create(bench.journal_path);
    REQUIRE(journal);
    const auto undo = journal_form(scale_request(WorkloadKind::Deployment, {"orders", "api"}, 4).http);
    REQUIRE((*journal)->write("begin", 0, {{"run", "r"}, {"context", "aks-test"}}));
    REQUIRE((*journal)->write("request", 0, {{"what", "scale"}, {"undo", undo}, {"undoWhat", "scale back"}}));
  }
  const JournalSummary summary = bench.summary();
  REQUIRE(summary.standing.size() == 1);
  CHECK(summary.standing[0].undo.target == kScale);
  auto journal = Journal::append(bench.journal_path);
  REQUIRE(journal);
  DriveParts parts{*bench.kube, nullptr, bench.allow, *bench.guard, **journal};
  CHECK(DriveRun(parts).undo(summary.standing));
  CHECK(bench.server.writes.size() == 1);
  CHECK(bench.summary().standing.empty());
  CHECK(bench.summary().fault.empty());
}

TEST_CASE("A journal is never overwritten, and holds no credential") {
  RunBench bench;
  (void)bench.run(bench.plan({"workload.scale(orders/api, 6)"}));
  CHECK_FALSE(Journal::create(bench.journal_path));
  CHECK(bench.journal_text().find("Authorization") == std::string::npos);
}

}  // namespace akstwin::test
