/// A server that answers as a recording did, on a clock of its own: hours of watching take milliseconds.
#pragma once
#include <deque>
#include <iosfwd>
#include <optional>
#include <vector>

#include "adapters/record/exchange.hpp"

namespace akstwin {

/// Answers each request with the next recorded exchange of the same method, path and manner (list, watch, dry run); one whose query is the
/// same goes first. What nobody recorded is refused like a connection to nowhere. Where the recording says when a watch was opened, its events come
/// at their recorded times, even if it is opened earlier or later now.
class ReplayTransport final : public HttpTransport {
 public:
  explicit ReplayTransport(std::vector<Exchange> exchanges, std::int64_t start_us = 0);

  Result<HttpResponse> send(const HttpRequest& request, Duration timeout) override;
  Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request, Duration timeout) override;
  /// Time goes on to the next chunk of an open stream, or by `longest`.
  void wait(Duration longest) override;
  void pause(Duration time) override { now_us_ += time.us; }
  std::int64_t now_us() const override { return now_us_; }

  /// What was asked, in order.
  const std::vector<HttpRequest>& asked() const { return asked_; }
  /// Exchanges that nobody asked for yet.
  std::size_t left() const;


 private:
  friend class ReplayStream;
  const Exchange* match(const HttpRequest& request);

  std::deque<Exchange> exchanges_;
  std::vector<bool> used_;
  std::vector<HttpRequest> asked_;
  std::vector<class ReplayStream*> streams_;
  std::int64_t now_us_;
};

/// When a recording began: the first request, or the first `Date` of a server where the recording does not tell its own times; nothing when neither is there.
std::optional<std::int64_t> began_us(const std::vector<Exchange>& exchanges);

/// Reads what RecordingTransport wrote, one exchange a line.
Result<std::vector<Exchange>> read_recording(std::istream& in);

}  // namespace akstwin
