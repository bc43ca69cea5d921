/// The door of the served twin: checks the token, finds the cluster, and hands each request to who can answer it.
#pragma once
#include <deque>
#include <string>

#include "adapters/serve/account_token.hpp"
#include "adapters/serve/arm_handler.hpp"
#include "adapters/serve/cluster_handler.hpp"

namespace akstwin {

class ServeHandler final : public HttpHandler {
 public:
  ServeHandler(ServedWorld& world, std::string token);

  std::optional<HttpServerResponse> refuse(const HttpServerRequest& head) override;
  HttpServerResponse handle(const HttpServerRequest& request) override;
  HttpServerResponse fault(int status, std::string_view message) override;

 private:
  std::optional<AccountToken> account_of(const HttpServerRequest& head) const;
  std::optional<HttpServerResponse> act_as(const AccountToken& account, ApiRequest& request) const;
  HttpServerResponse answer_anonymous(const HttpServerRequest& head);
  std::optional<std::size_t> enter_cluster(ApiRequest& request) const;
  FlowJudgement judge(const ApiRequest& request, std::size_t cluster);
  HttpServerResponse route(ApiRequest& request, const std::string& host);
  HttpServerResponse answer_cluster(const ApiRequest& request, std::size_t cluster, const std::string& host);
  HttpServerResponse answer_admitted(const ApiRequest& request, std::size_t cluster, const std::string& host);
  HttpServerResponse clock(const ApiRequest& request);

  ServedWorld& world_;
  std::string token_;
  std::deque<ClusterHandler> clusters_;
  ArmHandler arm_;
  std::uint64_t answered_ = 0;
};

/// Metrics of all clusters as Prometheus text, under the names of kube-state-metrics.
std::string prometheus_text(ServedWorld& world);

}  // namespace akstwin
