/// Azure VM sizes and regions: what the catalogue knows, with the source of each row in models/catalog/data.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"

namespace akstwin {

/// One VM size. A figure that the source page does not state is 0 (temp disk, NICs) or the stated assumption (network).
struct VmSize {
  Name name;                                ///< "Standard_D4ds_v5"
  int vcpus = 0;
  Bytes memory;                             ///< the SKU API's MemoryGB is GiB
  Bytes temp_disk;                          ///< local (temporary) disk; 0: none, or not read
  int max_nics = 0;
  BytesPerSecond network;                   ///< upper limit over all NICs
  bool network_known = false;               ///< false: `network` is 1 Gbps a vCPU up to 12.5 Gbps, an assumption
  int gpus = 0;
  bool ephemeral_os_disk = false;           ///< the OS disk can live on the local disk
  std::string source;

  /// AKS places the OS disk on the local disk unless told otherwise: the size supports it and has at least 128 GiB of it.
  bool default_ephemeral_os_disk() const { return ephemeral_os_disk && temp_disk >= Bytes{128LL << 30}; }
  /// Burstable sizes (B series) are not allowed in system pools.
  bool burstable() const;
};

/// One physical Azure region.
struct Region {
  Name name;                                ///< "eastus2"
  std::string display_name;                 ///< "East US 2"
  int zones = 0;                            ///< availability zones; 0: a region without zones
  Name paired;                              ///< the paired region, or empty
  std::string geography;
};

/// All sizes, sorted by name.
std::span<const VmSize> vm_sizes();
/// The size of this name (case-insensitive, as ARM compares), or null.
const VmSize* find_vm_size(std::string_view name);

/// All regions, sorted by name.
std::span<const Region> regions();
/// The region of this name ("eastus2"), or null.
const Region* find_region(std::string_view name);

}  // namespace akstwin
