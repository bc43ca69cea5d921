/// CloudApi of a real subscription: the agent pools of the scenario's clusters and their Front Door origins, through ARM.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapters/azure/azure_requests.hpp"
#include "models/api/ports.hpp"
#include "models/spec/scenario.hpp"

namespace akstwin {

/// What became of a change in Azure.
struct ArmAnswer {
  Verdict verdict = Verdict::InternalError;
  std::string message;
};

class AzureCloudApi final : public CloudApi {
 public:
  /// Asked before each write; an Error refuses it. Without one nothing is written.
  using Guard = std::function<Result<void>(const ArmRequest&)>;

  /// `clusters` by the cluster names of the scenario; those without an entry have no Azure behind them.
  AzureCloudApi(ArmClient& arm, const Scenario& scenario, std::map<std::string, AzureCluster> clusters);

  const CloudState& state() const override { return state_; }
  /// Starts the operation; its outcome is seen in state() after refresh().
  Verdict submit(const CloudAction& action) override;

  /// Reads all pools anew.
  Result<void> refresh();
  void set_guard(Guard guard) { guard_ = std::move(guard); }
  /// The request of an action; an Error when it is none of a real subscription (zones and regions cannot be lost on purpose).
  Result<ArmRequest> request_for(const CloudAction& action);
  /// Sends it and waits for its end, as the guard allows.
  ArmAnswer perform(const ArmRequest& request);
  const AzureCluster* cluster(const std::string& name) const;
  const std::string& last_refusal() const { return last_refusal_; }

 private:
  struct Row { std::string cluster, pool; };
  const Row* row_of(PoolId pool) const;

  ArmClient& arm_;
  const Scenario& scenario_;
  std::map<std::string, AzureCluster> clusters_;
  CloudState state_;
  std::deque<NodePoolSpec> specs_;
  std::map<std::string, PoolId> by_key_;
  std::map<std::uint32_t, Row> rows_;    // by pool row
  Guard guard_;
  std::string last_refusal_;
};

}  // namespace akstwin
