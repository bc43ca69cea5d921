#include "adapters/kube/informer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/http/json_field.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

constexpr Duration kHolds{1'000'000};             // a watch that is refused or cut at once is so within a second
// Bookmarks come about once a minute (recorded from 1.32). After two and a half without any the server may be frozen, or the way cut: the watch is opened again,
// which tells. Kinds that no bookmarks come for (events) are asked again that often while they are quiet.
constexpr Duration kSilence{150'000'000};
constexpr std::size_t kLongestLine = 16U << 20;   // an object has at most 1.5 MB in etcd, its watch event little more

const json& metadata_of(const json& object) {
  static const json kNone = json::object();
  const auto found = object.find("metadata");
  return found != object.end() && found->is_object() ? *found : kNone;
}

std::string key_of(const json& metadata) {
  const std::string name_space = text_at(metadata, "namespace"), name = text_at(metadata, "name");
  return name_space.empty() ? name : name_space + "/" + name;
}

}  // namespace

Informer::Informer(KubeClient& client, InformerOptions options, Handler handler)
    : client_(client), options_(std::move(options)), handler_(std::move(handler)) {}
Informer::~Informer() = default;

std::string Informer::target(const std::string& more) const {
  std::string out = options_.path + "?" + more;
  if (!options_.label_selector.empty()) out += "&labelSelector=" + encode_query(options_.label_selector);
  if (!options_.field_selector.empty()) out += "&fieldSelector=" + encode_query(options_.field_selector);
  return out;
}

void Informer::failed(std::string why, Duration pause) {
  fault_ = std::move(why);
  ++statistics_.failures;
  const Duration grown = backoff(client_.policy(), std::min(failures_++, 16));
  not_before_us_ = client_.transport().now_us() + std::max(grown, pause).us;
}

void Informer::drop_watch() {
  in_initial_ = false;
  stream_.reset();
  rest_.clear();
}

/// Everything may have been missed: list again. No pause for the first time, the server only forgot.
void Informer::expired() {
  ++statistics_.expired;
  drop_watch();
  synced_ = false;
  relist_ = true;
}

bool Informer::step() {
  if (absent_) return false;
  if (client_.transport().now_us() < not_before_us_) return true;
  if (relist_ && !stream_ && options_.streaming) start_streaming_list();
  else if (relist_ && !stream_) list();
  if (absent_ || (relist_ && !stream_) || client_.transport().now_us() < not_before_us_) return !absent_;
  if (!stream_) start_watch();
  if (stream_) read_watch();
  return true;
}

bool Informer::list_page(const std::string& page_target, std::map<std::string, Known>& seen, std::string& token, bool& restart) {
  auto response = client_.send({.target = page_target});
  ++statistics_.pages;
  denied_with_ = response && (response->status == 401 || response->status == 403) ? response->status : 0;
  if (!response) {
    failed(response.error().message, Duration{0});
    return false;
  }
  if (!response->ok()) {
    const KubeStatus status = status_of(*response);
    if (options_.optional && (response->status == 404 || response->status == 403)) {
      absent_ = true;
    } else if (status.gone() && !token.empty()) {
      // The pages outlived the server's memory. A list without pages is consistent again.
      restart = true;
      paged_ = false;
    } else {
      failed("list " + options_.path + ": " + status.words(), response->retry_after(Duration{0}));
    }
    return false;
  }
  json body = json::parse(response->body, nullptr, false);
  const auto items = body.is_object() ? body.find("items") : body.end();
  if (body.is_discarded() || !body.is_object()) {
    failed("list " + options_.path + ": the answer is no list", Duration{0});
    return false;
  }
  // Items of built-in kinds state neither kind nor apiVersion; the list's do.
  item_kind_ = text_at(body, "kind");
  if (item_kind_.ends_with("List")) item_kind_.resize(item_kind_.size() - 4);
  item_version_ = text_at(body, "apiVersion");
  if (items != body.end() && items->is_array())
    for (json& item : *items) {
      if (!item.is_object()) continue;
      if (!item.contains("kind")) item["kind"] = item_kind_;
      if (!item.contains("apiVersion")) item["apiVersion"] = item_version_;
      const json& metadata = metadata_of(item);
      const std::string key = key_of(metadata);
      Known known{text_at(metadata, "uid"), text_at(metadata, "resourceVersion")};
      seen[key] = known;
      see(key, item, known);
    }
  const json& list_metadata = metadata_of(body);
  version_ = text_at(list_metadata, "resourceVersion");
  token = text_at(list_metadata, "continue");
  return true;
}

void Informer::list() {
  ++statistics_.lists;
  std::map<std::string, Known> seen;
  std::string token;
  bool restart = false;
  do {
    std::string more = paged_ ? "limit=" + std::to_string(options_.page) : std::string("resourceVersion=");
    if (!token.empty()) more += "&continue=" + encode_query(token);
    if (!list_page(target(more), seen, token, restart)) {
      if (!restart) return;
      restart = false;
      token.clear();
      seen.clear();
      continue;
    }
    if (token.empty()) break;
  } while (true);
  paged_ = true;
  finish_list(seen);
}

/// What was known and is not in the list was deleted while nobody watched.
void Informer::finish_list(std::map<std::string, Known>& seen) {
  std::vector<std::string> missing;
  for (const auto& [key, known] : known_)
    if (!seen.contains(key)) missing.push_back(key);
  for (const std::string& key : missing) {
    known_.erase(key);
    handler_({ObjectChange::Deleted, key, nullptr});
  }
  relist_ = false;
  synced_ = true;
  failures_ = 0;
  fault_.clear();
}

void Informer::see(const std::string& key, const json& object, Known known) {
  const auto found = known_.find(key);
  if (found != known_.end() && found->second.uid == known.uid) {
    if (found->second.version == known.version) return;   // a list again, or an event that the list had already
    found->second = std::move(known);
    handler_({ObjectChange::Modified, key, &object});
    return;
  }
  // Another object of the same name: the old one is gone.
  if (found != known_.end()) handler_({ObjectChange::Deleted, key, nullptr});
  known_[key] = std::move(known);
  handler_({ObjectChange::Added, key, &object});
}

void Informer::start_streaming_list() {
  // No resourceVersion: the newest there is, as a list without one would be.
  const std::string more = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=" + std::to_string(options_.watch_timeout.seconds());
  auto opened = client_.watch(target(more));
  if (!opened) return list();   // a list says what is wrong, or is let through
  const HttpResponse& head = (*opened)->head();
  if (head.status == 429 || head.status >= 500) return failed("list " + options_.path + ": " + status_of(head).words(), head.retry_after(Duration{0}));
  // Not ours to watch, or not there: the list finds out which. 400 and 422: a server that does not know the parameters.
  if (head.status == 400 || head.status == 422) give_up_streaming();
  if (head.status >= 300) return list();
  ++statistics_.lists;
  ++statistics_.watches;
  stream_ = std::move(*opened);
  rest_.clear();
  initial_.clear();
  in_initial_ = true;
  heard_us_ = client_.transport().now_us();
}

void Informer::give_up_streaming() {
  options_.streaming = false;
  drop_watch();
}

/// Until the bookmark that ends it, a streaming list is a list: what it does not bring is gone.
void Informer::handle_initial(const std::string& type, const json& object) {
  const json& metadata = metadata_of(object);
  const std::string version = text_at(metadata, "resourceVersion");
  if (type == "BOOKMARK") {
    const auto annotations = metadata.find("annotations");
    if (annotations == metadata.end() || !annotations->is_object() || text_at(*annotations, "k8s.io/initial-events-end") != "true") return;
    in_initial_ = false;
    version_ = version;
    ++statistics_.streamed;
    return finish_list(initial_);
  }
  const std::string key = key_of(metadata);
  if (type == "DELETED") {
    initial_.erase(key);
    if (known_.erase(key) > 0) handler_({ObjectChange::Deleted, key, &object});
    return;
  }
  const Known known{text_at(metadata, "uid"), version};
  initial_[key] = known;
  see(key, object, known);
}

void Informer::start_watch() {
  const std::string more = "watch=true&allowWatchBookmarks=true&resourceVersion=" + encode_query(version_) + "&timeoutSeconds=" + std::to_string(options_.watch_timeout.seconds());
  auto opened = client_.watch(target(more));
  ++statistics_.watches;
  if (!opened) return failed(opened.error().message, Duration{0});
  const HttpResponse& head = (*opened)->head();
  if (head.status >= 300) {
    const KubeStatus status = status_of(head);
    if (status.gone()) return expired();
    return failed("watch " + options_.path + ": " + status.words(), head.retry_after(Duration{0}));
  }
  stream_ = std::move(*opened);
  rest_.clear();
  heard_us_ = client_.transport().now_us();
}

void Informer::read_watch() {
  const std::string news = stream_->take();
  rest_ += news;
  const std::int64_t now = client_.transport().now_us();
  if (!news.empty()) heard_us_ = now;
  if (in_initial_ && now - heard_us_ > options_.streaming_patience.us) return give_up_streaming();
  std::size_t from = 0;
  // Chunks say nothing about events: lines do.
  for (std::size_t end = rest_.find('\n'); end != std::string::npos && stream_; end = rest_.find('\n', from)) {
    const std::string line = rest_.substr(from, end - from);
    from = end + 1;
    if (!line.empty()) handle_line(line);
    if (!stream_) return;
  }
  rest_.erase(0, from);
  if (rest_.size() > kLongestLine) {
    drop_watch();
    return failed("watch " + options_.path + ": a line without an end", Duration{0});
  }
  const StreamState state = stream_->state();
  if (state == StreamState::Open) {
    // A quiet kind's first word may be a minute away. A watch that was taken and not cut at once goes on from what is known.
    if (!in_initial_ && synced_ && now - heard_us_ >= kHolds.us) fault_.clear();
    if (!in_initial_ && now - heard_us_ >= kSilence.us) drop_watch();
    return;
  }
  const bool torn = !rest_.empty();
  // A clean end before the list was whole: this server does not stream lists.
  if (in_initial_ && state == StreamState::Ended && !torn) return give_up_streaming();
  drop_watch();
  // A clean end is the server's timeout: go on from the last version at once. Anything else is a fault of the way: pause, then go on.
  if (state == StreamState::Broken || torn) failed("watch " + options_.path + ": the connection was cut", Duration{0});
}

void Informer::handle_error_event(const json& object) {
  const KubeStatus status = status_of(object);
  // 500: a server whose storage cannot say how far it is (etcd before 3.4.31 and 3.5.13). Nothing else is expected here.
  if (in_initial_ && !status.gone()) return give_up_streaming();
  if (status.gone()) return expired();
  drop_watch();
  // 504: our version is ahead of this server's (a restored or lagging one). 500: its storage failed. A list finds out where it stands.
  if (status.has_cause("ResourceVersionTooLarge") || status.code == 504) relist_ = true;
  failed("watch " + options_.path + ": " + status.words(), Duration{0});
}

void Informer::handle_line(std::string_view line) {
  const json event = json::parse(line, nullptr, false);
  const auto object = event.is_object() ? event.find("object") : event.end();
  if (event.is_discarded() || !event.is_object() || object == event.end() || !object->is_object()) {
    drop_watch();
    return failed("watch " + options_.path + ": an event that is no JSON", Duration{0});
  }
  const std::string type = text_at(event, "type");
  if (type == "ERROR") return handle_error_event(*object);
  if (in_initial_) return handle_initial(type, *object);
  const json& metadata = metadata_of(*object);
  const std::string version = text_at(metadata, "resourceVersion");
  failures_ = 0;
  fault_.clear();
  if (type == "BOOKMARK") {
    ++statistics_.bookmarks;
    if (!version.empty()) version_ = version;
    return;
  }
  ++statistics_.events;
  const std::string key = key_of(metadata);
  if (type == "DELETED") {
    if (known_.erase(key) > 0) handler_({ObjectChange::Deleted, key, &*object});
  } else {
    see(key, *object, {text_at(metadata, "uid"), version});
  }
  if (!version.empty()) version_ = version;
}

}  // namespace akstwin
