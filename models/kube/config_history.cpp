#include "models/kube/config_history.hpp"

#include <algorithm>

#include "models/kube/api_server.hpp"

namespace akstwin {

void ConfigHistory::merged(Name workload, SimTime at) {
  merged_.push_back(at);
  head_ = merged_.size() + 1;
  releases_[workload].push_back(static_cast<std::uint32_t>(head_));
  for (ApiServer* listener : listeners_) listener->repository_moved(head_);
}

std::uint32_t ConfigHistory::release_at(Name workload, std::uint64_t revision) const {
  const auto found = releases_.find(workload);
  if (found == releases_.end()) return 1;
  const auto after = std::upper_bound(found->second.begin(), found->second.end(), revision);
  return after == found->second.begin() ? 1 : *(after - 1);
}

}  // namespace akstwin
