/// metrics-server: samples what pods use at its resolution, so that autoscalers see the past.
#pragma once
#include "models/api/plant.hpp"
#include "models/kube/api_server.hpp"
#include "sim/kernel.hpp"

namespace akstwin {

/// A control loop on the cluster's control plane: while the region is down nothing is sampled.
class MetricsServer final : public Loop {
 public:
  MetricsServer(ApiServer& server, const UsageTruth& usage, Duration resolution) : server_(server), usage_(usage), resolution_(resolution) {}
  SimTime step(SimTime now) override {
    server_.metrics_sampled(usage_);
    return now + resolution_;
  }

 private:
  ApiServer& server_;
  const UsageTruth& usage_;
  Duration resolution_;
};

}  // namespace akstwin
