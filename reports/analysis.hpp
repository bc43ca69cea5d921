/// The parts that analyse() is made of. Each reads the Scenario and the Timeline only.
#pragma once
#include "reports/answers.hpp"

namespace akstwin {

CapacityAnswer analyse_capacity(const Scenario& scenario, const Timeline& timeline);
std::vector<QuotaUse> analyse_quotas(const Scenario& scenario, const Timeline& timeline);
SubnetsAnswer analyse_subnets(const Scenario& scenario, const Timeline& timeline);
std::vector<OutboundAnswer> analyse_outbound(const Scenario& scenario, const Timeline& timeline);
std::vector<LimitUse> analyse_limits(const Scenario& scenario, const Timeline& timeline);
/// Limits, ports and theoretical checks that are worth a sentence each, appended to `findings`.
void limit_findings(const Answers& answers, const Epoch& start, std::vector<std::string>& findings);
/// What Azure's theoretical check refused in the run, appended to `findings`.
void refusal_findings(const Timeline& timeline, const Epoch& start, std::vector<std::string>& findings);
/// Room for growth: headroom by pool and shape, the loss of a zone, right-sized pools.
void analyse_room(const Scenario& scenario, const Timeline& timeline, CapacityAnswer& out);
/// The most frequent shape's headroom of each user pool as lines of "headroom:CLUSTER".
void headroom_traces(const Scenario& scenario, const Timeline& timeline, Duration step, std::vector<Trace>& out);
CostAnswer analyse_cost(const Scenario& scenario, const Timeline& timeline);
RecoveryAnswer analyse_recovery(const Scenario& scenario, const Timeline& timeline);

/// Lines for the charts: nodes, pods, CPU, requests, subnets. At most 240 points each.
std::vector<Trace> traces_of(const Scenario& scenario, const Timeline& timeline);
/// Named figures; needs everything else in `answers`. Sorted by name.
std::vector<Figure> figures_of(const Scenario& scenario, const Timeline& timeline, const Answers& answers);
/// What thresholds can be stated on. Sorted by name.
std::vector<MetricValues> metrics_of(const Timeline& timeline, const Answers& answers);

/// "production" is the first cluster that stands by for none, or the first.
std::string production_cluster(const Scenario& scenario);

}  // namespace akstwin
