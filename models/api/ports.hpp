/// The two ports. Everything a controller may see of a platform, or ask of it, whether simulated or real.
#pragma once
#include "models/api/actions.hpp"
#include "models/api/changes.hpp"

namespace akstwin {

/// One cluster. Implemented by the simulated API server and by a real one; a controller cannot tell which.
class ClusterApi {
 public:
  virtual ~ClusterApi() = default;
  /// The cached view, as an informer keeps it. It may lag behind the truth.
  virtual const ClusterState& state() const = 0;
  /// What changed since `cursor`, oldest first.
  virtual ChangeSpan changes_since(ChangeCursor cursor) const = 0;
  /// Asks for a change. Never blocks, never throws; 404, 409 and 429 are verdicts.
  virtual Verdict submit(const Action& action) = 0;
};

/// One subscription: scale sets, the edge, data stores. Operations are long-running: accepted now, visible in the state later.
class CloudApi {
 public:
  virtual ~CloudApi() = default;
  virtual const CloudState& state() const = 0;
  virtual Verdict submit(const CloudAction& action) = 0;
};

}  // namespace akstwin
