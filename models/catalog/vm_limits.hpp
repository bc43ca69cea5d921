/// What a VM size allows beside vCPUs and memory: data disks, and the credits of burstable sizes.
#pragma once
#include <cstdint>
#include <optional>

#include "models/catalog/vm_sizes.hpp"
#include "models/spec/platform_spec.hpp"

namespace akstwin {

/// Data disks that a machine of this size can have attached; nothing where that is not read.
std::optional<std::int64_t> max_data_disks(const VmSize& size);

/// Terms of a burstable size: below the base it banks credits, above it spends them. 1 credit is 1 vCPU for a minute.
struct BurstTerms {
  std::int64_t base_permille = 0;        ///< of all its vCPUs: what it may use for ever
  std::int64_t initial_credits = 0, credits_per_hour = 0, credits_max = 0;
};
/// Nothing for sizes that do not burst.
std::optional<BurstTerms> burst_terms(const VmSize& size);

/// Whether the OS disk of a pool's machines lies on the local disk: asked for, supported, and large enough. Without a stated size AKS wants
/// 128 GiB of local disk (facts A1); a stated one has to fit.
bool os_disk_is_ephemeral(const NodePoolSpec& pool, const VmSize& size);

/// What Windows adds to a machine's hourly price: 0.046 USD a vCPU (facts I: difference of Linux and Windows meters, D family). Credit-based
/// sizes have another one; the same is taken.
Money windows_licence_hour(const VmSize& size);

}  // namespace akstwin
