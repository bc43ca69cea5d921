/// The global edge: origins by priority, health probes, and where traffic goes.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/plant.hpp"
#include "models/azure/topology.hpp"
#include "sim/kernel.hpp"
#include "sim/rng.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// The outcome of health probes of one origin, computed only around changes of its state: the same instants as probing all the time.
/// Probes at offset + k·interval; one at the very instant of a change sees the old state.
class ProbeWindow {
 public:
  /// Probes until `first` are taken to have seen the state `up`.
  ProbeWindow(SimTime first, Duration interval, std::int64_t sample_size, std::int64_t successes_needed, bool up);
  /// The origin answers probes from now on, or no longer.
  void change(SimTime now, bool up);
  /// The first probe after `now` that turns the verdict if nothing else changes, or kNever.
  SimTime next_turn(SimTime now) const;
  /// Whether the origin counts as healthy after the last probe at or before `now`, which is not before the last change.
  bool healthy(SimTime now) const;

 private:
  std::int64_t probes_until(SimTime now) const;        ///< made before or at `now`
  bool verdict(std::int64_t probes) const;             ///< once that many probes were made

  SimTime first_;
  Duration interval_;
  std::int64_t needed_;
  std::vector<bool> window_;           ///< outcomes of the last probes at the last change, oldest first
  std::int64_t known_ = 0;             ///< probes made at the last change
  bool up_ = true;
};

/// Azure Front Door (or Traffic Manager) in front of the clusters (docs/models/front-door.md).
class FrontDoor final : public OutageListener, public OriginHealth {
 public:
  FrontDoor(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, const PlatformTopology& platform,
            CloudState& cloud);
  FrontDoor(const FrontDoor&) = delete;

  void add_listener(EdgeListener& listener) { listeners_.push_back(&listener); }
  /// From here on changes of health take probes to be seen. Call once at t = 0, after the load model's start().
  void start();
  /// Makes the cluster the first origin; traffic moves after `takes`.
  void route(std::uint32_t cluster, Duration takes);

  void outage_began(const OutageNotice& outage) override;
  void outage_ended(const OutageNotice& outage) override;
  void origin_answers(std::uint32_t cluster, bool answers) override;

  bool is_origin(std::uint32_t cluster) const;
  bool healthy(std::uint32_t cluster) const;

 private:
  struct Origin {
    std::uint32_t cluster = 0;
    Name name;
    ProbeWindow probes;
    bool region_up = true, answers = true;
    bool healthy = true;               ///< as the edge sees it
    bool turns_to = true;              ///< what the next on_turn makes of it
    std::uint32_t epoch = 0;
    SimTime down_since = kNever;
  };
  void update(std::uint32_t origin);
  void post_turn(std::uint32_t origin);
  void on_turn(Subject subject);
  void on_routed(Subject subject);
  void on_move(Subject subject);
  void choose();
  void move_to(std::uint32_t cluster);
  SimTime first_probe(Name origin) const;
  void phase(Name what);

  Kernel& kernel_;
  Timeline& timeline_;
  const Scenario& scenario_;
  const PlatformTopology& platform_;
  CloudState& cloud_;
  HandlerId turn_, routed_, move_;
  std::vector<Origin> origins_;
  std::vector<std::uint32_t> priority_;   ///< indexes into origins_, first wanted first
  std::vector<EdgeListener*> listeners_;
  RngRoot root_;
  Duration interval_, probe_timeout_{0}, client_delay_{0};
  std::int64_t sample_size_ = 4, successes_ = 3;
  std::uint32_t move_epoch_ = 0;
  bool started_ = false;
  Name outage_;                        ///< the region whose loss took the active origin away, until traffic has moved
  SimTime outage_began_ = kNever;
};

}  // namespace akstwin
