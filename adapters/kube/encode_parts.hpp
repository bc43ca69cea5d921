/// Pieces that several encoders share.
#pragma once
#include <string>

#include "adapters/kube/encode.hpp"

namespace akstwin {

/// {"cpu": "250m", "memory": "256Mi"}: what is not zero.
Json amounts(const Resources& resources);
std::string_view effect_text(TaintEffect effect);
/// Addresses that nobody else has: nodes from 10.224.0.0/16 (AKS's default node subnet, facts A3), pods from the cluster's pod CIDR.
std::string node_address(const EncodeSource& source, NodeId id);
std::string pod_address(const EncodeSource& source, PodId id);
/// The template of a Job: restartPolicy is never Always.
Json batch_template_object(const PodSpec& spec);
/// metadata of an object that exists from time `created`.
Json metadata_object(const EncodeSource& source, std::string_view kind, Name name_space, std::string_view name, SimTime created = {});

}  // namespace akstwin
