/// Data stores over regions: where writes go, and what a loss of the region costs in writes.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/cloud_state.hpp"
#include "models/api/plant.hpp"
#include "models/spec/scenario.hpp"
#include "sim/kernel.hpp"
#include "sim/rng.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Failover groups, multi-region accounts and geo-redundant storage (docs/models/data-replication.md).
class DataReplication final : public OutageListener, public DataFailover {
 public:
  /// Fills CloudState::data_region. `regions`: Topology::regions.
  DataReplication(Kernel& kernel, Timeline& timeline, const RngRoot& root, const Scenario& scenario, std::vector<Name> regions,
                  CloudState& cloud);
  DataReplication(const DataReplication&) = delete;

  void outage_began(const OutageNotice& outage) override;
  void outage_ended(const OutageNotice& outage) override;
  void fail_over(std::uint32_t store, Name region, Duration takes) override;
  /// Every store's write region is up.
  bool writable() const;
  bool any() const { return !stores_.empty(); }

 private:
  struct Store {
    const DataStoreSpec* spec = nullptr;
    RngStream lag, takes;
    std::uint32_t epoch = 0;           ///< moves with every fail-over asked for
    std::uint32_t losses = 0;
    bool failing_over = false;
    Duration lost{0};                  ///< age of the newest replicated write when the write region was lost
    Name target;
  };
  bool up(Name region) const;
  Name next_region(const Store& store, Name from) const;
  void on_done(Subject subject);

  Kernel& kernel_;
  Timeline& timeline_;
  std::vector<Name> regions_;
  CloudState& cloud_;
  HandlerId done_;
  std::vector<Store> stores_;
};

}  // namespace akstwin
