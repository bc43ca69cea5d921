/// The asynchronous half of the recorded autoscaler: nodes on their way out, one-second resolution.
/// Source: kubernetes/autoscaler cluster-autoscaler-1.30 core/scaledown/actuation/.
#pragma once
#include <vector>

#include "adapters/oracle/ca_environment.hpp"

namespace akstwin::oracle {

class CaActuator {
 public:
  explicit CaActuator(CaEnvironment& environment) : env_(environment) {}

  /// Starts deletions of one loop; the nodes carry their hard taint already.
  void start(const std::vector<std::size_t>& nodes, NodeDeletionKind kind, SimTime now);
  /// Everything whose time has come.
  void advance(SimTime now);
  /// Failures since the last call: node name and upstream's result type.
  std::vector<std::pair<std::string, std::string>> take_failures();

 private:
  enum class Stage : std::uint8_t { Waiting, Evicting, Polling, Batched, Done };
  struct Eviction {
    std::size_t pod;
    bool best_effort, done = false;
  };
  struct Job {
    std::size_t node;
    NodeDeletionKind kind;
    Stage stage = Stage::Waiting;
    SimTime due, retry_until, poll_until;
    std::vector<Eviction> evictions;
  };
  struct Batch {
    std::uint32_t group;
    SimTime due;
    std::vector<std::size_t> nodes;
  };
  void begin(Job& job, SimTime now);
  void try_evictions(Job& job, SimTime now);
  void poll(Job& job, SimTime now);
  void hand_over(Job& job, SimTime now);
  void delete_now(std::uint32_t group, const std::vector<std::size_t>& nodes, SimTime now);
  void give_up(std::size_t node, const char* type, SimTime now);

  CaEnvironment& env_;
  std::vector<Job> jobs_;
  std::vector<Batch> batches_;
  std::vector<std::pair<std::string, std::string>> failures_;
};

}  // namespace akstwin::oracle
