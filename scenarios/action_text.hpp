/// Actions of a runbook as one line of text: "frontDoor.failover(aks-standby)", "sql.failover", "wait(5m)".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "models/spec/experiment_spec.hpp"

namespace akstwin {

/// What the text asks for; nothing when it is no action. `X.failover` without arguments fails over the data store X.
std::optional<ActionSpec> parse_action(std::string_view text);

/// The forms that parse_action knows, for messages.
std::string known_actions();

}  // namespace akstwin
