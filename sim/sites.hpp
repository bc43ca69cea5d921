/// The declared topology: where things are, and the pipes between them. Fixed before the run; sites may go down and come back.
#pragma once
#include <cstdint>
#include <vector>

#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

struct SiteId {
  std::uint32_t index = 0;
  constexpr bool operator==(const SiteId&) const = default;
};

/// A place that has one access link (its NIC or its egress limit): a node slot, a registry replica, a control plane.
struct Site {
  Name name{};                        ///< unique
  std::uint32_t region = 0;           ///< index into Topology::regions
  int zone = 0;                       ///< 1…3, or 0 when not zonal
  BytesPerSecond access_rate{};       ///< > 0; shared by all flows that start or end here
  Duration access_latency{100};       ///< one way
};

/// The pipe between two regions; every flow between them shares it. A pair without a backbone cannot exchange flows.
struct Backbone {
  std::uint32_t from = 0, to = 0;     ///< region indexes; the pipe serves both directions
  BytesPerSecond rate{};
  Duration latency{};                 ///< one way
};

/// The route of a flow is: access link of the source, the backbone if the regions differ, access link of the target.
struct Topology {
  std::vector<Name> regions;
  std::vector<Site> sites;
  std::vector<Backbone> backbones;

  std::uint32_t add_region(Name name) { regions.push_back(name); return static_cast<std::uint32_t>(regions.size() - 1); }
  SiteId add_site(Site site) { sites.push_back(site); return {static_cast<std::uint32_t>(sites.size() - 1)}; }
};

}  // namespace akstwin
