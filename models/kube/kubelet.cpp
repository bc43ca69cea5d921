#include "models/kube/kubelet.hpp"

#include <algorithm>
#include <utility>

#include "models/kube/api_server.hpp"

namespace akstwin {

Kubelet::Kubelet(Kernel& kernel, ApiServer& server, ImageSource& images, const RngRoot& root, Name cluster, std::uint32_t region)
    : kernel_(kernel),
      server_(server),
      images_(images),
      sandbox_draws_(root, "kube/kubelet/cluster=" + cluster.str() + "/sandbox"),
      startup_draws_(root, "kube/kubelet/cluster=" + cluster.str() + "/startup"),
      run_draws_(root, "kube/kubelet/cluster=" + cluster.str() + "/run"),
      cluster_(cluster),
      region_(region) {
  HandlerRegistry& handlers = kernel.handlers();
  sandbox_ = handlers.add<&Kubelet::on_sandbox>("kubelet.sandbox", Phase::Plant, *this);
  pulled_ = handlers.add<&Kubelet::on_pulled>("kubelet.pulled", Phase::Plant, *this);
  pull_failed_ = handlers.add<&Kubelet::on_pull_failed>("kubelet.pull_failed", Phase::Plant, *this);
  ready_ = handlers.add<&Kubelet::on_ready>("kubelet.ready", Phase::Plant, *this);
  finished_ = handlers.add<&Kubelet::on_finished>("kubelet.finished", Phase::Plant, *this);
  terminated_ = handlers.add<&Kubelet::on_terminated>("kubelet.terminated", Phase::Plant, *this);
}

void Kubelet::set_behaviour(WorkloadId workload, ContainerBehaviour behaviour) {
  if (behaviour_.size() <= workload.row) behaviour_.resize(workload.row + 1);
  behaviour_[workload.row] = behaviour;
}

Kubelet::PodTruth& Kubelet::truth(PodId pod) {
  if (truth_.size() <= pod.row) truth_.resize(pod.row + 1);
  return truth_[pod.row];
}

PodId Kubelet::current(Subject subject) const {
  if (subject.row >= truth_.size() || truth_[subject.row].epoch != subject.epoch) return {};
  return server_.state().pods.at(subject.row);
}

void Kubelet::start(PodId pod, SiteId nic) {
  PodTruth& mine = truth(pod);
  ++mine.epoch;
  mine.serial = ++serial_;
  mine.nic = nic;
  kernel_.after(times_.sandbox.quantile(sandbox_draws_.uniform(mine.serial)), sandbox_, subject_of(pod));
}

void Kubelet::on_sandbox(Subject subject) {
  const PodId id = current(subject);
  if (!id) return;
  const Pod& pod = server_.state().pods[id];
  PodTruth& mine = truth(id);
  if (network_ != nullptr && !mine.attached && !pod.spec->host_network) {
    if (!network_->attach(pod.node, sandbox_, subject)) return;   // FailedCreatePodSandBox; tried again later
    mine.attached = true;
  }
  mine.pull_began = kernel_.now();
  const Workload& owner = server_.state().workloads[pod.owner];
  const Node& node = server_.state().nodes[pod.node];
  if (images_.cached_or_pull({mine.nic, node.name, owner.key, pod.revision, region_, pulled_, pull_failed_, subject})) run_containers(id);
}

void Kubelet::on_pulled(Subject subject) {
  if (const PodId id = current(subject)) run_containers(id);
}

void Kubelet::on_pull_failed(Subject subject) {
  // The registry itself retries with the kubelet's back-off; a failure that reaches us means that the machine lost its network.
  if (const PodId id = current(subject)) kernel_.after(Duration{10'000'000}, sandbox_, subject_of(id));
}

void Kubelet::run_containers(PodId id) {
  const PodTruth& mine = truth(id);
  server_.pod_started(id, kernel_.now() - mine.pull_began);
  const Pod& pod = server_.state().pods[id];
  const ContainerBehaviour behaviour = pod.owner.row < behaviour_.size() ? behaviour_[pod.owner.row] : ContainerBehaviour{};
  const double factor = times_.startup_p95_factor;
  const LogNormal startup{behaviour.startup, Duration{static_cast<std::int64_t>(static_cast<double>(behaviour.startup.us) * factor)}};
  Duration ready_after = startup.quantile(startup_draws_.uniform(mine.serial));
  if (pod.spec->readiness_probe) {
    // The probe notices at its first tick after the container answers, and wants success_threshold ticks in a row.
    const ProbeTiming& probe = *pod.spec->readiness_probe;
    const Duration waited = std::max(Duration{0}, ready_after - probe.initial_delay);
    const std::int64_t ticks = (waited.us + probe.period.us - 1) / probe.period.us + probe.success_threshold - 1;
    ready_after = probe.initial_delay + probe.period * ticks;
  }
  kernel_.after(ready_after, ready_, subject_of(id));
  if (pod.job) kernel_.after(run_time(id), finished_, subject_of(id));
}

Duration Kubelet::run_time(PodId id) {
  const Pod& pod = server_.state().pods[id];
  const JobSpec& job = server_.state().workloads[pod.owner].spec->job;
  return LogNormal{job.run_median, job.run_p95}.quantile(run_draws_.uniform(truth(id).serial, 2 * static_cast<std::uint32_t>(pod.restarts)));
}

void Kubelet::on_finished(Subject subject) {
  const PodId id = current(subject);
  if (!id) return;
  const Pod& pod = server_.state().pods[id];
  const JobSpec& job = server_.state().workloads[pod.owner].spec->job;
  const double draw = run_draws_.uniform(truth(id).serial, 2 * static_cast<std::uint32_t>(pod.restarts) + 1);
  const bool failed = draw < static_cast<double>(job.failure_rate.value) / 1e6;
  if (!failed || !pod.spec->restart_on_failure) return server_.pod_finished(id, !failed);
  // CrashLoopBackOff: 10 s, doubling up to 5 minutes (kubelet MaxContainerBackOff; facts section E).
  Duration wait{10'000'000};
  for (std::int64_t i = 0; i < pod.restarts && wait < Duration{300'000'000}; ++i) wait = wait * 2;
  server_.pod_restarting(id);
  if (current(subject)) restart(id, std::min(wait, Duration{300'000'000}));
}

void Kubelet::on_ready(Subject subject) {
  if (const PodId id = current(subject)) server_.pod_ready(id, true);
}

void Kubelet::terminate(PodId id, Duration grace) {
  PodTruth& mine = truth(id);
  ++mine.epoch;
  const Pod& pod = server_.state().pods[id];
  const Duration shutdown = pod.owner.row < behaviour_.size() ? behaviour_[pod.owner.row].shutdown : ContainerBehaviour{}.shutdown;
  kernel_.after(std::min(shutdown, grace), terminated_, subject_of(id));
}

void Kubelet::restart(PodId id, Duration delay) {
  PodTruth& mine = truth(id);
  ++mine.epoch;
  kernel_.after(delay, sandbox_, subject_of(id));
}

void Kubelet::pod_gone(PodId id, NodeId node) {
  if (network_ == nullptr || id.row >= truth_.size() || !std::exchange(truth_[id.row].attached, false)) return;
  network_->detach(node);
}

void Kubelet::on_terminated(Subject subject) {
  if (const PodId id = current(subject)) {
    ++truth(id).epoch;
    server_.pod_gone(id);
  }
}

}  // namespace akstwin
