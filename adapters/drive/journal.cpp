#include "adapters/drive/journal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "adapters/kube/decode.hpp"
#include "adapters/kube/timestamp.hpp"
#include "scenarios/source_files.hpp"
#include "sim/base/hash.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr const char* kFirst = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::size_t kLargest = 256U << 20;

/// The seal of a line: over the seal before it and all that it says.
std::string seal(const std::string& previous, const json& line) { return sha256_hex(previous + "\n" + line.dump()); }

class FileJournal final : public Journal {
 public:
  FileJournal(int fd, std::string path, std::int64_t next, std::string last) : fd_(fd), path_(std::move(path)), next_(next), last_(std::move(last)) {}
  ~FileJournal() override { ::close(fd_); }
  FileJournal(const FileJournal&) = delete;
  const std::string& path() const override { return path_; }

  Result<std::int64_t> write(const std::string& kind, std::int64_t now_us, json facts) override {
    json line{{"n", next_}, {"at", rfc3339(now_us)}, {"kind", kind}, {"facts", std::move(facts)}, {"previous", last_}};
    const std::string hash = seal(last_, line);
    line["hash"] = hash;
    const std::string text = line.dump() + "\n";
    for (std::size_t done = 0; done < text.size();) {
      const auto size = ::write(fd_, text.data() + done, text.size() - done);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return fail("cannot write the journal " + path_ + ": " + std::strerror(errno));
      done += static_cast<std::size_t>(size);
    }
    if (::fsync(fd_) != 0) return fail("cannot write the journal " + path_ + ": " + std::strerror(errno));
    last_ = hash;
    return next_++;
  }

 private:
  int fd_;
  std::string path_;
  std::int64_t next_;
  std::string last_;
};

/// Takes the facts of one line into the summary.
void take(JournalSummary& out, std::map<std::int64_t, JournalChange>& open, std::int64_t number, const json& line) {
  const std::string kind = text_in(line, {"kind"});
  const json facts = line.contains("facts") && line["facts"].is_object() ? line["facts"] : json::object();
  if (kind == "begin") {
    out.run = text_in(facts, {"run"});
    out.scenario = text_in(facts, {"scenario"});
    out.context = text_in(facts, {"context"});
    out.cluster = text_in(facts, {"cluster"});
    out.deadline = text_in(facts, {"deadline"});
    out.pid = number_in(facts, {"pid"}, 0);
    out.began = text_in(line, {"at"});
  } else if (kind == "request") {
    ++out.requests;
    JournalChange change{number, text_in(facts, {"what"}), text_in(facts, {"port"}) == "azure", {}, text_in(facts, {"undoWhat"})};
    if (const json* undo = find_in(facts, {"undo"}); undo != nullptr && undo->is_object()) change.undo = request_from_journal(*undo);
    // A request that was written down and never answered may have been carried out: it counts as standing.
    open[number] = change;
  } else if (kind == "answer" && text_in(facts, {"verdict"}) != "Accepted") {
    // An answer that never came says nothing about what was done.
    if (number_in(facts, {"status"}, 0) != 0 || text_in(facts, {"verdict"}) == "Refused") open.erase(number_in(facts, {"of"}, -1));
    ++out.refused;
  } else if (kind == "undone") {
    open.erase(number_in(facts, {"of"}, -1));
    ++out.undone;
  } else if (kind == "end") {
    out.ended = text_in(line, {"at"});
    out.outcome = text_in(facts, {"outcome"});
  }
}

std::string verify_line(const json& line, std::int64_t number, const std::string& previous) {
  if (number_in(line, {"n"}, -1) != number) return "line " + std::to_string(number) + " is missing or out of order";
  if (text_in(line, {"previous"}) != previous) return "line " + std::to_string(number) + " does not follow the one before";
  json bare = line;
  bare.erase("hash");
  if (text_in(line, {"hash"}) != seal(previous, bare)) return "line " + std::to_string(number) + " was changed";
  return {};
}

}  // namespace

json journal_form(const HttpRequest& request) {
  json out{{"method", request.method}, {"target", request.target}, {"body", request.body}};
  if (const std::string_view type = find_header(request.headers, "Content-Type"); !type.empty()) out["type"] = std::string(type);
  return out;
}

HttpRequest request_from_journal(const json& form) {
  HttpRequest out{text_in(form, {"method"}), text_in(form, {"target"}), {}, text_in(form, {"body"})};
  if (const std::string type = text_in(form, {"type"}); !type.empty()) out.headers.emplace_back("Content-Type", type);
  return out;
}

JournalSummary summarize_journal(const std::string& text) {
  JournalSummary out;
  std::map<std::int64_t, JournalChange> open;
  std::string previous = kFirst;
  for (std::size_t from = 0; from < text.size() && out.fault.empty();) {
    const std::size_t end = text.find('\n', from);
    if (end == std::string::npos) {
      out.fault = "the last line is torn";
      break;
    }
    const json line = json::parse(text.substr(from, end - from), nullptr, false);
    from = end + 1;
    if (line.is_discarded() || !line.is_object()) {
      out.fault = "line " + std::to_string(out.lines) + " is no JSON";
      break;
    }
    out.fault = verify_line(line, out.lines, previous);
    if (!out.fault.empty()) break;
    previous = text_in(line, {"hash"});
    take(out, open, out.lines++, line);
  }
  for (auto& [number, change] : open)
    if (!change.undo.target.empty()) out.standing.push_back(std::move(change));
  return out;
}

Result<JournalSummary> read_journal(const std::string& path) {
  const auto text = read_file(path, kLargest);
  if (!text) return fail("cannot read the journal " + path);
  return summarize_journal(*text);
}

Result<std::unique_ptr<Journal>> Journal::create(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return fail("cannot begin the journal " + path + ": " + std::strerror(errno));
  return std::unique_ptr<Journal>(std::make_unique<FileJournal>(fd, path, 0, kFirst));
}

Result<std::unique_ptr<Journal>> Journal::append(const std::string& path) {
  const auto text = read_file(path, kLargest);
  if (!text) return fail("cannot read the journal " + path);
  const JournalSummary summary = summarize_journal(*text);
  if (!summary.fault.empty()) return fail("the journal " + path + " is not whole: " + summary.fault);
  const std::size_t last = text->empty() ? 0 : text->rfind('\n', text->size() - 2) + 1;
  const json line = text->empty() ? json::object() : json::parse(text->substr(last), nullptr, false);
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0) return fail("cannot go on with the journal " + path + ": " + std::strerror(errno));
  return std::unique_ptr<Journal>(std::make_unique<FileJournal>(fd, path, summary.lines, text->empty() ? kFirst : text_in(line, {"hash"})));
}

}  // namespace akstwin
