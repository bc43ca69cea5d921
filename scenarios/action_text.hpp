/// Actions of a runbook as one line of text: "frontDoor.failover(aks-standby)", "sql.failover", "wait(5m)".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "models/spec/experiment_spec.hpp"

namespace akstwin {

/// What the text asks for; nothing when it is no action. `X.failover` without arguments fails over the data store X.
/// Where there is only one cluster, an action on a cluster needs no name for it: "flux.suspend".
std::optional<ActionSpec> parse_action(std::string_view text, Name only_cluster = {});

/// The forms that parse_action knows, for documentation.
std::string known_actions();

/// What was probably meant by a text that is no action, for messages: how its verb is written, the nearest verb, or all verbs.
std::string action_hint(std::string_view text);

}  // namespace akstwin
