/// Weighted max-min fair sharing: who gets how much of the pipes. Exact water filling, linear in incidences but for a heap.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace akstwin {

/// The links that a flow crosses: at most access, backbone, access.
struct FlowRoute {
  std::array<std::uint32_t, 3> links{};
  std::uint32_t count = 0;
  std::span<const std::uint32_t> used() const { return {links.data(), count}; }
};

/// Shares again and again without asking for memory: what it needs is kept from one sharing to the next, and decides nothing.
class MaxMinSharing {
 public:
  /// Writes to rate[i] what flow i gets: no link carries more than its capacity, and no flow can gain without a flow with a
  /// smaller or equal rate ÷ weight losing. Weights and capacities are positive; a weight of 0 means "not yet": rate 0.
  /// Flows are filled in rounds: the link with the least capacity left for each unit of weight settles its flows.
  void share(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight, std::span<double> rate);

 private:
  /// A link with flows on it, during the filling.
  struct Busy {
    std::uint32_t link;
    std::uint32_t waiting = 0;           ///< how many flows are not yet settled
    double left;                         ///< capacity that is not yet given away
    double weight = 0;                   ///< of the flows that are not yet settled
    std::uint32_t first = 0, end = 0;    ///< its part of flows_
    std::uint32_t version = 0;           ///< of what the heap knows of it
    bool touched = false;                ///< in this round
  };
  /// A link as the heap saw it; out of date when the link has another version.
  struct Candidate {
    double level;
    std::uint32_t link, slot, version;
    bool operator<(const Candidate& other) const { return level != other.level ? level > other.level : link > other.link; }   // the least on top
  };
  std::size_t collect(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight, std::span<double> rate);
  void offer(std::uint32_t slot);
  const Busy& tightest(double& level);

  std::vector<std::uint32_t> slot_;      ///< by link: index into busy_, or none
  std::vector<Busy> busy_;
  std::vector<std::uint32_t> flows_;     ///< of the links one after the other, each in order of flow
  std::vector<std::uint32_t> touched_;
  std::vector<Candidate> heap_;
};

/// One sharing.
void max_min_rates(std::span<const double> capacity, std::span<const FlowRoute> route, std::span<const double> weight,
                   std::span<double> rate);

}  // namespace akstwin
