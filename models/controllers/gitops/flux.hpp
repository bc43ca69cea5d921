/// Flux's source-controller and kustomize-controller: poll the repository, then apply in order of dependence.
#pragma once
#include <cstdint>
#include <vector>

#include "models/api/controller.hpp"

namespace akstwin {

/// Times that Flux does not configure.
struct FluxTimes {
  Duration fetch{4'000'000};                   ///< clone and package an artifact (assumption; a small config repository)
  Duration apply{6'000'000};                   ///< build and server-side apply of one Kustomization (assumption)
  Duration health_poll{5'000'000};             ///< how often a waiting reconciliation looks (kustomize-controller polls its status reader)
  // --requeue-dependency 30 s and 4 concurrent reconciliations: fluxcd/kustomize-controller main.go (facts section F).
  Duration requeue_dependency{30'000'000};
  std::int64_t concurrent = 4;
};

/// Level-triggered: each Kustomization is idle, waiting for a dependency, being applied, or waiting for health.
class Flux final : public Controller {
 public:
  explicit Flux(FluxTimes times) : times_(times) {}
  std::string_view name() const override { return "flux"; }
  ChangeMask interests() const override { return mask(ChangeKind::SourceUpdated) | mask(ChangeKind::KustomizationUpdated); }
  SimTime reconcile(ControllerContext& context) override;

 private:
  enum class Stage : std::uint8_t { Idle, Applying, Waiting };
  struct Source {
    SimTime next_poll;
    SimTime fetched_at = kNever;               // a fetch under way ends then
    bool was_suspended = false;
  };
  struct Entry {
    Stage stage = Stage::Idle;
    std::uint64_t revision = 0;                // being applied
    std::uint64_t deferred = 0;                // revision that waits for a dependency
    SimTime due;                               // of the next thing to do in this stage
    SimTime began, deadline;
  };

  SimTime poll_sources(ControllerContext& context);
  SimTime advance(ControllerContext& context, KustomizationId id, Entry& entry);
  SimTime begin(ControllerContext& context, KustomizationId id, Entry& entry);
  SimTime finish(ControllerContext& context, KustomizationId id, Entry& entry, bool healthy);
  bool dependencies_ready(const ClusterState& state, const Kustomization& kustomization, std::uint64_t revision) const;
  std::int64_t busy() const;

  FluxTimes times_;
  std::vector<Source> sources_;
  std::vector<Entry> entries_;                 // by Kustomization row
};

}  // namespace akstwin
