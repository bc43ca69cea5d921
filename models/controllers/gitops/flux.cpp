#include "models/controllers/gitops/flux.hpp"

#include <algorithm>
#include <string>

namespace akstwin {
namespace {

/// The newest artifact of the source a Kustomization follows; 0 when there is none.
std::uint64_t artifact_of(const ClusterState& state, const Kustomization& kustomization) {
  for (const GitSource& source : state.git_sources)
    if (source.spec->name == kustomization.spec->source) return source.fetched;
  return 0;
}

/// kstatus: everything applied, on the newest template, and as many ready as wanted.
bool healthy(const ClusterState& state, const Kustomization& kustomization) {
  return std::ranges::all_of(kustomization.workloads, [&](WorkloadId id) {
    const Workload& workload = state.workloads[id];
    if (!workload.applied || workload.ready < workload.replicas) return false;
    return std::ranges::all_of(workload.pods, [&](PodId pod) { return !state.pods[pod].live() || state.pods[pod].revision == workload.revision; });
  });
}

/// spec.timeout defaults to the interval less 30 s, at least 30 s (fluxcd/kustomize-controller api/v1).
Duration timeout_of(const KustomizationSpec& spec) {
  return spec.timeout.value_or(std::max(spec.interval - Duration{30'000'000}, Duration{30'000'000}));
}

}  // namespace

SimTime Flux::poll_sources(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  sources_.resize(state.git_sources.size());
  SimTime next = kNever;
  for (std::uint32_t i = 0; i < sources_.size(); ++i) {
    const GitSource& source = state.git_sources[i];
    Source& mine = sources_[i];
    if (source.suspended) {
      mine.was_suspended = true;
      mine.fetched_at = kNever;
      continue;
    }
    if (mine.was_suspended) mine.next_poll = context.now;   // resuming reconciles at once
    mine.was_suspended = false;
    if (mine.fetched_at <= context.now) {
      mine.fetched_at = kNever;
      context.cluster.submit(FetchSource{i});
    }
    if (mine.next_poll <= context.now) {
      mine.next_poll = context.now + source.spec->interval;
      if (source.head != source.fetched && mine.fetched_at == kNever) mine.fetched_at = context.now + times_.fetch;
    }
    next = std::min({next, mine.next_poll, mine.fetched_at});
  }
  return next;
}

bool Flux::dependencies_ready(const ClusterState& state, const Kustomization& kustomization, std::uint64_t revision) const {
  return std::ranges::all_of(kustomization.spec->depends_on, [&](Name wanted) {
    bool ready = false;
    state.kustomizations.for_each([&](KustomizationId, const Kustomization& other) {
      const bool same_source = other.spec->source == kustomization.spec->source;
      if (other.spec->name == wanted) ready = other.ready && (!same_source || other.applied_revision >= revision);
    });
    return ready;
  });
}

std::int64_t Flux::busy() const {
  return std::ranges::count_if(entries_, [](const Entry& entry) { return entry.stage != Stage::Idle; });
}

SimTime Flux::begin(ControllerContext& context, KustomizationId id, Entry& entry) {
  const ClusterState& state = context.cluster.state();
  const Kustomization& kustomization = state.kustomizations[id];
  const std::uint64_t revision = artifact_of(state, kustomization);
  if (kustomization.suspended || revision == 0) return kNever;
  if (revision == kustomization.applied_revision && kustomization.ready) return kNever;
  if (entry.due > context.now) return entry.due;
  if (busy() >= times_.concurrent) return context.now + Duration{1'000'000};   // all workers are taken
  if (!dependencies_ready(state, kustomization, revision)) {
    if (entry.deferred == 0) entry.began = context.now;
    entry.deferred = revision;
    entry.due = context.now + times_.requeue_dependency;
    return entry.due;
  }
  if (entry.deferred == 0) entry.began = context.now;
  entry.deferred = 0;
  entry.stage = Stage::Applying;
  entry.revision = revision;
  entry.due = context.now + times_.apply;
  entry.deadline = context.now + timeout_of(*kustomization.spec);
  return entry.due;
}

SimTime Flux::finish(ControllerContext& context, KustomizationId id, Entry& entry, bool is_healthy) {
  const Kustomization& kustomization = context.cluster.state().kustomizations[id];
  const Name cluster = context.cluster.state().spec->name;
  context.cluster.submit(SetKustomizationReady{id, is_healthy});
  context.notes.note({NoteKind::FluxReconciled, Name(cluster.str() + "/" + kustomization.spec->name.str()), kustomization.spec->source,
                      Name(is_healthy ? "applied" : "health check timed out"), (context.now - entry.began).us});
  entry.stage = Stage::Idle;
  entry.due = is_healthy ? context.now : context.now + kustomization.spec->retry_interval.value_or(kustomization.spec->interval);
  return context.now;   // look again: others may depend on it, or a newer artifact may be there
}

SimTime Flux::advance(ControllerContext& context, KustomizationId id, Entry& entry) {
  const ClusterState& state = context.cluster.state();
  const Kustomization& kustomization = state.kustomizations[id];
  if (entry.stage == Stage::Idle) return begin(context, id, entry);
  if (kustomization.suspended) {
    entry.stage = Stage::Idle;
    return kNever;
  }
  if (entry.due > context.now) return entry.due;
  if (entry.stage == Stage::Applying) {
    context.cluster.submit(ApplyKustomization{id, entry.revision});
    if (!kustomization.spec->wait) return finish(context, id, entry, true);
    entry.stage = Stage::Waiting;
    entry.due = context.now + times_.health_poll;
    return entry.due;
  }
  if (healthy(state, kustomization)) return finish(context, id, entry, true);
  if (artifact_of(state, kustomization) != entry.revision) {   // a newer revision cancels the health check
    entry.stage = Stage::Idle;
    entry.due = context.now;
    return begin(context, id, entry);
  }
  if (entry.deadline <= context.now) return finish(context, id, entry, false);
  entry.due = context.now + times_.health_poll;
  return entry.due;
}

SimTime Flux::reconcile(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  SimTime next = poll_sources(context);
  entries_.resize(state.kustomizations.size());
  bool again = true;
  for (int pass = 0; again && pass < 8; ++pass) {
    again = false;
    for (std::uint32_t row = 0; row < entries_.size(); ++row) {
      const SimTime due = advance(context, state.kustomizations.at(row), entries_[row]);
      if (due <= context.now) again = true;
      else next = std::min(next, due);
    }
  }
  return next;
}

}  // namespace akstwin
