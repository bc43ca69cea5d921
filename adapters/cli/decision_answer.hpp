/// The answer to "why": what a subject was at a time, the decisions about it, and what had happened to it.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "models/api/decisions.hpp"
#include "models/spec/scenario.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// "pod", "node", "pool", "hpa".
std::string_view word_of(SubjectKind kind);

/// Keeps the newest decisions about the subjects asked for.
class DecisionLog final : public Decisions {
 public:
  DecisionLog(SubjectKind kind, std::vector<Name> subjects) : kind_(kind), subjects_(std::move(subjects)) {}
  bool wants(SubjectKind kind, Name subject) const override;
  void record(Decision decision) override;
  /// Of one subject: of each decider the newest, and how many decisions there were before.
  std::vector<Decision> latest(Name subject) const;
  std::size_t count(Name subject, std::string_view decider) const;

 private:
  SubjectKind kind_;
  std::vector<Name> subjects_;
  struct Kept {
    Decision decision;
    std::size_t count = 0;
  };
  std::vector<Kept> kept_;                           ///< one a subject and decider, in order of first appearance
};

/// What is known of a subject at a time.
struct DecisionAnswer {
  SubjectKind kind = SubjectKind::Pod;
  Name subject;
  SimTime at;
  std::string status;                                ///< "pending for 3m20s", "running on …", "4 nodes, 2 to 8"
  std::vector<Decision> decisions;                   ///< the newest of each decider, newest first
  std::vector<std::size_t> repeated;                 ///< parallel: decisions of that decider so far
  std::vector<TimelineEvent> history;                ///< the last things that happened to it, oldest first
};

/// All names of the kind that a run knew up to its end, sorted.
std::vector<std::string> known_subjects(SubjectKind kind, const Scenario& scenario, const Timeline& timeline);
/// Puts together what the log and the timeline of a run up to `at` know.
DecisionAnswer answer_for(SubjectKind kind, Name subject, SimTime at, const Scenario& scenario, const Timeline& timeline, const DecisionLog& log);

/// For people, and for programs.
std::string as_text(const DecisionAnswer& answer, const Scenario& scenario);
std::string as_json(const DecisionAnswer& answer, const Scenario& scenario, std::uint32_t replication);

}  // namespace akstwin
