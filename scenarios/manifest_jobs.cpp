// Job, CronJob and ScaledJob manifests.
#include <algorithm>

#include "models/spec/cron.hpp"
#include "scenarios/manifest_objects.hpp"
#include "scenarios/time_zone.hpp"

namespace akstwin {
namespace {

/// The value of an annotation of the pod template, or an empty text.
std::string_view annotation(const WorkloadSpec& workload, std::string_view key) {
  const Name* const value = workload.pod.annotations.find(Name(key));
  return value == nullptr ? std::string_view{} : value->text();
}

void refuse(Fields& f, std::string_view key, std::string_view text, std::string_view wanted) {
  f.report(Severity::Error, "S013", f.at(), "annotation '" + std::string(key) + "' is '" + std::string(text) + "'", "write " + std::string(wanted));
}

/// How the containers run, which no manifest says: annotations of the pod template.
void read_run(Fields& f, WorkloadSpec& out) {
  const auto duration = [&](std::string_view key, Duration& value) {
    const std::string_view text = annotation(out, key);
    if (text.empty()) return false;
    const auto parsed = parse_duration(text);
    if (!parsed || parsed->us <= 0) refuse(f, key, text, "a duration such as 5m or 90s");
    else value = *parsed;
    return true;
  };
  JobSpec& job = out.job;
  job.run_stated = duration("akstwin.io/run-duration", job.run_median);
  if (job.run_stated) job.run_p95 = job.run_median;
  duration("akstwin.io/run-duration-p95", job.run_p95);
  job.run_p95 = std::max(job.run_p95, job.run_median);
  if (const std::string_view text = annotation(out, "akstwin.io/failure-rate"); !text.empty()) {
    const auto rate = parse_percent(text);
    if (!rate || rate->value < 0 || rate->value > 1'000'000) refuse(f, "akstwin.io/failure-rate", text, "a percentage such as 2%");
    else job.failure_rate = *rate;
  }
  if (const std::string_view text = annotation(out, "akstwin.io/exit-code"); !text.empty()) {
    const auto code = parse_milli(text);
    if (!code || *code < 1'000 || *code > 255'000 || *code % 1'000 != 0) refuse(f, "akstwin.io/exit-code", text, "a number from 1 to 255");
    else job.exit_code = *code / 1'000;
  }
}

void read_optional_seconds(Fields& f, std::string_view key, std::optional<Duration>& out) {
  Duration value{};
  read_seconds(f, key, value);
  if (f.has(key)) out = value;
}

void read_job_spec(Fields& f, WorkloadSpec& out) {
  JobSpec& job = out.job;
  out.replicas = 0;                        // pods come from Jobs
  out.replicas_stated = false;
  f.optional("parallelism", job.parallelism, "").between(0, 100'000);
  std::int64_t completions = 1;
  f.optional("completions", completions, "").between(0, 1'000'000);
  // Both absent: one pod. Only parallelism stated: a work queue, done when one pod has succeeded and all have ended (batch/v1).
  if (f.has("completions") || !f.has("parallelism")) job.completions = completions;
  else job.completions.reset();
  f.choice("completionMode", job.indexed, {{"NonIndexed", false}, {"Indexed", true}}, "");
  f.optional("backoffLimit", job.backoff_limit, "").between(0, 2'147'483'647);
  std::int64_t per_index = 0;
  f.optional("backoffLimitPerIndex", per_index, "").between(0, 2'147'483'647);
  if (f.has("backoffLimitPerIndex")) job.backoff_limit_per_index = per_index;
  read_optional_seconds(f, "activeDeadlineSeconds", job.active_deadline);
  read_optional_seconds(f, "ttlSecondsAfterFinished", job.ttl_after_finished);
  f.group("podFailurePolicy", "", [&](Fields& g) { g.list("rules", job.pod_failure_policy, ""); });
  f.optional("suspend", job.suspend, "");
  read_template(f, out);
  read_run(f, out);
  ignore(f, {"manualSelector", "selector", "podReplacementPolicy"});
  const std::string called = "Job " + out.name_space.str() + "/" + out.name.str();
  if (job.indexed && !job.completions) f.report(Severity::Error, "S010", f.at(), called + " is Indexed, but states no completions", "the API server refuses it; state spec.completions");
  if (!job.run_stated && job.run_median == Duration{60'000'000})
    f.report(Severity::Warning, "S092", f.at(), "nobody says how long a pod of " + called + " runs; one minute is assumed", "annotate the pod template with akstwin.io/run-duration: 5m");
}

void read_strategy(Fields& f, ScaledObjectSpec::Jobs& out) {
  using Jobs = ScaledObjectSpec::Jobs;
  f.choice("strategy", out.strategy, {{"default", Jobs::Strategy::Default}, {"custom", Jobs::Strategy::Custom}, {"accurate", Jobs::Strategy::Accurate}, {"eager", Jobs::Strategy::Eager}}, "");
  f.optional("customScalingQueueLengthDeduction", out.queue_length_deduction, "").between(0, 100'000);
  std::string percentage;
  f.optional<Text>("customScalingRunningJobPercentage", percentage, "");
  // A fraction of one, whatever its name says.
  if (const auto milli = parse_milli(percentage)) out.running_percentage = PartsPerMillion{*milli * 1'000};
  f.choice("multipleScalersCalculation", out.calculation,
           {{"max", Jobs::Calculation::Max}, {"min", Jobs::Calculation::Min}, {"avg", Jobs::Calculation::Average}, {"sum", Jobs::Calculation::Sum}}, "");
}

}  // namespace

std::optional<std::vector<ZoneOffset>> offsets_of(Fields& f, const std::string& zone) {
  if (zone.empty() || zone == "UTC" || zone == "Etc/UTC") return std::vector<ZoneOffset>{};
  auto offsets = read_time_zone(zone);
  if (!offsets) f.report(Severity::Error, "S013", f.at(), "'" + zone + "' is no time zone that this system knows", "write a name of the IANA database such as Europe/Berlin; it is read from /usr/share/zoneinfo");
  return offsets;
}

void describe(Fields& f, PodFailureRule& out) {
  using Action = PodFailureRule::Action;
  f.choice("action", out.action, {{"FailJob", Action::FailJob}, {"FailIndex", Action::FailIndex}, {"Ignore", Action::Ignore}, {"Count", Action::Count}}, "");
  f.group("onExitCodes", "", [&](Fields& g) {
    g.choice("operator", out.exit_code_in, {{"In", true}, {"NotIn", false}}, "");
    g.values("values", out.exit_codes, "");
    ignore(g, {"containerName"});
  });
  out.on_disruption = f.has("onPodConditions");
  ignore(f, {"onPodConditions"});
}

void read_job(Fields& f, const ManifestTarget& target) {
  WorkloadSpec out = begin_workload(f, WorkloadKind::Job, target);
  f.group("spec", "", [&](Fields& g) { read_job_spec(g, out); });
  ignore(f, {"apiVersion", "kind", "status"});
  target.set.workloads.push_back(std::move(out));
}

void read_cron_job(Fields& f, const ManifestTarget& target) {
  WorkloadSpec out = begin_workload(f, WorkloadKind::CronJob, target);
  f.group("spec", "", [&](Fields& g) {
    g.required("schedule", out.schedule, "");
    g.optional<Text>("timeZone", out.cron.time_zone, "");
    if (auto offsets = offsets_of(g, out.cron.time_zone)) out.cron.offsets = std::move(*offsets);
    g.choice("concurrencyPolicy", out.cron.concurrency, {{"Allow", ConcurrencyPolicy::Allow}, {"Forbid", ConcurrencyPolicy::Forbid}, {"Replace", ConcurrencyPolicy::Replace}}, "");
    read_optional_seconds(g, "startingDeadlineSeconds", out.cron.starting_deadline);
    g.optional("suspend", out.cron.suspend, "");
    g.optional("successfulJobsHistoryLimit", out.cron.successful_history, "").between(0, 100'000);
    g.optional("failedJobsHistoryLimit", out.cron.failed_history, "").between(0, 100'000);
    g.group("jobTemplate", "", [&](Fields& h) {
      h.group("spec", "", [&](Fields& i) { read_job_spec(i, out); });
      ignore(h, {"metadata"});
    });
  });
  ignore(f, {"apiVersion", "kind", "status"});
  target.set.workloads.push_back(std::move(out));
}

void read_scaled_job(Fields& f, const ManifestTarget& target) {
  WorkloadSpec workload = begin_workload(f, WorkloadKind::ScaledJob, target);
  ScaledObjectSpec out;
  out.name = out.target = workload.name;
  out.name_space = workload.name_space;
  out.target_kind = WorkloadKind::ScaledJob;
  out.declared_at = target.at;
  out.jobs.emplace();
  f.group("spec", "", [&](Fields& g) {
    g.group("jobTargetRef", "", [&](Fields& h) { read_job_spec(h, workload); });
    read_seconds(g, "pollingInterval", out.polling_interval);
    g.optional("minReplicaCount", out.min_replicas, "").between(0, 100'000);
    g.optional("maxReplicaCount", out.max_replicas, "").between(0, 100'000);
    g.optional("successfulJobsHistoryLimit", out.jobs->successful_history, "").between(0, 100'000);
    g.optional("failedJobsHistoryLimit", out.jobs->failed_history, "").between(0, 100'000);
    g.group("scalingStrategy", "", [&](Fields& h) { read_strategy(h, *out.jobs); });
    g.list("triggers", out.triggers, "", true);
    ignore(g, {"envSourceContainerName", "rollout"});
  });
  for (auto& trigger : out.triggers)
    if (trigger.name.empty()) trigger.name = out.name;
  ignore(f, {"apiVersion", "kind", "status"});
  target.set.workloads.push_back(std::move(workload));
  target.set.scaled_objects.push_back(std::move(out));
}

}  // namespace akstwin
