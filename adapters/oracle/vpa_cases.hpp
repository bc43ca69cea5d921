/// Recorded recommendations of the Vertical Pod Autoscaler 1.3, replayed against ours.
#pragma once
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace akstwin::oracle {

/// Replays one case of vpa_recommend.jsonl, every recommendation to the last byte; empty when equal.
std::string check_vpa_recommend(const nlohmann::json& recorded);

}  // namespace akstwin::oracle
