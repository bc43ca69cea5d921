/// The config repository that GitOps watches: which commit released which workload.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/api/plant.hpp"

namespace akstwin {

class ApiServer;

/// One repository for all clusters, as the reference platforms keep it. Revision 1 is the state at the start.
class ConfigHistory final : public ConfigRepository {
 public:
  /// `listeners` learn of a new head; their sources find it at the next poll.
  void watch(ApiServer& listener) { listeners_.push_back(&listener); }
  void merged(Name workload, SimTime at) override;
  std::uint64_t head() const { return head_; }
  /// The revision of the last release of `workload` at or before `revision`; at least 1.
  std::uint32_t release_at(Name workload, std::uint64_t revision) const;
  /// When that release was merged; time zero for revision 1.
  SimTime merged_at(std::uint64_t revision) const { return revision < 2 ? SimTime{} : merged_[revision - 2]; }

 private:
  std::vector<SimTime> merged_;                                     // commit i made revision i + 2
  std::unordered_map<Name, std::vector<std::uint32_t>> releases_;   // ascending revisions; looked up, never iterated
  std::uint64_t head_ = 1;
  std::vector<ApiServer*> listeners_;
};

}  // namespace akstwin
