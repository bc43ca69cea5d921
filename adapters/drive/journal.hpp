/// What a run did, one line a fact, each line sealed with the hash of the one before: nothing can be taken out or changed unseen.
#pragma once
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "adapters/kube/kube_requests.hpp"
#include "sim/base/result.hpp"

namespace akstwin {

/// A change that can be taken back, as the journal knows it.
struct JournalChange {
  std::int64_t number = 0;               ///< of its "request" line
  std::string what;
  bool azure = false;
  HttpRequest undo;                      ///< empty target: nothing to take back
  std::string undo_what;
};

/// What a journal says when it is read again.
struct JournalSummary {
  std::int64_t lines = 0;
  std::string run, scenario, context, cluster, began, ended, outcome;   ///< ended empty: it goes on, or died
  std::int64_t pid = 0;
  std::string deadline;
  std::vector<JournalChange> standing;   ///< accepted and not undone, in the order made
  std::int64_t requests = 0, refused = 0, undone = 0;
  std::string fault;                     ///< where the chain is broken; empty: it is whole
};

class Journal {
 public:
  /// Begins a new file; an existing one is never overwritten.
  static Result<std::unique_ptr<Journal>> create(const std::string& path);
  /// Goes on with a whole one, to undo what stands.
  static Result<std::unique_ptr<Journal>> append(const std::string& path);
  virtual ~Journal() = default;
  /// Writes one line and waits until the disk has it; returns its number.
  virtual Result<std::int64_t> write(const std::string& kind, std::int64_t now_us, nlohmann::json facts) = 0;
  virtual const std::string& path() const = 0;
};

/// Reads and verifies a journal.
Result<JournalSummary> read_journal(const std::string& path);
/// The same for text in memory.
JournalSummary summarize_journal(const std::string& text);

nlohmann::json journal_form(const HttpRequest& request);
HttpRequest request_from_journal(const nlohmann::json& json);

}  // namespace akstwin
