// Jobs, CronJobs and ScaledJobs as manifests state them, and manifests that contradict each other.
#include <catch2/catch.hpp>

#include "scenarios/time_zone.hpp"
#include "models/spec/cron_times.hpp"
#include "tests/scenarios/reading.hpp"

using namespace akstwin;
using namespace akstwin::test;
using namespace akstwin::literals;

namespace {

const std::string kUses = kHeader + kCluster + "  workloads: [{cluster: aks, from: [m.yaml]}]\n";

Loaded read(const std::string& name, const std::string& manifests) {
  const Folder folder(name);
  folder.write("s.yaml", kUses);
  folder.write("m.yaml", manifests);
  return folder.load("s.yaml");
}

const WorkloadSpec& only(const Loaded& loaded) { return loaded.scenario->workloads[0].manifests.workloads.front(); }

}  // namespace

TEST_CASE("A CronJob is read whole: time zone, policy, history, limits, and how long its pods run") {
  const Loaded loaded = read("cron-job", R"(apiVersion: batch/v1
kind: CronJob
metadata: {name: close, namespace: books}
spec:
  schedule: "30 2 * * *"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 120
  successfulJobsHistoryLimit: 1
  jobTemplate:
    spec:
      completions: 6
      parallelism: 3
      completionMode: Indexed
      backoffLimit: 4
      activeDeadlineSeconds: 3600
      ttlSecondsAfterFinished: 60
      podFailurePolicy:
        rules:
          - action: FailJob
            onExitCodes: {operator: In, values: [42]}
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget}]
      template:
        metadata:
          annotations: {akstwin.io/run-duration: 5m, akstwin.io/failure-rate: 2%}
        spec:
          restartPolicy: OnFailure
          containers: [{name: close, image: close}]
)");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(loaded.said.empty());
  const WorkloadSpec& job = only(loaded);
  CHECK(job.kind == WorkloadKind::CronJob);
  CHECK(job.cron.concurrency == ConcurrencyPolicy::Forbid);
  CHECK(job.cron.starting_deadline == 120_s);
  CHECK(job.cron.successful_history == 1);
  CHECK(job.cron.failed_history == 1);
  CHECK(utc_offset(job.cron.offsets, *parse_utc("2026-07-01T00:00:00Z")) == 7'200);
  CHECK(utc_offset(job.cron.offsets, *parse_utc("2026-01-01T00:00:00Z")) == 3'600);
  CHECK(job.job.completions == 6);
  CHECK(job.job.parallelism == 3);
  CHECK(job.job.indexed);
  CHECK(job.job.backoff_limit == 4);
  CHECK(job.job.active_deadline == 1_h);
  CHECK(job.job.ttl_after_finished == 60_s);
  CHECK(job.job.run_median == 5_min);
  CHECK(job.job.failure_rate.value == 20'000);
  CHECK(job.pod.restart_on_failure);
  REQUIRE(job.job.pod_failure_policy.size() == 2);
  CHECK(job.job.pod_failure_policy[0].exit_codes == std::vector<std::int64_t>{42});
  CHECK(job.job.pod_failure_policy[1].on_disruption);
}

TEST_CASE("A Job that says nothing about its length is assumed to run a minute, and that is said") {
  const Loaded loaded = read("job", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {parallelism: 4, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n");
  REQUIRE(loaded.scenario);
  CHECK(loaded.said.find("S092") != std::string::npos);
  CHECK_FALSE(only(loaded).job.completions.has_value());   // a work queue
  CHECK(only(loaded).job.run_median == 1_min);
}

TEST_CASE("A ScaledJob becomes a workload of its own kind with KEDA's strategy") {
  const Loaded loaded = read("scaled-job", R"(apiVersion: keda.sh/v1alpha1
kind: ScaledJob
metadata: {name: worker, namespace: books}
spec:
  jobTargetRef:
    template:
      metadata: {annotations: {akstwin.io/run-duration: 90s}}
      spec: {restartPolicy: Never, containers: [{name: a, image: a}]}
  pollingInterval: 10
  maxReplicaCount: 7
  scalingStrategy: {strategy: custom, customScalingQueueLengthDeduction: 2, customScalingRunningJobPercentage: "0.5", multipleScalersCalculation: sum}
  triggers: [{type: azure-servicebus, metadata: {queueName: inbox, messageCount: "3"}}]
)");
  INFO(loaded.said);
  REQUIRE(loaded.scenario);
  CHECK(only(loaded).kind == WorkloadKind::ScaledJob);
  const ScaledObjectSpec& spec = loaded.scenario->workloads[0].manifests.scaled_objects.front();
  REQUIRE(spec.jobs);
  CHECK(spec.jobs->strategy == ScaledObjectSpec::Jobs::Strategy::Custom);
  CHECK(spec.jobs->running_percentage.value == 500'000);
  CHECK(spec.jobs->calculation == ScaledObjectSpec::Jobs::Calculation::Sum);
  CHECK(spec.polling_interval == 10_s);
  CHECK(spec.triggers.front().target_milli == 3'000);
}

TEST_CASE("Unknown time zones and malformed annotations are errors at their object") {
  const Loaded zone = read("zone", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '* * * * *', timeZone: Mars/Olympus, jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: a}]}}}}}\n");
  CHECK(zone.said.find("Mars/Olympus") != std::string::npos);
  const Loaded schedule = read("schedule", "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '61 * * * *', jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: a}]}}}}}\n");
  CHECK(schedule.said.find("'61 * * * *' of CronJob default/a cannot be read") != std::string::npos);
  CHECK_FALSE(read_time_zone("../../etc/passwd").has_value());
  CHECK_FALSE(decode_time_zone("TZif").has_value());
}
