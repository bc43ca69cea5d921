/// Loss of a region or of a zone for a while.
#pragma once
#include <cstdint>
#include <vector>

#include "models/azure/scale_sets.hpp"

namespace akstwin {

/// Turns sites off and on, and tells everybody in a fixed order: sites, CloudState, scale sets, clusters, listeners.
class Outages {
 public:
  Outages(Kernel& kernel, Timeline& timeline, const PlatformTopology& platform, CloudState& cloud, ScaleSets& scale_sets,
          std::vector<NodeRegistrar*> registrars, const Scenario& scenario);
  Outages(const Outages&) = delete;

  /// Listeners are told in the order of registration (the load model first, so that the others see its new figures).
  void add_listener(OutageListener& listener) { listeners_.push_back(&listener); }
  /// Begins now, ends after `duration`. A region that is down already stays down until the last of its outages ends.
  void lose_region(Name region, Duration duration);
  void lose_zone(Name region, int zone, Duration duration);
  /// A share of the zone's running machines, in millionths; the rest of the zone works, and new machines come there.
  void lose_part_of_zone(Name region, int zone, std::int64_t share_ppm, Duration duration);
  /// The control plane of one cluster: its pods go on, nothing is decided, created or replaced meanwhile.
  void lose_control_plane(std::uint32_t cluster, Duration duration);

 private:
  void begin(OutageNotice notice, Duration duration);
  void apply(std::uint32_t row, bool began);
  std::uint32_t cluster_index(Name cluster) const;
  void on_end(Subject subject);
  void set_region(const OutageNotice& outage, bool up);
  bool covered_by_another(const OutageNotice& outage) const;
  void record(const OutageNotice& outage, bool began);

  Kernel& kernel_;
  Timeline& timeline_;
  const PlatformTopology& platform_;
  CloudState& cloud_;
  ScaleSets& scale_sets_;
  std::vector<NodeRegistrar*> registrars_;
  std::vector<OutageListener*> listeners_;
  HandlerId end_;
  struct Outage { OutageNotice notice; bool over = false; };
  std::vector<Outage> outages_;
  std::vector<Name> cluster_names_;   ///< by cluster index
};

}  // namespace akstwin
