#include "adapters/record/replay_transport.hpp"

#include <algorithm>
#include <istream>
#include <nlohmann/json.hpp>

namespace akstwin {
namespace {

bool has(const std::string& target, std::string_view parameter) { return target.find(parameter) != std::string::npos; }

/// Watches and lists, dry runs and writes are different questions at one path; so are the pages of a list.
bool same_manner(const std::string& a, const std::string& b) {
  static constexpr std::string_view kManners[] = {"watch=", "dryRun=", "continue="};
  return std::ranges::all_of(kManners, [&](std::string_view manner) { return has(a, manner) == has(b, manner); });
}

}  // namespace

class ReplayStream final : public HttpStream {
 public:
  ReplayStream(ReplayTransport& owner, const Exchange& exchange) : owner_(owner), exchange_(exchange), began_(exchange.sent_us.value_or(owner.now_us())), head_(exchange.response) {
    if (head_.status < 300) head_.body.clear();
    owner_.streams_.push_back(this);
  }
  ~ReplayStream() override { std::erase(owner_.streams_, this); }
  ReplayStream(const ReplayStream&) = delete;

  const HttpResponse& head() const override { return head_; }
  std::string take() override {
    std::string out;
    while (next_ < exchange_.chunks.size() && began_ + exchange_.chunks[next_].at.us <= owner_.now_us()) out += exchange_.chunks[next_++].data;
    return out;
  }
  StreamState state() const override {
    if (head_.status >= 300) return StreamState::Ended;
    if (next_ < exchange_.chunks.size() || owner_.now_us() < began_ + exchange_.end_at.us) return StreamState::Open;
    if (exchange_.end == ExchangeEnd::Complete) return StreamState::Ended;
    // Where the recorder stopped reading, nothing more is known: the stream stays open.
    return exchange_.end == ExchangeEnd::ClientClosed ? StreamState::Open : StreamState::Broken;
  }
  /// When it has something new, or later than everything.
  std::int64_t next_us() const {
    if (next_ < exchange_.chunks.size()) return began_ + exchange_.chunks[next_].at.us;
    return state() == StreamState::Open && exchange_.end != ExchangeEnd::ClientClosed ? began_ + exchange_.end_at.us : INT64_MAX;
  }

 private:
  ReplayTransport& owner_;
  const Exchange& exchange_;
  std::int64_t began_;
  HttpResponse head_;
  std::size_t next_ = 0;
};

ReplayTransport::ReplayTransport(std::vector<Exchange> exchanges, std::int64_t start_us)
    : exchanges_(std::make_move_iterator(exchanges.begin()), std::make_move_iterator(exchanges.end())), used_(exchanges_.size(), false), now_us_(start_us) {}

const Exchange* ReplayTransport::match(const HttpRequest& request) {
  asked_.push_back(request);
  std::size_t best = exchanges_.size();
  for (std::size_t i = 0; i < exchanges_.size(); ++i) {
    const Exchange& one = exchanges_[i];
    if (used_[i] || one.request.method != request.method || one.path() != path_of(request.target) || !same_manner(one.request.target, request.target)) continue;
    if (one.request.target == request.target) {
      best = i;
      break;
    }
    if (best == exchanges_.size()) best = i;
  }
  if (best == exchanges_.size()) return nullptr;
  used_[best] = true;
  return &exchanges_[best];
}

std::size_t ReplayTransport::left() const { return static_cast<std::size_t>(std::ranges::count(used_, false)); }

Result<HttpResponse> ReplayTransport::send(const HttpRequest& request, Duration timeout) {
  const Exchange* found = match(request);
  if (found == nullptr) return fail(request.method + " " + std::string(path_of(request.target)) + ": nobody recorded an answer");
  now_us_ += std::min(found->end_at, timeout).us;
  if (found->response.status == 0 || found->end == ExchangeEnd::NoAnswer) return fail(request.method + " " + found->path() + ": " + (found->error.empty() ? "no answer" : found->error));
  HttpResponse response = found->response;
  response.body = found->whole_body();
  return response;
}

Result<std::unique_ptr<HttpStream>> ReplayTransport::open(const HttpRequest& request, Duration) {
  const Exchange* found = match(request);
  if (found == nullptr) return fail(request.method + " " + std::string(path_of(request.target)) + ": nobody recorded an answer");
  if (found->response.status == 0) return fail(request.method + " " + found->path() + ": " + (found->error.empty() ? "no answer" : found->error));
  return std::unique_ptr<HttpStream>(std::make_unique<ReplayStream>(*this, *found));
}

void ReplayTransport::wait(Duration longest) {
  std::int64_t until = now_us_ + longest.us;
  for (const ReplayStream* stream : streams_) until = std::min(until, std::max(stream->next_us(), now_us_));
  now_us_ = until;
}

std::optional<std::int64_t> began_us(const std::vector<Exchange>& exchanges) {
  std::optional<std::int64_t> first;
  const auto earlier = [&](std::int64_t at) { first = std::min(first.value_or(at), at); };
  for (const Exchange& exchange : exchanges)
    if (exchange.sent_us) earlier(*exchange.sent_us);
  if (first) return first;
  for (const Exchange& exchange : exchanges)
    if (const auto date = parse_http_date(exchange.response.header("Date"))) earlier(*date * 1'000'000);
  return first;
}

Result<std::vector<Exchange>> read_recording(std::istream& in) {
  std::vector<Exchange> out;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty()) continue;
    const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, false);
    try {
      if (parsed.is_object()) {
        out.push_back(exchange_from_json(parsed));
        continue;
      }
    } catch (const nlohmann::json::exception&) {   // a header that is no text, say
    }
    return fail("line " + std::to_string(out.size() + 1) + " of the recording is no exchange");
  }
  return out;
}

}  // namespace akstwin
