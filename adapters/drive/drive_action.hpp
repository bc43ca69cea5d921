/// What a run is asked to do: the actions of the scenario's steps, and more from the command line, in one form.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/spec/scenario.hpp"

namespace akstwin {

struct DriveAction {
  std::string step;                      ///< name of its step, or empty
  std::string name;                      ///< "pool.scale", "workload.restart", …
  std::string target;                    ///< as the scenario names it
  int zone = 0;
  std::int64_t count = 0;
  Duration after{0};                     ///< since the action before it, or since the begin of the run
  Duration lasts{0};                     ///< wait; outages: when they are taken back, 0 for the end of the run
};

/// "workload.scale(orders/api, 5)": actions that only a real cluster knows, beside those of scenarios/action_text.hpp.
std::optional<DriveAction> parse_drive_action(std::string_view text);
/// The forms that parse_drive_action knows.
std::string known_drive_actions();

/// The steps in the order in which they act. A step with a condition follows the one before it after its median delay.
std::vector<DriveAction> actions_of(const Scenario& scenario);

}  // namespace akstwin
