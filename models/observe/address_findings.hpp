/// What the address management says in Finding events, so that reports know it again. Subject: the subnet; value: nodes or pods.
#pragma once
#include <string_view>

namespace akstwin {

/// No whole batch is left: the nodes of the subnet take single addresses from now on.
inline constexpr std::string_view kBatchesExhausted = "it has no batch of 16 addresses left: its nodes give back what they do not use and take one at a time";
/// A pod found no address on its node, for the first time while the subnet is exhausted.
inline constexpr std::string_view kPodsWithoutAddress = "a pod stays in ContainerCreating: neither its node nor the subnet has an address left";

}  // namespace akstwin
