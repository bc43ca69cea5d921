/// What a run is asked to do: the actions of the scenario's steps, or others from the command line, in one form.
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
  std::string target;                    ///< as the scenario names it; on the command line the cluster may be left out
  int zone = 0;
  std::int64_t count = 0;
  Duration after{0};                     ///< since the action before it, or since the begin of the run
  Duration lasts{0};                     ///< wait; outages: when they are taken back, 0 for the end of the run
  std::string when;                      ///< first action of a step that awaits something: what, as the scenario says it
  std::optional<StateCondition> condition;   ///< …, as it is looked for in the cluster; nothing: it cannot be seen there
  Duration timeout{0};                   ///< how long that is awaited
};

/// "workload.scale(orders/api, 5)": the grammar of a scenario's `do`, in which the cluster that is driven may be left out.
std::optional<DriveAction> parse_drive_action(std::string_view text, Name cluster);

/// The steps in the order in which they act: by their times; one that awaits a condition follows the one that is written before it.
std::vector<DriveAction> actions_of(const Scenario& scenario);

}  // namespace akstwin
