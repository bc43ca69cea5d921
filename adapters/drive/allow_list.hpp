/// What driving a real cluster may touch: a file that somebody wrote on purpose. Empty, it allows nothing.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/azure/azure_requests.hpp"
#include "adapters/drive/conditions.hpp"
#include "sim/base/diagnostic.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

class Fields;

/// Days and hours (UTC) in which changes may be made; not stated: never, because nobody said when.
struct DriveWindow {
  std::vector<std::string> days;         ///< "Mon" … "Sun"; empty: none
  int from_minute = 0, to_minute = 0;    ///< of the day, UTC; from < to
  bool contains(std::int64_t unix_us) const;
};

struct DriveAllowList {
  std::vector<std::string> contexts, namespaces, pools, actions;   ///< names as they are; no patterns
  std::int64_t max_affected_percent = 0; ///< of the pods, and of the nodes, of the cluster
  std::int64_t max_affected_pods = 0;    ///< evicted, deleted or scaled away in one run
  DriveWindow window;
  Duration max_duration{0};              ///< of a run; then it is undone
  std::map<std::string, AzureCluster> azure;       ///< by cluster of the scenario
  std::vector<StateCondition> steady, abort;       ///< must hold before and after; must not come true in between

  bool allows_context(std::string_view name) const;
  bool allows_namespace(std::string_view name) const;
  bool allows_pool(std::string_view name) const;
  bool allows_action(std::string_view name) const;
};

/// Namespaces that are never changed, whatever a file says.
bool is_protected_namespace(std::string_view name);

void describe(Fields& fields, DriveAllowList& out);
/// Reads the file; nothing when `diagnostics` then has errors.
std::optional<DriveAllowList> read_allow_list(const std::string& text, const std::string& shown, Diagnostics& diagnostics);

}  // namespace akstwin
