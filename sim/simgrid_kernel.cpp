// The only file that includes SimGrid. Written for 3.32; what it relies on has an oracle in tests/sim/kernels_test.cpp.
#include "sim/simgrid_kernel.hpp"

#include <simgrid/kernel/resource/Model.hpp>
#include <simgrid/kernel/resource/NetworkModelIntf.hpp>
#include <simgrid/s4u.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "sim/base/check.hpp"
#include "sim/event_kernel.hpp"
#include "sim/fluid_network.hpp"

namespace akstwin {
namespace {

namespace sg = simgrid::s4u;

constexpr double kTick = 1e-9;   // seconds: SimGrid's own precision (surf/precision)

double seconds(SimTime t) { return static_cast<double>(t.us) / 1e6; }
double seconds(Duration d) { return static_cast<double>(d.us) / 1e6; }

/// SimGrid's engine, configured. Options are passed, never inherited from a command line.
sg::Engine& start_engine() {
  AKSTWIN_CHECK(!sg::Engine::has_instance(), "a process has one SimGrid engine in its life (ADR 1)");
  std::array<char, 8> program{"akstwin"};
  std::array<char, 32> quiet{"--log=root.thres:critical"};
  std::array<char*, 3> arguments{program.data(), quiet.data(), nullptr};
  int count = 2;
  // SimGrid takes Ctrl-C for itself, to exit at once; it is given back to whoever had it.
  struct sigaction interrupt {};
  sigaction(SIGINT, nullptr, &interrupt);
  sg::Engine& engine = *sg::Engine::get_instance(&count, arguments.data());
  sigaction(SIGINT, &interrupt, nullptr);
  sg::Engine::set_config("network/model:CM02");       // plain max-min; the default LV08 is calibrated for a LAN cluster
  sg::Engine::set_config("network/optim:Full");       // Lazy shares wrongly when flows of one latency start together (ADR 10)
  sg::Engine::set_config("network/crosstraffic:0");   // acknowledgements do not load the way back
  sg::Engine::set_config("network/TCP-gamma:0");      // no window bound: image pulls use several connections
  sg::Engine::set_config("network/weight-S:0");       // the weight is 1/RTT alone
  return engine;
}

/// Moves bytes with SimGrid. No actor: flows are asynchronous communications that the main context starts, and SimGrid is run
/// exactly up to its own next change, which it is asked for. While no flow is under way it does not run at all.
class SimgridKernel final : public EventKernel {
 public:
  explicit SimgridKernel(Topology topology) : EventKernel(std::move(topology)), engine_(start_engine()) {
    build_platform();
    sg::Activity::on_completion_cb([this](const sg::Activity& activity) { on_completion(activity); });
  }
  ~SimgridKernel() override {
    // SimGrid complains about communications that are dropped while they run.
    numbers_.clear();
    for (const auto& [flow, communication] : running_) {
      communication->cancel();
      cancelled_.push_back(communication);
    }
    settle();
  }

 private:
  void start_flow(std::uint32_t flow, const Transfer& transfer) override {
    // Only for its check: a pair of regions without a backbone is our mistake, not an exception of SimGrid's.
    route_between(topology(), transfer.from, transfer.to);
    catch_up();
    const sg::CommPtr communication = sg::Comm::sendto_init(hosts_[transfer.from.index], hosts_[transfer.to.index]);
    communication->set_payload_size(static_cast<std::uint64_t>(transfer.size.value));
    numbers_.emplace(communication.get(), flow);
    running_.emplace(flow, communication);
    communication->start();
  }

  void abandon_flow(std::uint32_t flow) override {
    catch_up();
    const auto found = running_.find(flow);
    const sg::CommPtr communication = found->second;
    forget(flow);
    communication->cancel();
    cancelled_.push_back(communication);
  }

  void change_rate(SiteId site) override {
    catch_up();
    access_[site.index]->set_bandwidth(static_cast<double>(topology().sites[site.index].access_rate.value));
  }

  const std::vector<FlowCompletion>& advance_flows(SimTime limit) override {
    completions_.clear();
    settle();
    while (completions_.empty() && next_change() <= limit) run_to(change_);
    for (const FlowCompletion& completion : completions_) forget(completion.flow);
    return completions_;
  }

  void on_completion(const sg::Activity& activity) {
    // Cancelled communications also end; they are no longer in the book.
    const auto found = numbers_.find(&activity);
    if (found == numbers_.end()) return;
    AKSTWIN_CHECK(activity.get_state() == sg::Activity::State::FINISHED, "only we let a flow fail");
    completions_.push_back({first_instant_after(SimTime{}, sg::Engine::get_clock() * 1e6), found->second});
  }

  void forget(std::uint32_t flow) {
    const auto found = running_.find(flow);
    numbers_.erase(found->second.get());
    running_.erase(found);
  }

  /// When SimGrid's network changes next by itself: a flow joins after its latency, or ends.
  SimTime next_change() {
    if (!change_known_) {
      const double span = network_->next_occurring_event(sg::Engine::get_clock());
      change_ = span < 0 ? std::numeric_limits<double>::infinity() : sg::Engine::get_clock() + span;
      change_known_ = true;
    }
    return change_ < seconds(kNever) ? first_instant_after(SimTime{}, change_ * 1e6) : kNever;
  }

  /// Brings SimGrid's clock to ours before the set of flows changes.
  void catch_up() {
    settle();
    if (sg::Engine::get_clock() < seconds(now())) run_to(seconds(now()));
    change_known_ = false;
  }

  /// Runs SimGrid to `target`. It returns up to 10 µs early when something happens there, hence the loop; and it needs a
  /// target ahead of its clock to finish what rounding has left over.
  void run_to(double target) {
    change_known_ = false;
    do {
      engine_.run_until(std::max(target, sg::Engine::get_clock() + kTick));
    } while (completions_.empty() && sg::Engine::get_clock() + kTick < target);
  }

  /// Lets SimGrid see off cancelled communications: until it runs once more, in no time, they keep their share of the links.
  void settle() {
    if (cancelled_.empty()) return;
    engine_.run_until(sg::Engine::get_clock());
    cancelled_.clear();
    change_known_ = false;
  }

  void build_platform();

  sg::Engine& engine_;
  simgrid::kernel::resource::Model* network_ = nullptr;
  std::vector<sg::Host*> hosts_;                                 ///< by site
  std::vector<sg::Link*> access_;                                ///< by site
  std::map<std::uint32_t, sg::CommPtr> running_;                 ///< by flow number
  std::map<const sg::Activity*, std::uint32_t> numbers_;         ///< looked up only, never walked
  std::vector<sg::CommPtr> cancelled_;                           ///< kept until SimGrid has run again: it still looks at them
  std::vector<FlowCompletion> completions_;
  double change_ = 0;                                            ///< seconds on SimGrid's clock; valid when change_known_
  bool change_known_ = false;
};

/// One star zone a region (a host costs one link and no route table), joined by the backbones through routers.
void SimgridKernel::build_platform() {
  using simgrid::kernel::routing::NetPoint;
  sg::NetZone* const world = sg::create_full_zone("world");
  std::vector<sg::NetZone*> zones;
  std::vector<NetPoint*> gateways;
  for (std::size_t i = 0; i < topology().regions.size(); ++i) {
    sg::NetZone* const zone = sg::create_star_zone("region" + std::to_string(i));
    zone->set_parent(world);
    NetPoint* const gateway = zone->create_router("gateway" + std::to_string(i));
    zone->add_route(gateway, nullptr, nullptr, nullptr, {}, true);
    zones.push_back(zone);
    gateways.push_back(gateway);
  }
  for (std::size_t i = 0; i < topology().sites.size(); ++i) {
    const Site& site = topology().sites[i];
    sg::NetZone* const zone = zones[site.region];
    hosts_.push_back(zone->create_host("site" + std::to_string(i), 1e9)->seal());
    access_.push_back(zone->create_link("access" + std::to_string(i), static_cast<double>(site.access_rate.value)));
    access_.back()->set_latency(seconds(site.access_latency))->seal();
    zone->add_route(hosts_.back()->get_netpoint(), nullptr, nullptr, nullptr, {sg::LinkInRoute(access_.back())}, true);
  }
  for (sg::NetZone* const zone : zones) zone->seal();
  for (std::size_t i = 0; i < topology().backbones.size(); ++i) {
    const Backbone& pipe = topology().backbones[i];
    sg::Link* const link = world->create_link("backbone" + std::to_string(i), static_cast<double>(pipe.rate.value));
    link->set_latency(seconds(pipe.latency))->seal();
    world->add_route(zones[pipe.from]->get_netpoint(), zones[pipe.to]->get_netpoint(), gateways[pipe.from], gateways[pipe.to],
                     {sg::LinkInRoute(link)}, true);
  }
  world->seal();
  network_ = dynamic_cast<simgrid::kernel::resource::Model*>(world->get_network_model());
  AKSTWIN_CHECK(network_ != nullptr && !network_->is_update_lazy(), "SimGrid's network recomputes all shares at each change");
}

}  // namespace

std::unique_ptr<Kernel> make_simgrid_kernel(Topology topology) { return std::make_unique<SimgridKernel>(std::move(topology)); }

}  // namespace akstwin
