#include "models/controllers/provisioning/offerings.hpp"

#include <algorithm>

namespace akstwin {
namespace {

// commonerrorhandlers.go: a quota that is not zero 10 min, missing capacity 1 h.
constexpr Duration kLowQuota{600'000'000}, kAllocationFailure{3'600'000'000}, kSizeNotAvailable{3'600'000'000};

}  // namespace

void UnavailableOfferings::block(const OfferingKey& offering, int zone, bool spot, SimTime until) {
  for (Entry& entry : entries_) {
    if (entry.family != offering.family || entry.zone != zone || entry.spot != spot) continue;
    entry.vcpus = std::min(entry.vcpus, offering.vcpus);
    entry.until = std::max(entry.until, until);
    return;
  }
  entries_.push_back({offering.family, offering.vcpus, zone, spot, until});
}

bool UnavailableOfferings::refused(const OfferingKey& offering, Name code, const std::vector<int>& zones, SimTime now) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.until <= now; });
  if (code.text() == "SubnetIsFull" || code.text() == "PodCidrExhausted") return false;
  if (code.text() == "ZonalAllocationFailed") {
    block(offering, offering.zone, false, now + kAllocationFailure);
    block(offering, offering.zone, true, now + kAllocationFailure);
  } else if (code.text() == "SkuNotAvailable") {
    for (const int zone : zones) block(offering, zone, offering.spot, now + kSizeNotAvailable);
  } else if (code.text() == "QuotaExceeded") {
    for (const int zone : zones) block(offering, zone, offering.spot, now + kLowQuota);
  } else {
    block(offering, offering.zone, offering.spot, now + kUnavailableTtl);
  }
  return true;
}

bool UnavailableOfferings::available(const OfferingKey& offering, SimTime now) const {
  return std::none_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.family == offering.family && entry.zone == offering.zone && entry.spot == offering.spot && offering.vcpus >= entry.vcpus &&
           now < entry.until;
  });
}

SimTime UnavailableOfferings::next_end(SimTime now) const {
  SimTime next = kNever;
  for (const Entry& entry : entries_)
    if (entry.until > now) next = std::min(next, entry.until);
  return next;
}

}  // namespace akstwin
