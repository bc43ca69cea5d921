#include <catch2/catch.hpp>

#include "tests/world/platform.hpp"

namespace akstwin::test {
namespace {

WorkloadSpec batch(std::string name, WorkloadKind kind, Duration run) {
  WorkloadSpec spec = deployment(name, 0, 100_mcpu);
  spec.kind = kind;
  spec.job.run_median = spec.job.run_p95 = run;
  return spec;
}

}  // namespace

TEST_CASE("Five completions, two at a time, take three rounds, and the Job is complete") {
  WorkloadSpec job = batch("report", WorkloadKind::Job, 60_s);
  job.job.completions = 5;
  job.job.parallelism = 2;
  const Timeline timeline = run(platform({pool("user", 3)}, {job}, 30_min));
  CHECK(events(timeline, EventKind::PodCreated).size() == 5);
  const auto done = events(timeline, EventKind::JobCompleted);
  REQUIRE(done.size() == 1);
  // Three rounds of 60 s, each with a sandbox and the first ones with an image pull; at most 40 s altogether.
  CHECK(Duration{done[0].value} > 180_s);
  CHECK(Duration{done[0].value} < 240_s);
}

TEST_CASE("A Job whose pods always fail gives up after the third failure when the limit is two") {
  WorkloadSpec job = batch("broken", WorkloadKind::Job, 30_s);
  job.job.backoff_limit = 2;
  job.job.failure_rate = PartsPerMillion{1'000'000};
  const Timeline timeline = run(platform({pool("user", 3)}, {job}, 30_min));
  CHECK(events(timeline, EventKind::PodCreated).size() == 3);
  const auto failed = events(timeline, EventKind::JobFailed);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].detail.text() == "BackoffLimitExceeded");
  const auto findings = events(timeline, EventKind::Finding);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].detail.text() == "a Job failed (BackoffLimitExceeded)");
  // 3 × 30 s of work and back-offs of 10 s and 20 s.
  CHECK(Duration{failed[0].value} > 120_s);
  CHECK(Duration{failed[0].value} < 180_s);
}

TEST_CASE("A deadline ends a Job that takes too long, and its TTL deletes it") {
  WorkloadSpec job = batch("slow", WorkloadKind::Job, 2_h);
  job.job.active_deadline = 10_min;
  job.job.ttl_after_finished = 5_min;
  const Timeline timeline = run(platform({pool("user", 3)}, {job}, 30_min));
  const auto failed = events(timeline, EventKind::JobFailed);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].detail.text() == "DeadlineExceeded");
  CHECK(failed[0].at >= at(10_min));
  CHECK(failed[0].at < at(10_min + 1_s));
}

TEST_CASE("A CronJob starts at its minutes; with Forbid a late run starts as soon as the one before it has ended") {
  WorkloadSpec cron = batch("tick", WorkloadKind::CronJob, 60_s);
  cron.schedule = "*/5 * * * *";
  const Timeline quick = run(platform({pool("user", 3)}, {cron}, 58_min));
  const auto started = events(quick, EventKind::JobCreated);
  REQUIRE(started.size() == 11);   // 5, 10, … 55 minutes
  for (std::size_t i = 0; i < started.size(); ++i) CHECK(started[i].at == at(5_min * static_cast<std::int64_t>(i + 1)));
  cron.job.run_median = cron.job.run_p95 = 7_min;
  cron.cron.concurrency = ConcurrencyPolicy::Forbid;
  const auto late = events(run(platform({pool("user", 3)}, {cron}, 30_min)), EventKind::JobCreated);
  REQUIRE(late.size() >= 3);
  CHECK(late[0].at == at(5_min));
  // Ends at about 12 min: the run of 10 min starts then, about two minutes late.
  CHECK(Duration{late[1].value} > 2_min);
  CHECK(Duration{late[1].value} < 3_min);
}

TEST_CASE("Replace ends the running Job of a CronJob, a starting deadline gives up what is too late") {
  WorkloadSpec cron = batch("tick", WorkloadKind::CronJob, 7_min);
  cron.schedule = "*/5 * * * *";
  cron.cron.concurrency = ConcurrencyPolicy::Replace;
  const Timeline replaced = run(platform({pool("user", 3)}, {cron}, 28_min));
  CHECK(events(replaced, EventKind::JobCreated).size() == 5);
  CHECK(events(replaced, EventKind::JobCompleted).empty());
  cron.cron.concurrency = ConcurrencyPolicy::Forbid;
  cron.cron.starting_deadline = 60_s;
  const auto skipping = events(run(platform({pool("user", 3)}, {cron}, 28_min)), EventKind::JobCreated);
  // 5 min; 10 is busy until 12 and then more than 60 s late; 15; 20 busy; 25.
  REQUIRE(skipping.size() == 3);
  CHECK(skipping[1].at == at(15_min));
  CHECK(skipping[2].at == at(25_min));
}

TEST_CASE("Over random Jobs exactly the completions succeed, and never more pods run than the parallelism allows") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    WorkloadSpec job = batch("random", WorkloadKind::Job, Duration{static_cast<std::int64_t>(10 + seed * 7) * 1'000'000});
    job.job.completions = static_cast<std::int64_t>(1 + seed * 5 % 9);
    job.job.parallelism = static_cast<std::int64_t>(1 + seed * 3 % 4);
    job.job.indexed = seed % 2 == 0;
    job.job.backoff_limit = 100;
    job.job.failure_rate = PartsPerMillion{static_cast<std::int64_t>(seed % 4) * 100'000};
    job.pod.restart_on_failure = seed % 3 == 0;
    Scenario scenario = platform({pool("user", 3)}, {job}, 3_h);
    scenario.seed = seed;
    const Timeline timeline = run(scenario);
    CHECK(events(timeline, EventKind::JobCompleted).size() == 1);
    const auto ended = events(timeline, EventKind::PodDeleted);
    CHECK(std::ranges::count_if(ended, [](const TimelineEvent& event) { return event.detail.text() == "Completed"; }) == job.job.completions);
    const Series* running = timeline.find(key(GaugeKind::PodsRunning, Name("prod"), Name("orders")));
    REQUIRE(running != nullptr);
    CHECK(maximum(running->samples, SimTime{}, timeline.end()).value <= job.job.parallelism);
    CHECK(value_at(running->samples, timeline.end() - 1_s) == 0);
  }
}

TEST_CASE("A rollout without room makes no progress and says so after its deadline") {
  // A node has 3860m: one pod of 3000m fits, the second waits for ever.
  const Timeline timeline = run(platform({pool("user", 1)}, {deployment("api", 2, 3000_mcpu)}, 30_min));
  const auto stalled = events(timeline, EventKind::RolloutStalled);
  REQUIRE(stalled.size() == 1);
  CHECK(stalled[0].detail.text() == "ProgressDeadlineExceeded");
  CHECK(stalled[0].at > at(600_s));
  CHECK(stalled[0].at < at(680_s));
}

TEST_CASE("A game day rolls a Deployment back to the release before, pod by pod") {
  Scenario scenario = platform({pool("user", 3)}, {deployment("api", 4)}, 1_d);
  deliver(scenario, objects(scenario).workloads[0], 3);
  StepSpec step;
  const auto releases = events(run(scenario), EventKind::ReleaseApplied);
  REQUIRE_FALSE(releases.empty());
  // Five seconds after the first release its rollout is under way, twenty minutes after it is complete: both go back to revision 1.
  const Duration after = GENERATE(5_s, 20_min);
  step.at = releases.front().at + after;
  step.actions.push_back(an_action(ActionKind::RollBack, "prod/orders/api"));
  scenario.steps = {step};
  const Timeline timeline = run(scenario);
  const auto back = events(timeline, EventKind::RolledBack);
  REQUIRE(back.size() == 1);
  CHECK(back[0].value == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, *step.at + 5_min, "prod/orders/api") == 4);
}

TEST_CASE("A release of a StatefulSet replaces its pods from the highest ordinal down to the partition, one after the other") {
  WorkloadSpec store = deployment("store", 3);
  store.kind = WorkloadKind::StatefulSet;
  store.partition = 1;
  Scenario scenario = platform({pool("user", 3)}, {store}, 1_d);
  scenario.services.push_back(load("store", 1'000, 1'000));
  deliver(scenario, objects(scenario).workloads[0], 2);
  const Timeline timeline = run(scenario);
  const auto releases = events(timeline, EventKind::ReleaseApplied);
  REQUIRE_FALSE(releases.empty());
  std::vector<std::string> replaced;
  for (const TimelineEvent& event : events(timeline, EventKind::PodDeleted))
    if (event.at >= releases.front().at && replaced.size() < 2) replaced.push_back(event.subject.str());
  CHECK(replaced == std::vector<std::string>{"prod/orders/store-2", "prod/orders/store-1"});
  for (const TimelineEvent& event : events(timeline, EventKind::PodDeleted)) CHECK(event.subject.str() != "prod/orders/store-0");
}

TEST_CASE("A ScaledJob starts a Job for each waiting message, up to its maximum") {
  WorkloadSpec worker = batch("worker", WorkloadKind::ScaledJob, 60_s);
  Scenario scenario = platform({pool("user", 3)}, {worker}, 20_min);
  ScaledObjectSpec scaled;
  scaled.name_space = Name("orders");
  scaled.name = scaled.target = Name("worker");
  scaled.target_kind = WorkloadKind::ScaledJob;
  scaled.max_replicas = 4;
  scaled.jobs.emplace();
  ScaledObjectSpec::Trigger trigger;
  trigger.type = Name("azure-servicebus");
  trigger.name = Name("inbox");
  trigger.target_milli = 1'000;
  scaled.triggers.push_back(trigger);
  objects(scenario).scaled_objects.push_back(scaled);
  QueueSpec queue;
  queue.name = Name("inbox");
  queue.workload = Name("orders/worker");
  queue.work_per_message = 60_s;
  queue.arrivals.peak_milli_rps = queue.arrivals.trough_milli_rps = 1'000;
  scenario.queues.push_back(queue);
  const Timeline timeline = run(scenario);
  const auto created = events(timeline, EventKind::JobCreated);
  REQUIRE(created.size() >= 8);
  // 60 messages a minute for workers of one message a minute: always at the maximum, never above it.
  const Series* ready = timeline.find(key(GaugeKind::ReplicasReady, Name("prod/orders/worker")));
  REQUIRE(ready != nullptr);
  CHECK(maximum(ready->samples, at(2_min), timeline.end()).value == 4);
}

}  // namespace akstwin::test
