#include "models/world/world.hpp"

namespace akstwin {

namespace {

/// The platform and the place where the people who run it are: outside every region that may be lost.
PlatformTopology with_operators(PlatformTopology platform) {
  platform.topology.add_site({Name("operators"), 0, 0, BytesPerSecond{125'000'000}, Duration{100}});
  return platform;
}

}  // namespace

World::World(const Scenario& scenario, const RngRoot& rng, KernelKind kernel, Decisions* decisions)
    : scenario_(scenario),
      rng_(rng),
      platform_(with_operators(build_topology(scenario))),
      kernel_(make_kernel(kernel, platform_.topology)),
      notes_(timeline_, *kernel_),
      decisions_(decisions),
      durations_(rng, "gameday/durations"),
      maintenance_durations_(rng, "maintenance/durations") {
  registry_ = std::make_unique<Registry>(*kernel_, timeline_, scenario_, platform_);
  for (std::uint32_t i = 0; i < scenario_.clusters.size(); ++i)
    clusters_.emplace_back(ClusterParts{scenario_, i, platform_, cloud_state_, *kernel_, timeline_, *registry_, repository_, rng});
  build_azure(rng);
  build_workload(rng);
  connect();
}

void World::Injector::lose_control_plane(Name cluster, Duration duration) {
  for (std::uint32_t i = 0; i < scenario_.clusters.size(); ++i)
    if (scenario_.clusters[i].name == cluster) outages_.lose_control_plane(i, duration);
}

void World::Injector::refuse_allocations(Name region, int zone, Name vm_size, std::int64_t share_ppm, Duration duration) {
  AllocationWindowSpec window;
  window.location = region;
  window.zone = zone;
  window.vm_size = vm_size;
  window.at = kernel_.now();
  window.duration = duration;
  window.refused = PartsPerMillion{share_ppm};
  scale_sets_.allocation().open_window(window, platform_.region_index(region));
}

std::vector<NodeRegistrar*> World::registrars() {
  std::vector<NodeRegistrar*> all;
  for (ClusterRuntime& cluster : clusters_) all.push_back(&cluster.server());
  return all;
}

std::vector<ClusterLoad> World::cluster_loads() {
  std::vector<ClusterLoad> loads;
  for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
    ClusterRuntime& cluster = clusters_[i];
    loads.push_back({&cluster.server().state(), &cluster.usage(), &cluster.server(), platform_.cluster_region[i],
                     BurstCredits::needed(scenario_.clusters[i])});
  }
  return loads;
}

void World::build_azure(const RngRoot& rng) {
  addresses_ = std::make_unique<IpAddresses>(*kernel_, timeline_, scenario_);
  if (PodAddresses::needed(scenario_)) {
    pod_addresses_ = std::make_unique<PodAddresses>(*kernel_, timeline_, *addresses_, scenario_);
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) clusters_[i].server().use(pod_addresses_->network(i));
  }
  scale_sets_ = std::make_unique<ScaleSets>(
      ScaleSets::Parts{*kernel_, timeline_, rng, scenario_, platform_, cloud_state_, *addresses_, registrars()});
  spot_market_ = std::make_unique<SpotMarket>(*kernel_, timeline_, rng, scenario_, platform_, *scale_sets_);
  front_door_ = std::make_unique<FrontDoor>(*kernel_, timeline_, rng, scenario_, platform_, cloud_state_);
  data_ = std::make_unique<DataReplication>(*kernel_, timeline_, rng, scenario_, platform_.topology.regions, cloud_state_);
  outages_ = std::make_unique<Outages>(*kernel_, timeline_, platform_, cloud_state_, *scale_sets_, registrars(), scenario_);
  operations_ = std::make_unique<AksOperations>(
      AksOperations::Parts{*kernel_, timeline_, rng, scenario_, platform_, cloud_state_, *scale_sets_, registrars()});
  cloud_api_ = std::make_unique<SimCloudApi>(cloud_state_, *scale_sets_, *front_door_, *data_, scenario_.spot_market.notice);
  cloud_api_->use(*operations_);
}

void World::build_workload(const RngRoot& rng) {
  load_ = std::make_unique<LoadModel>(LoadModel::Parts{*kernel_, timeline_, rng, scenario_, cloud_state_, cluster_loads(), front_door_.get()});
  for (std::uint32_t i = 0; i < clusters_.size(); ++i)
    if (BurstCredits::needed(scenario_.clusters[i]))
      burst_credits_.emplace_back(BurstCredits::Parts{*kernel_, timeline_, clusters_[i].server().state(), cloud_state_, clusters_[i].usage(),
                                                      clusters_[i].server(), scenario_.clusters[i].name});
  std::vector<Name> names;
  for (const ClusterSpec& cluster : scenario_.clusters) names.push_back(cluster.name);
  recovery_ = std::make_unique<RecoveryMonitor>(*kernel_, timeline_, cloud_state_, *load_, *data_, cluster_loads(), names);
  delivery_ = std::make_unique<Delivery>(Delivery::Parts{*kernel_, timeline_, rng, scenario_, repository_, registry_.get()});
}

void World::connect() {
  // The load model hears first, so that the others see its new figures.
  outages_->add_listener(*load_);
  outages_->add_listener(*front_door_);
  outages_->add_listener(*data_);
  outages_->add_listener(*recovery_);
  outages_->add_listener(*operations_);
  front_door_->add_listener(*load_);
  for (ClusterRuntime& cluster : clusters_) {
    cluster_apis_.push_back(&cluster.server());
    cluster.host(*cloud_api_, notes_, decisions_);
  }
  if (Maintenance::needed(scenario_)) {
    maintenance_ = std::make_unique<Maintenance>(
        Maintenance::Parts{*kernel_, timeline_, rng_, scenario_, cloud_state_, *scale_sets_, registrars(), maintenance_durations_});
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) maintenance_->host(clusters_[i], i, *cloud_api_, notes_);
    cloud_api_->use(maintenance_->power());
  }
  injector_ = std::make_unique<Injector>(*outages_, *scale_sets_, scenario_, platform_, *kernel_);
  script_ = std::make_unique<Script>(scenario_, ScriptPorts{cluster_apis_, *cloud_api_, *injector_, durations_, notes_, maintenance_.get()});
  hosted_script_ = std::make_unique<HostedScript>(*script_);
  const SiteId operators{static_cast<std::uint32_t>(platform_.topology.sites.size() - 1)};
  script_loop_ = kernel_->spawn(operators, "game-day", *hosted_script_);
}

void World::begin() {
  registry_->start();
  scale_sets_->start();
  operations_->start();
  for (ClusterRuntime& cluster : clusters_) cluster.begin();
  load_->start();
  for (BurstCredits& credits : burst_credits_) credits.start();
  front_door_->start();
  spot_market_->start();
  delivery_->start();
  if (maintenance_) maintenance_->begin();
  kernel_->wake(script_loop_, kernel_->now());
}

}  // namespace akstwin
