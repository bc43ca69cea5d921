// Source: kubernetes v1.32 pkg/apis/batch/validation, read 2026-11.
#include <algorithm>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_exit_codes(FieldErrors& errors, const Field& codes, const std::set<std::string>& containers) {
  const Field how = codes["operator"], values = codes["values"], container = codes["containerName"];
  if (how.text().empty()) errors.required(how, "valid values: [\"In\" \"NotIn\"]");
  else if (how.text() != "In" && how.text() != "NotIn") errors.unsupported(how, {"In", "NotIn"});
  if (container && !containers.contains(container.text())) errors.invalid(container, "must be one of the container or initContainer names in the pod template");
  if (values.size() == 0) errors.invalid_as(values.path, values ? "[]int32{}" : "[]int32(nil)", "at least one value is required");
  std::set<std::int64_t> seen;
  bool ordered = true;
  std::int64_t last = -1;
  for (const Field& value : values.items()) {
    const std::int64_t code = value.number();
    if (how.text() == "In" && code == 0) errors.invalid(value, "must not be 0 for the In operator");
    if (!seen.insert(code).second) errors.duplicate(value);
    ordered = ordered && code >= last;
    last = code;
  }
  if (ordered) return;
  std::string list;
  for (const Field& value : values.items()) list += (list.empty() ? "" : ", ") + std::to_string(value.number());
  errors.invalid_as(values.path, "[]int32{" + list + "}", "must be ordered");
}

void check_pod_conditions(FieldErrors& errors, const Field& conditions) {
  for (const Field& pattern : conditions.items()) {
    check_label_key(errors, pattern["type"]);
    errors.one_of(pattern["status"], {"False", "True", "Unknown"}, "True");
  }
}

void check_failure_rule(FieldErrors& errors, const Field& spec, const Field& rule, const std::set<std::string>& containers) {
  const Field action = rule["action"], codes = rule["onExitCodes"], conditions = rule["onPodConditions"];
  const std::string what = action.text();
  if (what.empty()) errors.required(action, "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
  else if (what == "FailIndex" && !spec["backoffLimitPerIndex"]) errors.invalid(action, "requires the backoffLimitPerIndex to be set");
  else errors.one_of(action, {"Count", "FailIndex", "FailJob", "Ignore"});
  if (codes) check_exit_codes(errors, codes, containers);
  check_pod_conditions(errors, conditions);
  if (codes && conditions.size() > 0) errors.invalid_as(rule.path, "", "specifying both OnExitCodes and OnPodConditions is not supported");
  if (!codes && conditions.size() == 0) errors.invalid_as(rule.path, "", "specifying one of OnExitCodes and OnPodConditions is required");
}

void check_indexed(FieldErrors& errors, const Field& spec) {
  const Field completions = spec["completions"], parallelism = spec["parallelism"], failed = spec["maxFailedIndexes"];
  if (!completions) errors.required(completions, "when completion mode is Indexed");
  if (parallelism.number() > 100'000) errors.invalid(parallelism, "must be less than or equal to 100000 when completion mode is Indexed");
  if (completions && failed && failed.number() > completions.number()) errors.invalid(failed, "must be less than or equal to completions");
  if (failed && failed.number() > 100'000) errors.invalid(failed, "must be less than or equal to 100000");
}

/// "0,2-5": what is wrong with a list of indexes; empty: nothing.
std::string index_problem(std::string_view list, std::int64_t completions) {
  const auto number_of = [](std::string_view text) -> std::int64_t {
    return !text.empty() && text.size() < 10 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; }) ? std::stoll(std::string(text)) : -1;
  };
  std::int64_t last = -1;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string part(list.substr(0, comma));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    const std::size_t hyphen = part.find('-');
    if (hyphen != std::string::npos && part.find('-', hyphen + 1) != std::string::npos) return "the fragment " + in_quotes(part) + " violates the requirement that an index interval can have at most two parts separated by '-'";
    std::int64_t ends[2] = {-1, -1};
    for (int i = 0; i < (hyphen == std::string::npos ? 1 : 2); ++i) {
      const std::string text = i == 0 ? part.substr(0, hyphen) : part.substr(hyphen + 1);
      ends[i] = number_of(text);
      if (ends[i] < 0) return "cannot convert string to integer for index: " + in_quotes(text);
      if (ends[i] >= completions) return "too large index: " + in_quotes(text);
    }
    if (ends[1] >= 0 && ends[0] >= ends[1]) return "non-increasing order, previous: " + std::to_string(ends[0]) + ", current: " + std::to_string(ends[1]);
    if (last >= ends[0]) return "non-increasing order, previous: " + std::to_string(last) + ", current: " + std::to_string(ends[0]);
    last = ends[1] >= 0 ? ends[1] : ends[0];
  }
  return {};
}

void check_success_policy(FieldErrors& errors, const Field& spec) {
  const Field policy = spec["successPolicy"], rules = policy["rules"];
  if (!policy) return;
  if (spec["completionMode"].text() != "Indexed") return errors.invalid_as(policy.path, rules.size() == 0 ? std::string("batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule") + (rules ? "{}}" : "(nil)}") : "batch.SuccessPolicy" + rules.json->dump(), "requires indexed completion mode");
  if (rules.size() == 0) return errors.required(rules, "at least one rules must be specified when the successPolicy is specified");
  for (const Field& rule : rules.items()) {
    const Field count = rule["succeededCount"], indexes = rule["succeededIndexes"];
    if (!count && !indexes) errors.required(rule, "at least one of succeededCount or succeededIndexes must be specified");
    if (indexes)
      if (const std::string wrong = index_problem(indexes.text(), spec["completions"].number()); !wrong.empty()) errors.invalid(indexes, "error parsing succeededIndexes: " + wrong);
    if (!count) continue;
    errors.not_negative(count);
    if (count.number() > spec["completions"].number()) errors.invalid(count, "must be less than or equal to " + std::to_string(spec["completions"].number()) + " (the number of specified completions)");
  }
}

void check_policies(FieldErrors& errors, const Field& spec) {
  const Field failure = spec["podFailurePolicy"], replacement = spec["podReplacementPolicy"];
  std::set<std::string> containers;
  for (const char* list : {"containers", "initContainers"})
    for (const Field& container : spec["template"]["spec"][list].items()) containers.insert(container["name"].text());
  for (const Field& rule : failure["rules"].items()) check_failure_rule(errors, spec, rule, containers);
  check_success_policy(errors, spec);
  if (!replacement) return;
  if (failure && replacement.text() != "Failed") errors.unsupported(replacement, {"Failed"});
  else if (!failure) errors.one_of(replacement, {"Failed", "TerminatingOrFailed"});
}

void check_schedule(FieldErrors& errors, const Field& schedule) {
  const std::string text = schedule.text();
  if (text.empty()) return errors.required(schedule);
  if (const std::string wrong = schedule_problem(text); !wrong.empty()) errors.invalid(schedule, wrong);
  if (text.find("TZ") != std::string::npos) errors.invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
}

void check_zone(FieldErrors& errors, const Field& zone) {
  if (!zone) return;
  const std::string name = zone.text();
  if (name.empty()) return errors.invalid(zone, "timeZone must be nil or non-empty string");
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (lower == "local") errors.invalid(zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  if (name != "Local" && !is_time_zone(name)) errors.invalid(zone, "unknown time zone " + name);
}

}  // namespace

void check_job_spec(FieldErrors& errors, const Field& spec) {
  for (const char* number : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"}) errors.not_negative(spec[number]);
  const Field per_index = spec["backoffLimitPerIndex"], failed = spec["maxFailedIndexes"], mode = spec["completionMode"];
  if (failed && !per_index) errors.required(per_index, "when maxFailedIndexes is specified");
  if (spec["managedBy"]) check_domain_path(errors, spec["managedBy"]);
  if (spec["managedBy"].text().size() > 63) errors.too_long(spec["managedBy"].path, 63);
  if (mode && mode.text() != "NonIndexed" && mode.text() != "Indexed") errors.unsupported(mode, {"NonIndexed", "Indexed"});
  if (mode.text() == "Indexed") check_indexed(errors, spec);
  if (mode.text("NonIndexed") == "NonIndexed")
    for (const Field& number : {per_index, failed})
      if (number) errors.invalid(number, "requires indexed completion mode");
  check_policies(errors, spec);
  check_pod_template(errors, spec["template"]);
  const Field restart = spec["template"]["spec"]["restartPolicy"];
  const std::string when = restart.text("Always");
  if (when == "Always" || when.empty()) errors.required(restart, "valid values: \"OnFailure\", \"Never\"");
  else if (when != "OnFailure" && when != "Never") errors.unsupported(restart, {"OnFailure", "Never"});
  else if (spec["podFailurePolicy"] && when != "Never") errors.invalid(restart, "only \"Never\" is supported when podFailurePolicy is specified");
}

void check_job(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"], selector = spec["selector"], labels = spec["template"]["metadata"]["labels"];
  const bool manual = spec["manualSelector"].is_true();
  const std::string uid = object["metadata"]["uid"].text(), name = object["metadata"]["name"].text();
  // The server adds labels and selector by the job's UID; whoever brings a selector breaks them.
  Json made = labels ? *labels.json : Json::object(), wanted = selector ? *selector.json : Json::object();
  for (const char* label : {"batch.kubernetes.io/controller-uid", "controller-uid"}) made[label] = uid;
  for (const char* label : {"batch.kubernetes.io/job-name", "job-name"}) made[label] = name;
  // One that was copied with its labels from another cluster is taken: recordings and backups hold such jobs.
  const bool foreign = !manual && selector && !selects(selector, {&made, ""}) && !selects(selector, labels);
  if (!manual && selector) wanted["matchLabels"]["batch.kubernetes.io/controller-uid"] = uid;
  if (foreign) errors.invalid_as(selector.path, go_label_selector(&wanted), "`selector` not auto-generated");
  Json completed = spec ? *spec.json : Json::object();
  if (!manual && completed.contains("template") && completed["template"].is_object()) completed["template"]["metadata"]["labels"] = made;
  check_job_spec(errors, {&completed, "spec"});
  if (manual && !selector) errors.required(selector);
  check_label_selector(errors, selector);
  if (manual && (!selector || is_readable_selector(selector)) && !selects(selector, labels)) errors.invalid_as(labels.path, go_string_map(labels.json), "`selector` does not match template `labels`");
  if (foreign) errors.invalid_as(labels.path, go_string_map(&made), "`selector` does not match template `labels`");
  if (spec["completionMode"].text() != "Indexed" || spec["completions"].number() <= 0) return;
  const std::string last = name + "-" + std::to_string(spec["completions"].number() - 1);
  if (!dns_label(last).empty()) errors.invalid(object["metadata"]["name"], "will not able to create pod with invalid DNS label: " + last);
}

void check_cron_job(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  const Field spec = object["spec"], job = spec["jobTemplate"]["spec"];
  check_schedule(errors, spec["schedule"]);
  errors.not_negative(spec["startingDeadlineSeconds"]);
  check_zone(errors, spec["timeZone"]);
  errors.one_of(spec["concurrencyPolicy"], {"Allow", "Forbid", "Replace"}, "Allow");
  check_job_spec(errors, job);
  if (job["selector"]) errors.invalid_as(job["selector"].path, go_label_selector(job["selector"].json), "`selector` will be auto-generated");
  if (job["manualSelector"].is_true()) errors.unsupported(job["manualSelector"], {"nil", "false"});
  errors.not_negative(spec["successfulJobsHistoryLimit"]);
  errors.not_negative(spec["failedJobsHistoryLimit"]);
  // Jobs get eleven characters more than their CronJob.
  if (object["metadata"]["name"].text().size() > 52) errors.invalid(object["metadata"]["name"], "must be no more than 52 characters");
}

}  // namespace akstwin::validation
