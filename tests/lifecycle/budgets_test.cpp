#include <catch2/catch.hpp>

#include "models/api/disruption.hpp"

using namespace akstwin;

namespace {

/// A cluster with one workload of `replicas` running pods, `ready` of them ready.
struct Guarded {
  WorkloadSpec spec;
  PodDisruptionBudgetSpec budget, second;
  ClusterState state;

  Guarded(std::int64_t replicas, std::int64_t ready, WorkloadKind kind = WorkloadKind::Deployment) {
    spec.kind = kind;
    Workload workload;
    workload.spec = &spec;
    workload.pod_template = &spec.pod;
    workload.applied = true;
    workload.replicas = replicas;
    workload.ready = ready;
    const WorkloadId id = state.workloads.insert(workload);
    for (std::int64_t i = 0; i < replicas; ++i) {
      Pod pod;
      pod.spec = &spec.pod;
      pod.owner = id;
      pod.phase = PodPhase::Running;
      pod.ready = i < ready;
      state.workloads[id].pods.push_back(state.pods.insert(pod));
    }
    state.disruption_budgets.push_back({&budget, true, {id}});
  }
  PodId ready_pod() const { return state.workloads[state.workloads.at(0)].pods.front(); }
  PodId unready_pod() const { return state.workloads[state.workloads.at(0)].pods.back(); }
};

}  // namespace

TEST_CASE("A budget allows what is healthy beyond what it wants, percentages rounded up") {
  // minAvailable 30 % of 7 = 2.1 → 3; 7 ready: 4 may go.
  Guarded percent(7, 7);
  percent.budget.min_available = {30, true};
  CHECK(budget_status(percent.state, percent.state.disruption_budgets[0]).allowed == 4);
  // maxUnavailable 1 of 3 with 2 ready: nothing left.
  Guarded one(3, 2);
  one.budget.max_unavailable = {1, false};
  CHECK(budget_status(one.state, one.state.disruption_budgets[0]).allowed == 0);
  CHECK(eviction_verdict(one.state, one.ready_pod()) == Verdict::TooManyRequests);
}

TEST_CASE("A pod that is not ready may leave a healthy application only, unless the budget always allows it") {
  Guarded healthy(3, 2);
  healthy.budget.min_available = {2, false};
  CHECK(eviction_verdict(healthy.state, healthy.ready_pod()) == Verdict::TooManyRequests);
  CHECK(eviction_verdict(healthy.state, healthy.unready_pod()) == Verdict::Accepted);
  Guarded disrupted(3, 1);
  disrupted.budget.min_available = {2, false};
  CHECK(eviction_verdict(disrupted.state, disrupted.unready_pod()) == Verdict::TooManyRequests);
  disrupted.budget.always_allow_unhealthy = true;
  CHECK(eviction_verdict(disrupted.state, disrupted.unready_pod()) == Verdict::Accepted);
}

TEST_CASE("Two budgets on one pod are the server's error, whatever they say") {
  Guarded guarded(3, 3);
  guarded.budget.max_unavailable = {3, false};
  guarded.state.disruption_budgets.push_back({&guarded.second, true, guarded.state.disruption_budgets[0].workloads});
  guarded.second.max_unavailable = {3, false};
  CHECK(eviction_verdict(guarded.state, guarded.ready_pod()) == Verdict::InternalError);
}

TEST_CASE("A budget in percent over a DaemonSet allows nothing: it has no scale to count against") {
  Guarded daemons(4, 4, WorkloadKind::DaemonSet);
  daemons.budget.max_unavailable = {50, true};
  CHECK(budget_status(daemons.state, daemons.state.disruption_budgets[0]).allowed == 0);
  Guarded counted(4, 4, WorkloadKind::DaemonSet);
  counted.budget.min_available = {1, false};
  CHECK(budget_status(counted.state, counted.state.disruption_budgets[0]).allowed == 3);
}
