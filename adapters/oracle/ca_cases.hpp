/// Recorded decisions of the Cluster Autoscaler 1.30, replayed against ours.
#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace akstwin::oracle {

/// Replays one case of ca_scaleup.jsonl (a single loop); empty when equal, otherwise the difference in words.
std::string check_ca_scaleup(const nlohmann::json& recorded);

}  // namespace akstwin::oracle
