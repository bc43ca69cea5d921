/// What AKS leaves of a node for pods: capacity minus the kubelet's reservations and the eviction threshold.
#pragma once
#include "models/catalog/vm_sizes.hpp"
#include "models/spec/pod_spec.hpp"

namespace akstwin {

/// kube-reserved CPU by cores: 6 % of the first, 4 % of the second, 2 % of the third and fourth, 1 % of the rest.
/// Source: MicrosoftDocs/azure-aks-docs node-resource-reservations.md (2026-08), which tabulates 60, 100, 140, 180, 260, 420, 740.
Millicores reserved_cpu(int vcpus);

/// kube-reserved memory without the eviction threshold. From Kubernetes 1.29: min(20 MB × max_pods + 50 MB, 25 %);
/// before: 25 % of the first 4 GiB, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112, 2 % above. Same source.
Bytes reserved_memory(Bytes memory, int max_pods, int kubernetes_minor);

/// Hard eviction threshold memory.available: 100Mi from Kubernetes 1.29, 750Mi before. Same source.
Bytes eviction_threshold(int kubernetes_minor);

/// Capacity of a node of this size, as its Node object states it. Ephemeral storage is the OS disk, `os_disk_gib` (0: AKS's default).
Resources capacity(const VmSize& size, std::int64_t os_disk_gib = 0);

/// capacity − reservations − eviction thresholds (memory as above; ephemeral storage 10 %, nodefs.available<10%).
Resources allocatable(const VmSize& size, int max_pods, int kubernetes_minor, std::int64_t os_disk_gib = 0);

/// AKS's default OS disk in GiB: the whole local disk when ephemeral and at least 128 GiB, otherwise a managed disk by vCPU count.
/// Source: MicrosoftDocs/azure-aks-docs concepts-storage.md (2026-08): 1–7 vCPU 128, 8–15 256, 16–63 512, from 64 1024 GiB.
std::int64_t default_os_disk_gib(const VmSize& size, bool ephemeral);

}  // namespace akstwin
