/// The numbered log of changes that informers watch.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

enum class ChangeKind : std::uint8_t {
  PodCreated, PodBound, PodUpdated, PodDeleting, PodGone,
  NodeAdded, NodeUpdated, NodeGone,
  WorkloadUpdated, AutoscalerUpdated, ScaledObjectUpdated, KustomizationUpdated, SourceUpdated, MetricsSampled,
  PoolUpdated, InstanceUpdated, VolumeUpdated, JobUpdated, PodResized
};

/// A set of change kinds that a controller wants to be woken for.
struct ChangeMask {
  std::uint32_t bits = 0;
  constexpr ChangeMask operator|(ChangeMask other) const { return {bits | other.bits}; }
  constexpr bool has(ChangeKind kind) const { return (bits >> static_cast<unsigned>(kind)) & 1U; }
};
constexpr ChangeMask mask(ChangeKind kind) { return {1U << static_cast<unsigned>(kind)}; }

/// What changed: the row of its table and, for pods, the row of the owning workload.
struct Change {
  ChangeKind kind;
  std::uint32_t row = 0;
  std::uint32_t generation = 0;     ///< of the handle, so that a reused row is recognised
  std::uint32_t owner_row = 0;
};

/// Where a watcher stands: the number of the next change it has not seen.
struct ChangeCursor { std::uint64_t next = 0; };

/// What a watcher gets: either the changes since its cursor or, when those are no longer kept, the order to list anew (410 Gone).
struct ChangeSpan {
  std::span<const Change> changes;
  bool expired = false;
  ChangeCursor next;
};

class ChangeLog {
 public:
  void append(const Change& change) {
    if (changes_.size() >= kKept * 2) {
      changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(kKept));
      first_ += kKept;
    }
    changes_.push_back(change);
  }
  ChangeSpan since(ChangeCursor cursor) const {
    const ChangeCursor end{first_ + changes_.size()};
    if (cursor.next < first_) return {{}, true, end};
    return {std::span(changes_).subspan(static_cast<std::size_t>(cursor.next - first_)), false, end};
  }
  std::uint64_t end() const { return first_ + changes_.size(); }

 private:
  static constexpr std::size_t kKept = 65'536;
  std::vector<Change> changes_;
  std::uint64_t first_ = 0;
};

}  // namespace akstwin
