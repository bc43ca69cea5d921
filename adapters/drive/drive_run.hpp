/// Carries a plan out, watches what it does to the cluster, and takes it back when it must.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "adapters/drive/drive_plan.hpp"
#include "adapters/drive/journal.hpp"

namespace akstwin {

enum class DriveEnd : std::uint8_t { Done, Undone, Refused, UndoFailed };

struct DriveOutcome {
  DriveEnd end = DriveEnd::Done;
  std::string why;
};

struct DriveParts {
  KubeClusterApi& kube;
  AzureCloudApi* cloud = nullptr;
  const DriveAllowList& allow;
  DriveGuard& guard;
  Journal& journal;
  const volatile bool* stop = nullptr;                 ///< Ctrl-C
  std::function<bool()> asked_to_abort = {};           ///< `drive abort` of another process
  std::function<void(const std::string&)> say = {};    ///< progress, one line
  Duration settle{300'000'000};                        ///< how long the steady state may take to come back after the last change
  bool undo_when_done = false;                         ///< take back what can be taken back even when all went well
};

class DriveRun {
 public:
  explicit DriveRun(const DriveParts& parts) : parts_(parts) {}

  /// Gate, changes, steady state; undoes on Ctrl-C, on abort conditions, on refusals of the server and when time is up.
  DriveOutcome run(const DrivePlan& plan, std::int64_t deadline_us);
  /// Takes back in reverse order; true when all of it worked.
  bool undo(const std::vector<JournalChange>& changes);

 private:
  bool gate(const char* when);
  /// Lets time pass while watching; the reason to abort, or empty.
  std::string watch(Duration time);
  std::string reason_to_abort();
  /// Watches until the condition holds; the reason to abort when it does not come in time, or empty.
  std::string await_condition(const PlannedChange& change);
  std::string carry_out(const PlannedChange& change);
  std::string await_steady();
  DriveOutcome give_up(const std::string& why);
  std::int64_t now_us() { return parts_.kube.client().transport().now_us(); }
  void say(const std::string& text) {
    if (parts_.say) parts_.say(text);
  }
  /// Writes to the journal; a journal that cannot be written ends the run.
  std::int64_t note(const std::string& kind, const nlohmann::json& facts);

  DriveParts parts_;
  std::vector<JournalChange> made_;
  std::int64_t deadline_us_ = INT64_MAX;
  std::string journal_fault_;
  bool sees() const { return blind_since_us_ == 0; }
  std::int64_t blind_since_us_ = 0;      // when the watches broke; 0: they are whole
};

}  // namespace akstwin
