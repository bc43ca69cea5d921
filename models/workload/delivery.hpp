/// From a commit to a merged change in the config repository: pipeline, agents, failures, review.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "models/api/plant.hpp"
#include "models/spec/scenario.hpp"
#include "sim/kernel.hpp"
#include "sim/rng.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// The delivery pipeline (docs/models/delivery.md).
class Delivery {
 public:
  struct Parts {
    Kernel& kernel;
    Timeline& timeline;
    RngRoot root;
    const Scenario& scenario;
    ConfigRepository& repository;
    BuildListener* builds = nullptr;  ///< the registry; may be null
  };
  explicit Delivery(Parts parts);
  Delivery(const Delivery&) = delete;
  /// Posts the first day. Call once, at t = 0. Does nothing when delivery is not enabled or there is no Deployment.
  void start();

  std::int64_t merged() const { return merged_; }
  std::size_t waiting() const { return queue_.size(); }

 private:
  struct Change {
    Name workload;                    ///< "namespace/name"
    SimTime committed;
    std::uint64_t number = 0;         ///< day × kCommitsPerDay + number within the day: keys its draws
    std::uint32_t attempt = 0;
  };
  void on_day(Subject subject);
  void on_committed(Subject subject);
  void on_built(Subject subject);
  void on_approved(Subject subject);
  void begin_builds();
  void tell_registry(const Change& change, std::int64_t images);
  Duration pipeline() const;
  SimTime midnight(std::uint32_t day) const;

  Parts parts_;
  const DeliverySpec& spec_;
  HandlerId day_, committed_, built_, approved_;
  RngStream days_, commits_, outcomes_, reviews_;
  std::vector<Name> deployments_;     ///< of the first cluster, in the order of the manifests
  std::vector<Change> changes_;       ///< all so far; the row of an event
  std::int64_t first_day_ = 0;        ///< local days since 1970 at t = 0
  std::deque<std::uint32_t> queue_;   ///< waiting for an agent
  std::int64_t busy_ = 0, merged_ = 0;
  std::int64_t images_milli_ = 0;     ///< remainder of builds_per_commit_milli
};

}  // namespace akstwin
