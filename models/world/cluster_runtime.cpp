#include "models/world/cluster_runtime.hpp"

#include <algorithm>

#include "models/kube/default_tolerations.hpp"
#include "models/kube/node_object.hpp"
#include "models/kube/storage_classes.hpp"
#include "models/observe/headroom.hpp"
#include "models/world/mesh.hpp"

namespace akstwin {
namespace {

// InPlacePodVerticalScaling is beta and on by default from Kubernetes 1.33 (KEP-1287); the Vertical Pod Autoscaler's gate of the same name
// is taken to be on with it.
constexpr int kResizeMinor = 33;

std::string stream(std::string_view what, const ClusterSpec& cluster) { return "kube/cluster=" + cluster.name.str() + "/" + std::string(what); }

ClusterAutoscalerOptions autoscaler_options_of(const ClusterSpec& cluster, const ManifestSet& manifests) {
  ClusterAutoscalerOptions options = autoscaler_options(cluster.autoscaler, cluster.kubernetes_minor);
  options.priorities = manifests.expander_priorities;
  // AKS brings spot pools back to their minimum after an eviction (spot-node-pool.md, facts G), which upstream does with this flag only.
  options.enforce_node_group_min_size = std::ranges::any_of(cluster.pools, [](const NodePoolSpec& pool) { return pool.spot && pool.autoscaling && pool.min_count > 0; });
  return options;
}

/// The user's manifests with what the mesh and KEDA add to them.
ManifestSet expanded(const ClusterSpec& cluster, ManifestSet manifests) {
  add_mesh(cluster.mesh, manifests);
  for (const ScaledObjectSpec& object : manifests.scaled_objects)
    if (!object.jobs) manifests.autoscalers.push_back(generated_autoscaler(object));
  add_default_tolerations(manifests);
  count_disks(cluster, manifests);
  return manifests;
}

}  // namespace

ClusterRuntime::ClusterRuntime(const ClusterParts& parts)
    : parts_(parts),
      spec_(parts.scenario.clusters[parts.index]),
      manifests_(expanded(spec_, parts.scenario.workloads[parts.index].manifests)),
      tie_breaker_(parts.rng, stream("scheduler/ties", spec_)),
      victims_(parts.rng, stream("scheduler/preemption", spec_)),
      expander_(parts.rng, stream("cluster-autoscaler/expander", spec_)),
      workloads_(parts.scenario.start),
      scheduler_(fit_context(), tie_breaker_, victims_),
      pod_autoscaler_(HpaOptions{}),
      vpa_recommender_(VpaRecommenderOptions{}),
      vpa_updater_(VpaUpdaterOptions{}, spec_.kubernetes_minor >= kResizeMinor),
      flux_(FluxTimes{}),
      cluster_autoscaler_(parts.index, autoscaler_options_of(spec_, manifests_), fit_context(), pool_templates(spec_), expander_),
      machine_zones_(parts.rng, stream("karpenter/zones", spec_)),
      headroom_(parts.timeline.series(key(GaugeKind::HeadroomPods, spec_.name))),
      fragmented_(parts.timeline.series(key(GaugeKind::FragmentedCpu, spec_.name))) {
  server_ = std::make_unique<ApiServer>(ApiServerParts{spec_, manifests_, parts.cloud_state, parts.kernel, parts.timeline, parts.images,
                                                       parts.repository, parts_.rng, parts.platform.cluster_region[parts.index]});
  if (spec_.provisioning.automatic)
    provisioner_ = std::make_unique<NodeProvisioner>(provisioner_options(parts.scenario, parts.index, fit_context()), machine_zones_);
  metrics_ = std::make_unique<MetricsServer>(*server_, usage_, spec_.metric_resolution);
  set_behaviours();
}

void ClusterRuntime::set_behaviours() {
  server_->state().workloads.for_each([&](WorkloadId id, const Workload& workload) {
    for (const ServiceLoadSpec& service : parts_.scenario.services)
      if (service.workload == workload.key) server_->kubelet().set_behaviour(id, {service.startup, ContainerBehaviour{}.shutdown});
  });
}

FitContext ClusterRuntime::fit_context() const {
  FitContext context;
  context.namespaces = manifests_.namespaces;
  for (const ServiceSpec& service : manifests_.services) {
    ServiceSelector selector{service.name_space, {}};
    for (const SelectorRequirement& requirement : service.selector.requirements)
      if (!requirement.values.empty()) selector.selector.set(requirement.key, requirement.values.front());
    if (!selector.selector.pairs.empty()) context.services.push_back(std::move(selector));
  }
  return context;
}

void ClusterRuntime::host(CloudApi& cloud, Notes& notes, Decisions* decisions) {
  const SiteId site = parts_.platform.control_plane[parts_.index];
  Kernel& kernel = parts_.kernel;
  for (Controller* controller : std::initializer_list<Controller*>{&workloads_, &scheduler_, &pod_autoscaler_, &keda_, &flux_, &node_lifecycle_,
                                                                   &cluster_autoscaler_})
    hosted_.emplace_back(kernel, site, *controller, *server_, cloud, notes, decisions);
  if (!manifests_.vertical_autoscalers.empty())
    for (Controller* controller : std::initializer_list<Controller*>{&vpa_recommender_, &vpa_updater_})
      hosted_.emplace_back(kernel, site, *controller, *server_, cloud, notes, decisions);
  if (provisioner_) hosted_.emplace_back(kernel, site, *provisioner_, *server_, cloud, notes, decisions);
  metrics_loop_ = kernel.spawn(site, "metrics-server", *metrics_);
  sampler_loop_ = kernel.spawn(site, "headroom", sampler_);
  server_->on_change([this](ChangeKind kind) {
    for (HostedController& hosted : hosted_) hosted.changed(kind);
  });
}

HostedController& ClusterRuntime::add(Controller& controller, CloudApi& cloud, Notes& notes) {
  return hosted_.emplace_back(parts_.kernel, parts_.platform.control_plane[parts_.index], controller, *server_, cloud, notes);
}

void ClusterRuntime::begin() {
  server_->apply_initial();
  for (HostedController& hosted : hosted_) hosted.begin();
  parts_.kernel.wake(metrics_loop_, parts_.kernel.now() + spec_.metric_resolution);
  parts_.kernel.wake(sampler_loop_, parts_.kernel.now());
}

void ClusterRuntime::record_headroom() {
  const Headroom now = headroom(server_->state());
  parts_.timeline.set(headroom_, parts_.kernel.now(), now.pods);
  parts_.timeline.set(fragmented_, parts_.kernel.now(), now.fragmented.value);
}

}  // namespace akstwin
