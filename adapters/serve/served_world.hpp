/// A simulated world that runs by a wall clock and shows itself as clusters with objects.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "adapters/serve/endpoint_feed.hpp"
#include "adapters/serve/event_feed.hpp"
#include "adapters/serve/flow_control.hpp"
#include "adapters/serve/object_store.hpp"
#include "adapters/serve/pace.hpp"
#include "adapters/serve/projection.hpp"
#include "models/world/world.hpp"

namespace akstwin {

/// One cluster with the objects that clients see.
struct ServedCluster {
  ServedCluster(ClusterRuntime& cluster_runtime, std::uint32_t cluster_index, World& world, std::size_t log_bytes);
  ServedCluster(const ServedCluster&) = delete;

  ClusterRuntime& runtime;
  std::uint32_t index;
  ObjectStore store;
  Projection projection;
  EventFeed events;
  std::uint64_t told = 0;                 ///< version of the store when watchers were last woken
  std::map<std::string, SimTime, std::less<>> ending;   ///< namespaces that are being deleted, and since when
  std::set<std::pair<int, std::string>> foreground;     ///< workloads that are deleted once their pods are gone: kind and key
  EndpointFeed endpoints{projection, runtime, store};
  FlowControl flows{store};
};

class ServedWorld {
 public:
  /// `log_bytes`: how much each kind remembers for watches that lag behind.
  ServedWorld(const Scenario& scenario, Pace pace, std::size_t log_bytes = std::size_t{256} << 20);
  ServedWorld(const ServedWorld&) = delete;

  /// Called whenever objects may have changed.
  void on_change(std::function<void()> listener) { listener_ = std::move(listener); }
  /// Lets simulated time follow the clock for a few milliseconds of work; returns how long to wait until the next call.
  std::chrono::milliseconds tick();
  /// Simulates up to `target` at once. Nothing happens when that is past.
  void run_to(SimTime target);
  void set_pace(Pace pace);
  Pace pace() const { return pace_; }

  SimTime now() const { return world_.kernel().now(); }
  /// Simulated time as seconds since 1970: ages are counted from here.
  std::int64_t unix_now() const { return world_.scenario().start.unix_seconds + now().us / 1'000'000; }
  SimTime horizon() const { return SimTime{} + world_.scenario().horizon; }
  const Scenario& scenario() const { return world_.scenario(); }
  std::deque<ServedCluster>& clusters() { return clusters_; }
  CloudApi& cloud() { return world_.cloud(); }
  const CloudState& cloud_state() { return world_.cloud().state(); }
  const Timeline& timeline() { return world_.timeline(); }
  /// Takes over what the twin has changed since; called after each step and each write.
  void refresh();

 private:
  using Clock = std::chrono::steady_clock;
  void step(SimTime target);

  mutable World world_;
  Pace pace_;
  std::deque<ServedCluster> clusters_;
  std::function<void()> listener_;
  Clock::time_point anchor_wall_;         // at that time of the wall …
  SimTime anchor_sim_;                    // … it was that time in the simulation
};

}  // namespace akstwin
