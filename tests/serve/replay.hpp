/// Recorded exchanges asked of the served twin, one after the other: what clients show of the answers must be alike.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/serve/served.hpp"
#include "tests/support/kube_exchanges.hpp"

namespace akstwin::test {

/// Where an answer differs from the recorded one.
struct Unlike { std::string id, what; };

class Replay {
 public:
  /// All exchanges of a group, those of its commands included.
  explicit Replay(const RecordedGroup& group);

  /// Asks them all; `skipped` are left out by id (a prefix that ends with '*' stands for several).
  void run(const std::vector<std::string>& skipped);

  std::size_t alike() const { return alike_; }
  const std::vector<Unlike>& unlike() const { return unlike_; }
  /// One line a difference.
  std::string report() const;

 private:
  void learn();
  void begin();
  void begin_priorities();
  void begin_access();
  std::string first_answer() const;
  void begin_refusing_budget(const Exchange& exchange);
  void begin_quota(const Exchange& exchange);
  void follow_eviction(const Exchange& exchange);
  void set_flow(const Exchange& exchange);
  bool begin_stateful_set(const std::string& pod);
  void begin_namespace(const std::string& name);
  void ask(const Exchange& exchange, bool follows);
  void seed(const Exchange& exchange);
  void still_autoscaler(const Exchange& exchange, const Answer& answer);
  void follow_budget(const std::string& path, const Json& recorded);
  void seed_list(const Exchange& exchange, const Json& answer);
  bool exists(const std::string& path);
  void make(const std::string& path, Json object);
  std::string translated(std::string text) const;
  std::string target_of(const Exchange& exchange) const;
  std::string own_tag(const Exchange& exchange, const std::string& recorded);
  std::string own_hash(const Exchange& exchange, std::string target);
  void remember(const Json& recorded, const Json& twin);
  std::string difference(const Exchange& exchange, const Answer& answer) const;
  std::string object_difference(const Json& recorded, const Json& twin) const;

  Desk desk_;
  std::vector<Exchange> exchanges_;
  std::map<std::string, Json> known_;             ///< objects of the recorded cluster by their path, as they were first seen
  std::map<std::string, Json> listed_;            ///< those that lists showed
  std::map<std::string, std::string> names_;      ///< of nodes: recorded to the twin's
  std::map<std::string, std::string> uids_;
  std::map<std::string, std::string> tags_;       ///< ETags
  std::map<std::string, std::string> pages_;      ///< continue tokens
  std::map<std::uint64_t, std::string> versions_; ///< recorded to the twin's
  bool jailed_ = false;
  std::size_t alike_ = 0;
  std::vector<Unlike> unlike_;
};

}  // namespace akstwin::test
