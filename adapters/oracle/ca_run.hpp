/// One recorded multi-loop case, run with our autoscaler against the simulated cluster.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "adapters/oracle/ca_actuator.hpp"
#include "adapters/oracle/ca_environment.hpp"
#include "models/controllers/autoscaling/cluster_autoscaler.hpp"

namespace akstwin::oracle {

/// Whether every loop is run, or only those that ClusterAutoscalerCore::next_interesting does not let us leave out.
enum class CaLoops : std::uint8_t { All, OnlyInteresting };

class CaRun {
 public:
  CaRun(const Json& recorded, bool trace, CaLoops loops);
  /// Runs to the end; records(), rows() and summary() then hold what the recorder would have written.
  void run();
  const Json& records() const { return records_; }
  const Json& rows() const { return rows_; }
  const Json& summary() const { return summary_; }
  std::int64_t loops_run() const { return loops_run_; }

 private:
  void record(const char* kind, Json what);
  void loop(SimTime now);
  void apply(const ClusterAutoscalerOutput& out, SimTime now);
  void apply_deletions(const ClusterAutoscalerOutput& out, SimTime now);
  void note_changes(const ClusterAutoscalerOutput& out);
  void note_scale_up(const ClusterAutoscalerOutput& out);
  void add_row(SimTime now);
  bool may_leave_out(SimTime now);
  Json count_by_app(const ClusterAutoscalerOutput& out, const std::vector<std::uint32_t>& pods) const;
  std::string name_of(std::uint64_t node) const { return env_.nodes[env_.find_node(node)].name; }

  bool trace_;
  CaLoops loops_;
  Duration duration_;
  SimTime now_;
  Json records_ = Json::array(), rows_ = Json::array(), summary_;
  CaEnvironment env_;
  CaActuator actuator_;
  ClusterAutoscalerCore core_;
  std::string scale_up_result_, scale_down_result_;
  Json unneeded_;                                  // of the last loop; null before the first
  std::map<std::string, std::string> unremovable_;
  std::uint64_t seen_version_ = 0;
  std::vector<std::int64_t> seen_budgets_;
  std::int64_t loops_run_ = 0, scale_up_calls_ = 0, nodes_scaled_down_ = 0, node_seconds_ = 0, pending_pod_seconds_ = 0;
};

}  // namespace akstwin::oracle
