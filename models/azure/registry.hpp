/// The container registry: image pulls as flows, caches of machines, stored and replicated bytes.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/api/plant.hpp"
#include "models/azure/topology.hpp"
#include "sim/kernel.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// ImageSource and storage of Azure Container Registry (docs/models/container-registry.md).
class Registry final : public ImageSource, public BuildListener {
 public:
  Registry(Kernel& kernel, Timeline& timeline, const Scenario& scenario, const PlatformTopology& platform);
  Registry(const Registry&) = delete;

  /// Records what is stored at t = 0 and starts the daily purge.
  void start();
  bool cached_or_pull(const PullRequest& request) override;
  void forget(Name node_key) override;
  void build_done(const BuildDone& build) override;

  Bytes stored() const { return stored_; }           ///< in each region
  std::size_t pulls_under_way() const { return pulls_.size() - free_pulls_.size(); }

 private:
  struct Cached { Name image; std::uint32_t release = 0; };
  struct Machine {
    std::vector<Cached> images;
    std::vector<std::uint32_t> pulls;   ///< under way
    SimTime disk_free;                  ///< the OS disk unpacks one image after the other
  };
  struct Waiter { HandlerId done; Subject subject; };
  struct Pull {
    Name node_key, image;
    SiteId node;
    std::uint32_t release = 0, region = 0, epoch = 0, failures = 0;
    Bytes size;
    SimTime began;
    std::vector<Waiter> waiters;
    bool live = false, backing_off = false;
  };
  const ImageSpec& image_spec(Name image) const;
  SiteId nearest(std::uint32_t region) const;
  std::uint32_t add_pull(Pull pull);
  void begin_flow(std::uint32_t row);
  void close(std::uint32_t row);
  void on_arrived(Subject subject);
  void on_failed(Subject subject);
  void on_retry(Subject subject);
  void on_unpacked(Subject subject);
  void on_day(Subject subject);
  void record();
  bool current(Subject subject) const { return pulls_[subject.row].live && pulls_[subject.row].epoch == subject.epoch; }

  Kernel& kernel_;
  Timeline& timeline_;
  const Scenario& scenario_;
  const PlatformTopology& platform_;
  HandlerId arrived_, failed_, retry_, unpacked_, day_;
  std::unordered_map<Name, Machine> machines_;         // by name: lookup only
  mutable std::unordered_map<Name, const ImageSpec*> specs_;   // lookup only
  ImageSpec unstated_;                                 ///< an image that the scenario does not describe
  std::vector<Pull> pulls_;
  std::vector<std::uint32_t> free_pulls_;
  Bytes stored_;
  std::vector<Bytes> daily_;                           ///< ring: what was pushed today and on each of the days kept
  std::size_t today_ = 0;
  std::vector<SeriesId> region_bytes_;
  SeriesId replicated_, vcpu_seconds_;
};

}  // namespace akstwin
