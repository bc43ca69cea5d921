#include <catch2/catch.hpp>

#include "models/api/job_status.hpp"
#include "models/controllers/autoscaling/scaled_job.hpp"
#include "models/spec/cron_times.hpp"

using namespace akstwin;
using namespace akstwin::literals;

namespace {

SimTime at(Duration since_start) { return SimTime{} + since_start; }

EndedPod failed_at(Duration when, std::int64_t exit_code = 1) {
  EndedPod pod;
  pod.exit_code = exit_code;
  pod.at = at(when);
  return pod;
}

ScaledObjectSpec scaled_job(ScaledObjectSpec::Jobs::Strategy strategy) {
  ScaledObjectSpec spec;
  spec.max_replicas = 10;
  spec.jobs.emplace();
  spec.jobs->strategy = strategy;
  ScaledObjectSpec::Trigger trigger;
  trigger.type = Name("azure-servicebus");
  trigger.target_milli = 1'000;
  spec.triggers.push_back(trigger);
  return spec;
}

std::int64_t created(const ScaledObjectSpec& spec, std::vector<std::optional<std::int64_t>> milli, std::int64_t running, std::int64_t pending) {
  return poll_scaled_job(spec, {running, pending, milli}).create;
}

}  // namespace

TEST_CASE("A Job backs off ten seconds, then twice as long each time, at most ten minutes, and forgets it with a success") {
  Job job;
  const JobSpec spec;
  CHECK(backoff_until(job) == SimTime{});
  count_ended_pod(job, spec, failed_at(100_s));
  CHECK(backoff_until(job) == at(110_s));
  count_ended_pod(job, spec, failed_at(200_s));
  CHECK(backoff_until(job) == at(220_s));
  for (int i = 0; i < 6; ++i) count_ended_pod(job, spec, failed_at(300_s));
  CHECK(job.failed == 8);
  CHECK(backoff_until(job) == at(900_s));   // 10 × 2^7 = 1280 s, held at 600 s
  EndedPod good;
  good.success = true;
  count_ended_pod(job, spec, good);
  CHECK(backoff_until(job) == SimTime{});
}

TEST_CASE("A failure policy ignores disruptions and ends the Job at a chosen exit code, first rule first") {
  JobSpec spec;
  PodFailureRule ignore, fail;
  ignore.action = PodFailureRule::Action::Ignore;
  ignore.on_disruption = true;
  fail.action = PodFailureRule::Action::FailJob;
  fail.exit_codes = {42};
  spec.pod_failure_policy = {ignore, fail};
  Job job;
  EndedPod disrupted = failed_at(1_s, 42);
  disrupted.disrupted = true;
  count_ended_pod(job, spec, disrupted);
  CHECK(job.failed == 0);
  count_ended_pod(job, spec, failed_at(2_s, 1));
  CHECK(job.failed == 1);
  CHECK_FALSE(job.policy_failed);
  count_ended_pod(job, spec, failed_at(3_s, 42));
  CHECK(job.policy_failed);
}

TEST_CASE("With a limit per index an index fails alone") {
  JobSpec spec;
  spec.indexed = true;
  spec.completions = 3;
  spec.backoff_limit_per_index = 1;
  Job job;
  EndedPod pod = failed_at(1_s);
  pod.index = 2;
  count_ended_pod(job, spec, pod);
  CHECK(job.failed_indexes.empty());
  count_ended_pod(job, spec, pod);
  CHECK(job.failed_indexes == std::vector<std::int64_t>{2});
}

TEST_CASE("A schedule follows the clock on the wall: the hour that summer time skips is skipped, the repeated one hits twice") {
  // Europe/Berlin 2026: UTC+1, from 2026-03-29T01:00Z UTC+2, from 2026-10-25T01:00Z UTC+1.
  const std::vector<ZoneOffset> berlin{{0, 3'600}, {*parse_utc("2026-03-29T01:00:00Z"), 7'200}, {*parse_utc("2026-10-25T01:00:00Z"), 3'600}};
  const auto schedule = parse_cron("30 2 * * *");
  REQUIRE(schedule);
  const Epoch spring{*parse_utc("2026-03-28T12:00:00Z")};
  const SimTime first = next_hit(*schedule, berlin, spring, SimTime{});
  CHECK(spring.iso(first) == "2026-03-30T00:30:00Z");   // 02:30 of the 29th does not exist; 02:30 CEST of the 30th
  const Epoch autumn{*parse_utc("2026-10-24T12:00:00Z")};
  const SimTime once = next_hit(*schedule, berlin, autumn, SimTime{});
  CHECK(autumn.iso(once) == "2026-10-25T00:30:00Z");
  CHECK(autumn.iso(next_hit(*schedule, berlin, autumn, once)) == "2026-10-25T01:30:00Z");
  CHECK(utc_offset(berlin, *parse_utc("2026-07-01T00:00:00Z")) == 7'200);
}

TEST_CASE("A schedule hits strictly after the moment asked about, and one that never comes says so") {
  const Epoch start{*parse_utc("2026-03-02T00:00:00Z")};
  CHECK(next_hit(*parse_cron("*/5 * * * *"), {}, start, SimTime{}) == at(5_min));
  CHECK(next_hit(*parse_cron("*/5 * * * *"), {}, start, at(5_min)) == at(10_min));
  CHECK(next_hit(*parse_cron("0 9 * * mon"), {}, start, SimTime{}) == at(9_h));   // a Monday
  CHECK(next_hit(*parse_cron("0 0 31 2 *"), {}, start, SimTime{}) == kNever);
}

TEST_CASE("The four strategies of a ScaledJob start what KEDA's formulas say") {
  using Strategy = ScaledObjectSpec::Jobs::Strategy;
  // 8 messages, one a Job: maxScale 8. Running 3, of which 1 pending; at most 10.
  CHECK(created(scaled_job(Strategy::Default), {8'000}, 3, 1) == 5);    // 8 − 3
  CHECK(created(scaled_job(Strategy::Accurate), {8'000}, 3, 1) == 7);   // 8 + 3 > 10: 10 − 3
  CHECK(created(scaled_job(Strategy::Accurate), {5'000}, 3, 1) == 4);   // 5 − 1 pending
  CHECK(created(scaled_job(Strategy::Eager), {8'000}, 3, 1) == 6);      // min(10 − 3 − 1, 8)
  ScaledObjectSpec custom = scaled_job(Strategy::Custom);
  custom.jobs->queue_length_deduction = 1;
  custom.jobs->running_percentage = PartsPerMillion{500'000};
  CHECK(created(custom, {8'000}, 3, 1) == 6);                           // 8 − 1 − trunc(3 × 0.5)
  CHECK(created(scaled_job(Strategy::Default), {std::nullopt}, 0, 0) == 0);
  CHECK(created(scaled_job(Strategy::Default), {0}, 0, 0) == 0);
}

TEST_CASE("Several scalers of a ScaledJob count as the calculation says") {
  using Calculation = ScaledObjectSpec::Jobs::Calculation;
  ScaledObjectSpec spec = scaled_job(ScaledObjectSpec::Jobs::Strategy::Default);
  spec.triggers.push_back(spec.triggers.front());
  const auto with = [&](Calculation calculation) {
    spec.jobs->calculation = calculation;
    return created(spec, {2'000, 5'000}, 0, 0);
  };
  CHECK(with(Calculation::Max) == 5);
  CHECK(with(Calculation::Min) == 2);
  CHECK(with(Calculation::Average) == 4);   // ceil(7 / 2)
  CHECK(with(Calculation::Sum) == 7);
}
