/// How the simulation hosts what decides: controllers as loops on a site, ties and durations from named streams, notes as Timeline rows.
#pragma once
#include <vector>

#include "models/api/chooser.hpp"
#include "models/api/controller.hpp"
#include "models/gameday/script.hpp"
#include "sim/kernel.hpp"
#include "sim/rng.hpp"
#include "sim/timeline.hpp"

namespace akstwin {

/// Time from a change in the API server to a watcher's reaction (assumption: watch events arrive within tens of milliseconds; ADR 11).
inline constexpr Duration kWatchDelay{50'000};

class TimelineNotes final : public Notes {
 public:
  TimelineNotes(Timeline& timeline, const Kernel& kernel) : timeline_(timeline), kernel_(kernel) {}
  void note(const Note& note) override;

 private:
  Timeline& timeline_;
  const Kernel& kernel_;
};

class StreamChooser final : public Chooser {
 public:
  StreamChooser(const RngRoot& root, std::string_view stream) : stream_(root, stream) {}
  std::uint64_t below(std::uint64_t n, std::uint64_t decision) override { return stream_.below(n, decision); }

 private:
  RngStream stream_;
};

class StreamDurations final : public DurationSource {
 public:
  StreamDurations(const RngRoot& root, std::string_view stream) : stream_(root, stream) {}
  Duration draw(const LogNormal& distribution, std::uint64_t entity) override { return distribution.quantile(stream_.uniform(entity)); }

 private:
  RngStream stream_;
};

/// A controller as a loop of the kernel, on the site of its control plane.
class HostedController final : public Loop {
 public:
  HostedController(Kernel& kernel, SiteId site, Controller& controller, ClusterApi& cluster, CloudApi& cloud, Notes& notes,
                   Decisions* decisions = nullptr)
      : kernel_(kernel), controller_(controller), cluster_(cluster), cloud_(cloud), notes_(notes), decisions_(decisions),
        interests_(controller.interests()) {
    loop_ = kernel.spawn(site, std::string(controller.name()), *this);
  }
  HostedController(const HostedController&) = delete;
  SimTime step(SimTime now) override {
    ControllerContext context{now, cluster_, cloud_, notes_, decisions_};
    return controller_.reconcile(context);
  }
  void begin() { kernel_.wake(loop_, kernel_.now()); }
  void changed(ChangeKind kind) {
    if (interests_.has(kind)) kernel_.wake(loop_, kernel_.now() + kWatchDelay);
  }

 private:
  Kernel& kernel_;
  Controller& controller_;
  ClusterApi& cluster_;
  CloudApi& cloud_;
  Notes& notes_;
  Decisions* decisions_;
  ChangeMask interests_;
  LoopId loop_;
};

/// The game day as a loop; it runs where the people are, not in any region that may be lost.
class HostedScript final : public Loop {
 public:
  explicit HostedScript(Script& script) : script_(script) {}
  SimTime step(SimTime now) override { return script_.step(now); }

 private:
  Script& script_;
};

}  // namespace akstwin
