#include "adapters/cli/drive_verbs.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "adapters/cli/drive_session.hpp"
#include "adapters/cli/interrupt.hpp"
#include "adapters/drive/dead_man.hpp"
#include "adapters/drive/drive_run.hpp"
#include "adapters/kube/timestamp.hpp"
#include "scenarios/source_files.hpp"
#include "reports/text.hpp"

namespace akstwin {

using Json = nlohmann::json;

namespace {

constexpr Duration kGrace{120'000'000};    // beside maxDuration, before the dead-man timer takes over

std::string default_journal(std::int64_t now_us) {
  std::string stamp;
  for (const char c : rfc3339(now_us).substr(0, 19))
    if (c != '-' && c != ':') stamp.push_back(c);
  return "drive-" + stamp + "Z.jsonl";
}

/// Whether a process runs. One that was killed and that nobody has buried yet does not.
bool is_alive(std::int64_t pid) {
  if (pid <= 0 || ::kill(static_cast<pid_t>(pid), 0) != 0) return false;
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(in, text);
  const std::size_t name_end = text.rfind(')');   // "123 (akstwin) S …"
  return name_end == std::string::npos || name_end + 2 >= text.size() || (text[name_end + 2] != 'Z' && text[name_end + 2] != 'X');
}

std::string newest_journal() {
  std::string best;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(".", error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("drive-") && name.ends_with(".jsonl")) best = std::max(best, name);
  }
  return best;
}

void print_plan(const DrivePlan& plan, const std::vector<std::string>& tried, Console& console) {
  console.out << fmt::format("{} on context {} (cluster {}): {}, {} and {} touched\n", plan.scenario, plan.context, plan.cluster, counted(plan.requests(), "change"),
                             counted(plan.pods, "pod"), counted(plan.nodes, "node"));
  for (std::size_t i = 0; i < plan.changes.size(); ++i) {
    const PlannedChange& change = plan.changes[i];
    console.out << fmt::format("{:>3}  {}{}\n", i + 1, change.after.us > 0 && !change.only_waits() ? fmt::format("after {}: ", to_string(change.after)) : "", change.what());
    if (!change.only_waits()) console.out << fmt::format("     undo: {}\n", change.undo.target.empty() ? "none" : change.undo_what);
    if (!change.note.empty()) console.out << "     note: " << change.note << '\n';
    if (i < tried.size() && !tried[i].empty()) console.out << "     dry run: " << tried[i] << '\n';
  }
  for (const std::string& text : plan.left_out) console.out << "left out: " << text << '\n';
  for (const std::string& text : plan.refused) console.out << "refused: " << text << '\n';
}

/// Shows every Kubernetes request to the server with dryRun=All. Azure has no such thing.
std::vector<std::string> dry_run(DriveSession& session, const DrivePlan& plan, bool& accepted) {
  std::vector<std::string> out;
  session.guard->count_from_zero();
  session.kube->set_writes(WriteMode::DryRun, session.guard.get());
  for (const PlannedChange& change : plan.changes) {
    std::string text;
    if (change.azure) {
      text = "Azure has none";
    } else if (!change.only_waits()) {
      const KubeAnswer answer = session.kube->perform(change.kube);
      const bool held = answer.by_budget;
      text = answer.verdict == Verdict::Accepted ? "accepted" : held ? "a disruption budget would hold it back now" : answer.message;
      accepted = accepted && (answer.verdict == Verdict::Accepted || held);
    }
    out.push_back(text);
  }
  session.kube->set_writes(WriteMode::Refuse, nullptr);
  return out;
}

Json plan_json(const DrivePlan& plan) {
  Json out{{"scenario", plan.scenario}, {"context", plan.context}, {"cluster", plan.cluster}, {"hash", plan.hash()}, {"changes", Json::array()}, {"refused", plan.refused}};
  for (const PlannedChange& change : plan.changes)
    out["changes"].push_back({{"what", change.what()}, {"action", change.action}, {"after", to_string(change.after)}, {"undo", change.undo_what}, {"note", change.note}});
  return out;
}

/// The same exit code for all that a guard refused.
ExitCode refuse(Console& console, const std::string& why) { return complain(console, {"refused: " + why}, ExitCode::Refused); }

/// The typed word that says somebody means it.
bool confirmed(const DriveCall& a, const DrivePlan& plan, Console& console) {
  std::string typed = a.confirm;
  if (typed.empty()) {
    console.err << fmt::format("This changes a real cluster. Type the name of its context ({}) to go on: ", plan.context) << std::flush;
    std::getline(std::cin, typed);
  }
  return typed == plan.context;
}

std::vector<std::string> abort_argv(const DriveCall& a, const std::string& journal) {
  std::vector<std::string> argv{"akstwin", "drive", "abort", a.scenario_path, "--context", a.context, "--journal", journal};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) argv.insert(argv.end(), {option, value});
  };
  add("--kubeconfig", a.kubeconfig);
  add("--cluster", a.cluster);
  add("--allow", a.allow);
  return argv;
}

ExitCode finish(const DriveOutcome& outcome, const std::string& journal, Console& console) {
  switch (outcome.end) {
    case DriveEnd::Done: console.out << "done; journal " << journal << '\n'; return ExitCode::Ok;
    case DriveEnd::Refused: return refuse(console, outcome.why);
    case DriveEnd::Undone: return complain(console, {outcome.why + "; everything that can be undone was undone, journal " + journal}, ExitCode::Aborted);
    case DriveEnd::UndoFailed: return complain(console, {outcome.why + "; NOT everything could be undone: akstwin drive abort --journal " + journal});
  }
  return ExitCode::Error;
}

/// Whether a saved plan is still the plan.
Result<void> same_plan(const std::string& path, const DrivePlan& plan) {
  const auto text = read_file(path, 64U << 20);
  if (!text) return fail("cannot read " + path);
  const Json saved = Json::parse(*text, nullptr, false);
  if (saved.is_discarded() || !saved.is_object() || !saved.contains("hash")) return fail(path + " is no plan");
  if (saved["hash"] != plan.hash()) return fail("the cluster has moved since " + path + " was made; plan again");
  return {};
}

}  // namespace

ExitCode drive_plan(const DriveCall& a, Console& console) {
  auto session = open_drive(a, false, console);
  if (!session) return session.error();
  auto actions = drive_actions(a, **session, console);
  if (!actions) return actions.error();
  const DrivePlan plan = make_plan((*session)->plan_parts(), *actions);
  bool accepted = true;
  const std::vector<std::string> tried = plan.refused.empty() ? dry_run(**session, plan, accepted) : std::vector<std::string>{};
  print_plan(plan, tried, console);
  if (!a.output.empty()) {
    std::ofstream out(a.output, std::ios::binary | std::ios::trunc);
    out << plan_json(plan).dump(2) << '\n';
    if (!out.flush()) return complain(console, {"cannot write " + a.output});
  }
  if (!plan.refused.empty()) return refuse(console, fmt::format("nothing would be changed; {} refusal{} above", plan.refused.size(), plan.refused.size() == 1 ? "" : "s"));
  return accepted ? ExitCode::Ok : complain(console, {"the cluster would refuse a part of it"}, ExitCode::Refused);
}

ExitCode drive_apply(const DriveCall& a, Console& console) {
  const volatile bool* stop = watch_for_interrupt();
  auto session = open_drive(a, true, console);
  if (!session) return session.error();
  DriveSession& live = **session;
  auto actions = drive_actions(a, live, console);
  if (!actions) return actions.error();
  const DrivePlan plan = make_plan(live.plan_parts(), *actions);
  if (!plan.refused.empty()) {
    print_plan(plan, {}, console);
    return refuse(console, fmt::format("nothing was changed; {} refusal{} above", plan.refused.size(), plan.refused.size() == 1 ? "" : "s"));
  }
  if (live.allow.max_duration.us <= 0) return refuse(console, "the allow-list states no maxDuration");
  if (!a.plan.empty())
    if (auto same = same_plan(a.plan, plan); !same) return refuse(console, same.error().message);
  bool accepted = true;
  const std::vector<std::string> tried = dry_run(live, plan, accepted);
  print_plan(plan, tried, console);
  if (!accepted) return refuse(console, "the cluster would refuse a part of it; nothing was changed");
  if (!confirmed(a, plan, console)) return refuse(console, "what was typed is not the name of the context; nothing was changed");
  const std::int64_t now = live.session->http().now_us(), deadline = now + live.allow.max_duration.us;
  const std::string path = a.journal.empty() ? default_journal(now) : a.journal;
  auto journal = Journal::create(path);
  if (!journal) return complain(console, journal.error());
  const Json begin{{"run", plan.hash().substr(0, 12)}, {"scenario", plan.scenario}, {"context", plan.context}, {"cluster", plan.cluster}, {"plan", plan.hash()}, {"pid", ::getpid()}, {"deadline", rfc3339(deadline)}};
  if (auto written = (*journal)->write("begin", now, begin); !written) return complain(console, written.error());
  auto dead_man = DeadMan::start(abort_argv(a, path), live.allow.max_duration + kGrace);
  if (!dead_man) return complain(console, dead_man.error());
  DriveParts parts{*live.kube, live.cloud.get(), live.allow, *live.guard, **journal};
  parts.stop = stop;
  parts.asked_to_abort = [path] { return std::filesystem::exists(path + ".abort"); };
  parts.say = [&](const std::string& text) { console.err << text << '\n'; };
  parts.settle = *parse_duration(a.settle);
  parts.undo_when_done = a.undo;
  const DriveOutcome outcome = DriveRun(parts).run(plan, deadline);
  (*dead_man)->done();
  return finish(outcome, path, console);
}

ExitCode drive_abort(const DriveCall& a, Console& console) {
  const std::string path = a.journal.empty() ? newest_journal() : a.journal;
  if (path.empty()) return complain(console, {"there is no journal here; name one with --journal"}, ExitCode::Usage);
  auto summary = read_journal(path);
  if (!summary) return complain(console, summary.error());
  if (!summary->fault.empty() && summary->fault != "the last line is torn") return complain(console, {path + ": " + summary->fault + "; undo by hand what it lists"});
  if (summary->context != a.context) return refuse(console, fmt::format("the journal is of context {}, not of {}", summary->context, a.context));
  if (!summary->ended.empty() && summary->standing.empty()) {
    console.out << "nothing to undo: the run ended " << summary->ended << " (" << summary->outcome << ")\n";
    return ExitCode::Ok;
  }
  // The process that drives undoes its own work; when it is gone, this one does.
  if (summary->ended.empty() && summary->pid != ::getpid() && is_alive(summary->pid)) {
    std::ofstream(path + ".abort") << "abort\n";
    console.out << "asked process " << summary->pid << " to undo; see drive status\n";
    return ExitCode::Ok;
  }
  auto session = open_drive(a, true, console);
  if (!session) return session.error();
  auto journal = Journal::append(path);
  if (!journal) return complain(console, journal.error());
  DriveSession& live = **session;
  DriveParts parts{*live.kube, live.cloud.get(), live.allow, *live.guard, **journal};
  parts.say = [&](const std::string& text) { console.err << text << '\n'; };
  const bool undone = DriveRun(parts).undo(summary->standing);
  (void)(*journal)->write("end", live.session->http().now_us(), {{"outcome", undone ? "undone" : "undo-failed"}, {"why", "drive abort"}});
  console.out << fmt::format("{} of {} changes undone\n", undone ? summary->standing.size() : 0, summary->standing.size());
  return undone ? ExitCode::Ok : ExitCode::Error;
}

ExitCode drive_status(const DriveCall& a, Console& console) {
  const std::string path = a.journal.empty() ? newest_journal() : a.journal;
  if (path.empty()) return complain(console, {"there is no journal here; name one with --journal"}, ExitCode::Usage);
  auto summary = read_journal(path);
  if (!summary) return complain(console, summary.error());
  const bool alive = summary->ended.empty() && is_alive(summary->pid);
  std::string text = fmt::format("run {} of {} on {} (cluster {}), began {}\n", summary->run, summary->scenario, summary->context, summary->cluster, summary->began);
  text += summary->ended.empty() ? (alive ? "it goes on, until " + summary->deadline + " at most\n" : "it ended without a word\n") : "ended " + summary->ended + ": " + summary->outcome + "\n";
  text += fmt::format("{} requests, {} not accepted, {} undone, {} standing\n", summary->requests, summary->refused, summary->undone, summary->standing.size());
  for (const JournalChange& change : summary->standing) text += "standing: " + change.what + "; undo: " + change.undo_what + "\n";
  text += summary->fault.empty() ? fmt::format("journal {}: {} lines, the chain is whole\n", path, summary->lines) : fmt::format("journal {}: {}\n", path, summary->fault);
  const ExitCode delivered = deliver(console, text);
  if (!summary->fault.empty()) return ExitCode::Error;
  return delivered;
}

}  // namespace akstwin
