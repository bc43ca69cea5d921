#include "models/controllers/provisioning/node_provisioner.hpp"

#include <algorithm>

#include "models/api/node_input.hpp"
#include "models/controllers/provisioning/draining.hpp"

namespace akstwin {
namespace {

ProvisioningState initial_state(ProvisionerOptions& options) {
  ProvisioningState state;
  state.cluster = options.cluster;
  state.start = options.start;
  state.wants_spot_to_spot = options.spot_to_spot;
  for (NodePoolOffer& offer : options.pools) {
    state.pools.emplace_back(std::move(offer));
    state.revisions.push_back(1);
    state.next_number.push_back(0);
  }
  return state;
}

}  // namespace

NodeProvisioner::NodeProvisioner(ProvisionerOptions options, Chooser& zones)
    : cluster_index_(options.cluster_index),
      context_(std::move(options.context)),
      karpenter_(initial_state(options)),
      placement_(karpenter_.pools, context_),
      launcher_(karpenter_, zones),
      disruption_(karpenter_, placement_, launcher_),
      image_interval_(options.node_image_interval),
      template_changes_(std::move(options.template_changes)) {
  std::ranges::stable_sort(template_changes_, {}, &TemplateChangeSpec::at);
}

ChangeMask NodeProvisioner::interests() const {
  using enum ChangeKind;
  return mask(PodUpdated) | mask(PodBound) | mask(PodDeleting) | mask(PodGone) | mask(PodResized) | mask(NodeAdded) | mask(NodeUpdated) | mask(NodeGone);
}

void NodeProvisioner::find_pools(const CloudState& cloud) {
  for (const NodePoolModel& pool : karpenter_.pools)
    cloud.pools.for_each([&](PoolId id, const Pool& row) {
      if (row.cluster == cluster_index_ && row.key == pool.offer().key) karpenter_.pool_ids.push_back(id);
    });
  AKSTWIN_CHECK(karpenter_.pool_ids.size() == karpenter_.pools.size(), "every NodePool has a pool of machines");
}

SimTime NodeProvisioner::reconcile(ControllerContext& context) {
  if (karpenter_.pool_ids.empty()) find_pools(context.cloud.state());
  if (!context.cluster.state().reachable) return context.now + kDisruptionPoll;
  notice(context);
  SimTime next = age(context);
  next = std::min(next, follow_claims(context));
  next = std::min(next, batch(context));
  next = std::min(next, disruption_.step(context));
  next = std::min(next, drain_all(context));
  return std::max(next, context.now + Duration{1'000});
}

// ---- What changed ----

void NodeProvisioner::notice(ControllerContext& context) {
  const ChangeSpan span = context.cluster.changes_since(cursor_);
  cursor_ = span.next;
  if (span.expired) {
    nodes_appeared_ = true;
    ++karpenter_.changes;
    again_ = std::min(again_, context.now);
    return;
  }
  for (const Change& change : span.changes) {
    switch (change.kind) {
      case ChangeKind::PodUpdated:
      case ChangeKind::PodBound:
      case ChangeKind::PodDeleting: notice_pod(context, change); break;
      case ChangeKind::PodGone:
      case ChangeKind::PodResized:
      case ChangeKind::NodeGone: ++karpenter_.changes; break;
      case ChangeKind::NodeAdded:
        nodes_appeared_ = true;
        ++karpenter_.changes;
        break;
      default: break;
    }
  }
}

void NodeProvisioner::notice_pod(ControllerContext& context, const Change& change) {
  const ClusterState& state = context.cluster.state();
  const PodId id{change.row, change.generation};
  if (!state.pods.contains(id)) return;
  const Pod& pod = state.pods[id];
  const bool daemon = state.workloads[pod.owner].spec->kind == WorkloadKind::DaemonSet;
  if (change.kind == ChangeKind::PodUpdated) {
    if (!pod.node && pod.unschedulable && pod.live() && !daemon) trigger(uid_of(id), context.now);
    return;
  }
  ++karpenter_.changes;
  expected_.erase(pod.name);   // bound, or on its way out
  if (NodeClaim* claim = karpenter_.find(pod.node); claim != nullptr && !daemon) claim->last_pod_event = context.now;
}

void NodeProvisioner::trigger(std::uint64_t uid, SimTime now) {
  if (!batch_seen_.insert(uid).second) return;
  if (batch_began_ == kNever) batch_began_ = now;
  batch_last_ = now;
}

// ---- NodeClaims ----

bool NodeProvisioner::machine_exists(const CloudState& cloud, const NodeClaim& claim) const {
  const Pool& pool = cloud.pools[karpenter_.pool_ids[claim.pool]];
  return std::ranges::any_of(pool.instances, [&](InstanceId id) { return cloud.instances[id].node_name == claim.machine; });
}

SimTime NodeProvisioner::follow_claims(ControllerContext& context) {
  std::vector<Name> names;
  for (const NodeClaim& claim : karpenter_.claims) names.push_back(claim.name);
  SimTime next = kNever;
  for (const Name name : names) {
    if (karpenter_.find(name)->phase == ClaimPhase::Pending && !launcher_.launch(context, name)) {
      again_ = std::min(again_, context.now + kBatchIdle);   // its pods need another one
      continue;
    }
    NodeClaim& claim = *karpenter_.find(name);
    if (!follow(context, claim)) {
      std::erase_if(karpenter_.claims, [&](const NodeClaim& gone) { return gone.name == name; });
      ++karpenter_.changes;
      continue;
    }
    if (claim.phase == ClaimPhase::Pending) next = std::min(next, claim.next_attempt);
    else if (claim.phase != ClaimPhase::Initialized) next = std::min(next, context.now + kStillPending);
  }
  nodes_appeared_ = false;
  return next;
}

bool NodeProvisioner::follow(ControllerContext& context, NodeClaim& claim) {
  const ClusterState& state = context.cluster.state();
  if (claim.phase == ClaimPhase::Pending) return true;
  if (claim.node && !state.nodes.contains(claim.node)) {
    say(context, claim.node_name, "NodeClaimGone", claim.reason.empty() ? "its machine was lost" : claim.reason.str());
    return false;
  }
  if (claim.phase == ClaimPhase::Launched) {
    if (nodes_appeared_) register_node(context, claim);
    if (!claim.node && !machine_exists(context.cloud.state(), claim)) {
      say(context, claim.node_name, "NodeClaimGone", "its machine never came");
      return false;
    }
    if (!claim.node && !claim.deleting && context.now - claim.created >= kRegistrationTimeout) {
      say(context, claim.node_name, "RegistrationTimeout", "no node registered within " + to_string(kRegistrationTimeout));
      claim.deleting = true;
      claim.deletion_began = context.now;
      claim.reason = Name("RegistrationTimeout");
    }
  }
  if (claim.phase == ClaimPhase::Registered) initialize(context, claim);
  return true;
}

void NodeProvisioner::register_node(ControllerContext& context, NodeClaim& claim) {
  const ClusterState& state = context.cluster.state();
  state.nodes.for_each([&](NodeId id, const Node& node) {
    if (node.name == claim.node_name) claim.node = id;
  });
  if (!claim.node) return;
  claim.phase = ClaimPhase::Registered;
  say(context, claim.node_name, "Registered", "node joined", (context.now - claim.created).us);
}

void NodeProvisioner::initialize(ControllerContext& context, NodeClaim& claim) {
  const ClusterState& state = context.cluster.state();
  if (!state.nodes[claim.node].ready) return;
  const std::vector<Taint>& startup = karpenter_.pools[claim.pool].spec().startup_taints;
  const auto carried = [&](const Taint& taint) {
    const auto& taints = state.nodes[claim.node].taints;
    return std::ranges::find(taints, taint) != taints.end();
  };
  if (std::ranges::any_of(startup, carried)) {
    // Startup taints are taken off by the agent that they wait for. The twin has no such agents: they count as up with the node's DaemonSets.
    const bool agents_up = std::ranges::all_of(state.nodes[claim.node].pods, [&](PodId id) {
      const Pod& pod = state.pods[id];
      return pod.ready || state.workloads[pod.owner].spec->kind != WorkloadKind::DaemonSet;
    });
    if (!agents_up) return;
    for (const Taint& taint : startup) context.cluster.submit(TaintNode{claim.node, taint, false});
  }
  claim.phase = ClaimPhase::Initialized;
  claim.initialized = context.now;
  ++karpenter_.changes;
  say(context, claim.node_name, "Initialized", "node is ready for pods", (context.now - claim.created).us);
}

// ---- Drift and expiration ----

SimTime NodeProvisioner::age(ControllerContext& context) {
  SimTime next = kNever;
  for (; changes_done_ < template_changes_.size() && template_changes_[changes_done_].at <= context.now; ++changes_done_)
    for (std::size_t p = 0; p < karpenter_.pools.size(); ++p)
      if (karpenter_.pools[p].spec().name == template_changes_[changes_done_].node_pool) ++karpenter_.revisions[p];
  if (changes_done_ < template_changes_.size()) next = template_changes_[changes_done_].at;
  if (image_interval_.us > 0) {
    karpenter_.image = static_cast<std::uint64_t>(context.now.since_start() / image_interval_);
    next = std::min(next, SimTime{} + image_interval_ * static_cast<std::int64_t>(karpenter_.image + 1));
  }
  for (NodeClaim& claim : karpenter_.claims) {
    if (claim.deleting) continue;
    const bool template_drift = claim.revision != karpenter_.revisions[claim.pool], image_drift = claim.image != karpenter_.image;
    if (claim.drifted == kNever && (template_drift || image_drift) && claim.phase == ClaimPhase::Initialized) {
      claim.drifted = context.now;
      say(context, claim.node_name, "Drifted", template_drift ? "NodePoolDrift" : "ImageDrift");
      ++karpenter_.changes;
    }
    const auto& expire_after = karpenter_.pools[claim.pool].spec().expire_after;
    if (!expire_after) continue;
    if (context.now - claim.created < *expire_after) {
      next = std::min(next, claim.created + *expire_after);
      continue;
    }
    // Expiration asks nobody: neither budgets nor whether there is room elsewhere; the drain respects what protects pods.
    claim.deleting = true;
    claim.reason = Name("Expired");
    claim.deletion_began = claim.next_attempt = context.now;
    claim.wait = kFirstEviction;
    ++karpenter_.changes;
    say(context, claim.node_name, "DisruptionTerminating", "Disrupting Node: Expired");
    again_ = std::min(again_, context.now);
  }
  return next;
}

// ---- Provisioning ----

SimTime NodeProvisioner::batch(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  if (context.now >= again_) {
    again_ = kNever;
    for (const PlacedPod& pod : provisionable_pods(state)) trigger(uid_of(pod.id), context.now);
    for (const NodeClaim& claim : karpenter_.claims)
      if (claim.going() && claim.node) trigger((std::uint64_t{1} << 63) | claim.node.row, context.now);
  }
  if (batch_began_ == kNever) return again_;
  const SimTime due = std::min(batch_began_ + kBatchMost, batch_last_ + kBatchIdle);
  if (context.now < due) return std::min(again_, due);
  batch_began_ = batch_last_ = kNever;
  batch_seen_.clear();
  provision(context);
  const bool leaving = std::ranges::any_of(karpenter_.claims, [](const NodeClaim& claim) { return claim.going(); });
  if (leaving || !provisionable_pods(state).empty()) again_ = context.now + kStillPending;
  return again_;
}

void NodeProvisioner::provision(ControllerContext& context) {
  const ClusterState& state = context.cluster.state();
  placement_.rebuild(state, karpenter_.claims, karpenter_.unavailable, context.now);
  std::vector<PlacedPod> pods;
  const PlacementResult result = simulate_without(state, karpenter_, placement_, provisionable_pods(state), {}, false, context.now, pods);
  nominate(karpenter_, result, context.now);
  report(context, result, pods);
  for (const PlannedClaim& plan : result.claims) {
    const Name name = launcher_.make(context, plan, "provisioned");
    for (const std::size_t pod : plan.pods) expect(context, pods[pod], "nodeclaim/" + name.str());
    if (!launcher_.launch(context, name)) again_ = std::min(again_, context.now + kBatchIdle);
  }
}

void NodeProvisioner::expect(ControllerContext& context, const PlacedPod& pod, const std::string& where) {
  if (!pod.pending) return;
  const Name target(where);
  Name& said = expected_[pod.name];
  if (said == target) return;
  said = target;
  say(context, pod.name, "Nominated", "Pod should schedule on: " + where);
}

void NodeProvisioner::report(ControllerContext& context, const PlacementResult& result, const std::vector<PlacedPod>& pods) {
  const ClusterState& state = context.cluster.state();
  for (const auto& there : result.on_existing) {
    const std::string node = there.node ? "node/" + state.nodes[there.node].name.str() : std::string();
    const std::string claim = there.claim < 0 ? std::string() : "nodeclaim/" + karpenter_.claims[static_cast<std::size_t>(there.claim)].name.str();
    expect(context, pods[there.pod], claim.empty() ? node : claim);
  }
  for (const auto& failed : result.failed) {
    if (!pods[failed.pod].pending) continue;
    Name& said = expected_[pods[failed.pod].name];
    if (said == failed.why) continue;
    said = failed.why;
    say(context, pods[failed.pod].name, "FailedScheduling", "Failed to schedule pod, " + failed.why.str());
  }
}

SimTime NodeProvisioner::drain_all(ControllerContext& context) {
  SimTime next = kNever;
  for (NodeClaim& claim : karpenter_.claims) {
    if (!claim.deleting) continue;
    if (!claim.machine_deleted && again_ == kNever) again_ = context.now + kBatchIdle;   // its pods may need room
    next = std::min(next, std::min(drain(context, karpenter_, claim), again_));
  }
  return next;
}

}  // namespace akstwin
