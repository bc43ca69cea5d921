#include "adapters/drive/drive_run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace akstwin {
namespace {

using nlohmann::json;

constexpr Duration kLook{500'000};         // between two looks at abort conditions: within one poll, a breach is acted upon
// An API server that restarts is away for a minute at most; undoing waits for it five.
constexpr Duration kBlindness{60'000'000};
constexpr Duration kUndoPause{2'000'000}, kLongestUndoPause{15'000'000};
constexpr int kUndoAttempts = 25;

const char* words(Verdict verdict) {
  switch (verdict) {
    case Verdict::Accepted: return "Accepted";
    case Verdict::Conflict: return "Conflict";
    case Verdict::NotFound: return "NotFound";
    case Verdict::TooManyRequests: return "TooManyRequests";
    case Verdict::Refused: return "Refused";
    case Verdict::InternalError: return "InternalError";
  }
  return "";
}

json readings_json(const std::vector<ConditionReading>& readings) {
  json out = json::array();
  for (const ConditionReading& reading : readings) out.push_back({{"condition", reading.text}, {"value", reading.value}, {"holds", reading.holds}});
  return out;
}

bool is_eviction(const PlannedChange& change) { return !change.azure && change.kube.http.target.ends_with("/eviction"); }

}  // namespace

std::int64_t DriveRun::note(const std::string& kind, const json& facts) {
  auto written = parts_.journal.write(kind, now_us(), facts);
  if (written) return *written;
  journal_fault_ = written.error().message;
  return -1;
}

bool DriveRun::gate(const char* when) {
  const auto readings = read_conditions(parts_.allow.steady, parts_.kube.state(), parts_.allow.namespaces);
  note("gate", {{"when", when}, {"conditions", readings_json(readings)}});
  for (const ConditionReading& reading : readings)
    if (!reading.holds) say("steady state: " + reading.text + " does not hold, it is " + json(reading.value).dump());
  return std::ranges::all_of(readings, &ConditionReading::holds);
}

std::string DriveRun::reason_to_abort() {
  if (parts_.stop != nullptr && *parts_.stop) return "interrupted";
  if (parts_.asked_to_abort && parts_.asked_to_abort()) return "drive abort was called";
  if (!journal_fault_.empty()) return journal_fault_;
  if (now_us() >= deadline_us_) return "maxDuration is over";
  for (const ConditionReading& reading : read_conditions(parts_.allow.abort, parts_.kube.state(), parts_.allow.namespaces))
    if (reading.holds) return reading.text + " came true: " + json(reading.value).dump();
  // What cannot be seen cannot be judged.
  const std::string blind = parts_.kube.blindness();
  if (blind.empty()) {
    blind_since_us_ = 0;
    return {};
  }
  if (blind_since_us_ == 0) blind_since_us_ = now_us();
  return now_us() - blind_since_us_ < kBlindness.us ? std::string{} : "the cluster can no longer be watched: " + blind;
}

std::string DriveRun::watch(Duration time) {
  const std::int64_t until = now_us() + time.us;
  do {
    parts_.kube.step();
    if (std::string why = reason_to_abort(); !why.empty()) return why;
    const Duration left{until - now_us()};
    if (left.us <= 0) return {};
    parts_.kube.client().transport().pause(std::min(kLook, left));
  } while (true);
}

std::string DriveRun::await_condition(const PlannedChange& change) {
  say(change.what());
  note("await", {{"condition", change.awaits->text}, {"step", change.step}, {"patience", to_string(change.patience)}});
  const std::int64_t until = now_us() + change.patience.us;
  while (true) {
    if (std::string why = watch(Duration{0}); !why.empty()) return why;
    const ConditionReading reading = read_condition(*change.awaits, parts_.kube.state(), parts_.allow.namespaces);
    if (reading.holds && sees()) {
      note("awaited", {{"condition", reading.text}, {"value", reading.value}});
      return {};
    }
    if (now_us() >= until) return "'" + reading.text + "' did not come true within " + to_string(change.patience) + ", it is " + json(reading.value).dump();
    if (std::string why = watch(kLook); !why.empty()) return why;
  }
}

std::string DriveRun::carry_out(const PlannedChange& change) {
  if (change.only_waits()) return {};
  json facts{{"what", change.what()}, {"port", change.azure ? "azure" : "kubernetes"}, {"action", change.action}, {"step", change.step}};
  facts["request"] = journal_form(change.azure ? HttpRequest{change.arm.method, change.arm.path, {}, change.arm.body} : change.kube.http);
  if (!change.undo.target.empty()) {
    facts["undo"] = journal_form(change.undo);
    facts["undoWhat"] = change.undo_what;
  }
  // Written before it is sent: whoever undoes a dead run knows what may have happened.
  const std::int64_t number = note("request", facts);
  if (!journal_fault_.empty()) return journal_fault_;
  say(change.what());
  KubeAnswer answer;
  if (change.azure) {
    const ArmAnswer arm = parts_.cloud != nullptr ? parts_.cloud->perform(change.arm) : ArmAnswer{Verdict::Refused, "no Azure"};
    answer.verdict = arm.verdict;
    answer.message = arm.message;
  } else {
    answer = parts_.kube.perform(change.kube);
  }
  note("answer", {{"of", number}, {"verdict", words(answer.verdict)}, {"status", answer.status}, {"message", answer.message}});
  const bool unknown = answer.verdict == Verdict::InternalError && answer.status == 0;
  if ((answer.verdict == Verdict::Accepted || unknown) && !change.undo.target.empty()) made_.push_back({number, change.what(), change.azure, change.undo, change.undo_what});
  if (answer.verdict == Verdict::Accepted) return {};
  // A budget that holds and a pod that has gone are what an eviction may meet.
  const bool expected = (is_eviction(change) && answer.by_budget) || answer.verdict == Verdict::NotFound;
  if (!expected) return answer.message;
  say(answer.message);
  return {};
}

std::string DriveRun::await_steady() {
  std::int64_t until = now_us() + parts_.settle.us;
  while (true) {
    if (std::string why = watch(kLook); !why.empty()) return why;
    if (!sees()) {   // what was seen last says nothing; it settles once somebody looks again
      until = now_us() + parts_.settle.us;
      continue;
    }
    const auto readings = read_conditions(parts_.allow.steady, parts_.kube.state(), parts_.allow.namespaces);
    if (std::ranges::all_of(readings, &ConditionReading::holds)) return {};
    if (now_us() >= until) return "the steady state did not come back within " + to_string(parts_.settle);
  }
}

bool DriveRun::undo(const std::vector<JournalChange>& changes) {
  parts_.guard.set_undoing(true);
  parts_.kube.set_writes(WriteMode::Act, &parts_.guard);
  bool all = true;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    say("undo: " + change->undo_what);
    KubeAnswer answer;
    for (int attempt = 0; attempt < kUndoAttempts; ++attempt) {
      if (attempt > 0) parts_.kube.client().transport().pause(std::min(kUndoPause * attempt, kLongestUndoPause));
      if (change->azure) {
        const ArmAnswer arm = parts_.cloud != nullptr ? parts_.cloud->perform({change->undo_what, change->undo.method, change->undo.target, change->undo.body}) : ArmAnswer{Verdict::Refused, "no Azure"};
        answer.verdict = arm.verdict;
        answer.message = arm.message;
      } else {
        answer = parts_.kube.perform({change->undo_what, change->undo});
      }
      if (answer.verdict == Verdict::Accepted || answer.verdict == Verdict::NotFound || answer.verdict == Verdict::Refused) break;
    }
    const bool done = answer.verdict == Verdict::Accepted || answer.verdict == Verdict::NotFound;   // what is gone needs no undoing
    all = all && done;
    if (!done) say("undo failed: " + answer.message);
    note(done ? "undone" : "undo-failed", {{"of", change->number}, {"what", change->undo_what}, {"message", answer.message}});
  }
  parts_.guard.set_undoing(false);
  return all;
}

DriveOutcome DriveRun::give_up(const std::string& why) {
  say("aborting: " + why);
  note("abort", {{"why", why}});
  const bool undone = undo(made_);
  note("end", {{"outcome", undone ? "undone" : "undo-failed"}, {"why", why}});
  return {undone ? DriveEnd::Undone : DriveEnd::UndoFailed, why};
}

DriveOutcome DriveRun::run(const DrivePlan& plan, std::int64_t deadline_us) {
  deadline_us_ = deadline_us;
  parts_.guard.set_deadline(deadline_us);
  parts_.guard.count_from_zero();
  parts_.guard.seal(plan.fingerprints());
  if (!gate("before")) {
    note("end", {{"outcome", "refused"}, {"why", "the steady state does not hold"}});
    return {DriveEnd::Refused, "the steady state does not hold, so nothing was changed"};
  }
  if (std::string why = reason_to_abort(); !why.empty()) {
    note("end", {{"outcome", "refused"}, {"why", why}});
    return {DriveEnd::Refused, why + ", so nothing was changed"};
  }
  parts_.kube.set_writes(WriteMode::Act, &parts_.guard);
  for (const PlannedChange& change : plan.changes) {
    if (std::string why = watch(change.after); !why.empty()) return give_up(why);
    if (change.awaits)
      if (std::string why = await_condition(change); !why.empty()) return give_up(why);
    if (std::string why = carry_out(change); !why.empty()) return give_up(why);
    if (std::string why = watch(Duration{0}); !why.empty()) return give_up(why);
  }
  if (std::string why = await_steady(); !why.empty()) return give_up(why);
  gate("after");
  const bool undone = !parts_.undo_when_done || undo(made_);
  note("end", {{"outcome", undone ? "done" : "undo-failed"}});
  parts_.kube.set_writes(WriteMode::Refuse, nullptr);
  return {undone ? DriveEnd::Done : DriveEnd::UndoFailed, {}};
}

}  // namespace akstwin
