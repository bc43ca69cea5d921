/// Recorded decisions of the Cluster Autoscaler 1.30, replayed against ours.
#pragma once
#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace akstwin::oracle {

/// Replays one case of ca_scaleup.jsonl (a single loop); empty when equal, otherwise the difference in words.
std::string check_ca_scaleup(const nlohmann::json& recorded);
/// Replays one case of ca_scaledown.jsonl: every record, row and sum of 20 to 60 simulated minutes.
std::string check_ca_scaledown(const nlohmann::json& recorded);
/// Replays one case of ca_trace.jsonl: hours of a closed loop.
std::string check_ca_trace(const nlohmann::json& recorded);

/// How many loops a comparison ran in full and with loops left out.
struct LeftOutLoops {
  std::int64_t all = 0, run = 0;
};
/// Runs a multi-loop case twice, once leaving out the loops that cannot matter; empty when the two runs are equal.
std::string check_ca_left_out_loops(const nlohmann::json& recorded, bool trace, LeftOutLoops& count);

}  // namespace akstwin::oracle
