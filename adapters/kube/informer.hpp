/// One kind of object, listed and then watched: what client-go calls a reflector. It survives expiry, cut connections and restarts.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "adapters/kube/kube_client.hpp"

namespace akstwin {

enum class ObjectChange : std::uint8_t { Added, Modified, Deleted };

/// What an informer tells. `object` is null for a deletion that was missed while nobody watched.
struct ObjectEvent {
  ObjectChange change = ObjectChange::Added;
  std::string_view key;                  ///< "namespace/name", or "name" for what has no namespace
  const nlohmann::json* object = nullptr;
};

struct InformerOptions {
  std::string path;                      ///< "/api/v1/pods"
  std::string label_selector, field_selector;
  std::int64_t page = 500;               ///< as kubectl and client-go page
  Duration watch_timeout{290'000'000};   ///< timeoutSeconds of a watch: below the server's usual 5 to 10 minutes, facts J
  bool optional = false;                 ///< 404 and 403 are no fault: the kind is not installed, or not ours to see
  /// Ask for the list as the beginning of the watch (KEP-3157 WatchList); a server that does not do that is listed as ever.
  bool streaming = false;
  Duration streaming_patience{30'000'000};   ///< without a word from the server before the list is whole: then it is asked for plainly
};

/// How it went so far.
struct InformerStatistics {
  std::int64_t lists = 0, pages = 0, watches = 0, events = 0, bookmarks = 0, expired = 0, failures = 0;
  std::int64_t streamed = 0;             ///< of the lists, those that came as a stream
};

class Informer {
 public:
  using Handler = std::function<void(const ObjectEvent&)>;
  Informer(KubeClient& client, InformerOptions options, Handler handler);
  ~Informer();

  /// Does what is due and returns at once when there is nothing; a list is waited for. False once the kind turned out not to be there.
  bool step();
  /// Whether a whole list was seen and nothing has been lost since.
  bool synced() const { return synced_; }
  bool absent() const { return absent_; }
  /// The server knows who asks and does not let them list: waiting will not help.
  bool denied() const { return denied_with_ != 0; }
  /// … and said so with 403: the credential is good, its rights are narrower.
  bool forbidden() const { return denied_with_ == 403; }
  /// Never asked again: others have taken its place.
  void retire() {
    absent_ = true;
    denied_with_ = 0;
    fault_.clear();
  }
  /// The last fault in words; empty when the last thing that happened was good.
  const std::string& fault() const { return fault_; }
  bool optional() const { return options_.optional; }
  /// The version up to which everything was seen. Opaque; for tests and messages.
  const std::string& resource_version() const { return version_; }
  const InformerStatistics& statistics() const { return statistics_; }
  std::size_t size() const { return known_.size(); }
  const std::string& path() const { return options_.path; }

 private:
  struct Known { std::string uid, version; };

  void list();
  bool list_page(const std::string& target, std::map<std::string, Known>& seen, std::string& token, bool& restart);
  void finish_list(std::map<std::string, Known>& seen);
  /// Opens a stream whose first part is the list; lists plainly when that is refused.
  void start_streaming_list();
  /// The server turned out not to stream lists: never asked again.
  void give_up_streaming();
  void start_watch();
  void read_watch();
  void handle_line(std::string_view line);
  void handle_initial(const std::string& type, const nlohmann::json& object);
  void handle_error_event(const nlohmann::json& status);
  void see(const std::string& key, const nlohmann::json& object, Known known);
  void failed(std::string why, Duration pause);
  void expired();
  void drop_watch();
  std::string target(const std::string& more) const;

  KubeClient& client_;
  InformerOptions options_;
  Handler handler_;
  std::map<std::string, Known> known_;
  std::unique_ptr<HttpStream> stream_;
  std::string rest_;                     // of the stream: a line that is not complete
  std::map<std::string, Known> initial_; // what a streaming list has brought so far
  bool in_initial_ = false;
  std::int64_t heard_us_ = 0;            // when it was opened, or last brought something
  std::string version_, fault_;
  std::string item_kind_, item_version_;
  std::int64_t not_before_us_ = 0;
  int failures_ = 0, denied_with_ = 0;   // the status of a refusal
  bool synced_ = false, relist_ = true, absent_ = false, paged_ = true;
  InformerStatistics statistics_;
};

}  // namespace akstwin
