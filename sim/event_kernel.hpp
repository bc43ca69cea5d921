/// What both kernels do alike: the clock, the calendar, loops, outages and the book of flows under way.
/// Only how bytes move differs, and that is three virtual functions.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/calendar.hpp"
#include "sim/flow_completion.hpp"
#include "sim/kernel.hpp"

namespace akstwin {

class EventKernel : public Kernel {
 public:
  explicit EventKernel(Topology topology);
  EventKernel(const EventKernel&) = delete;
  EventKernel& operator=(const EventKernel&) = delete;

  SimTime now() const override { return now_; }
  HandlerRegistry& handlers() override { return handlers_; }
  void at(SimTime when, HandlerId handler, Subject subject) override;
  FlowId transfer(const Transfer& transfer) override;
  LoopId spawn(SiteId site, std::string name, Loop& loop) override;
  void wake(LoopId loop, SimTime when) override;
  void set_site(SiteId site, bool up) override;
  bool site_up(SiteId site) const override { return up_[site.index] != 0; }
  void set_access_rate(SiteId site, BytesPerSecond rate) override;
  void run_until(SimTime horizon) override;
  void stop() override { stopped_.store(true, std::memory_order_relaxed); }
  bool stopped() const override { return stopped_.load(std::memory_order_relaxed); }
  KernelStatistics statistics() const override { return statistics_; }
  void set_witness(Witness* witness) override { witness_ = witness; }

 protected:
  const Topology& topology() const { return topology_; }
  /// Starts to move the bytes of flow `flow` now.
  virtual void start_flow(std::uint32_t flow, const Transfer& transfer) = 0;
  /// Forgets a flow under way: its site went down.
  virtual void abandon_flow(std::uint32_t flow) = 0;
  /// Shares the site's access link anew from now on; the topology has the new rate already.
  virtual void change_rate(SiteId site) = 0;
  /// Moves bytes until `limit` or until the first flows complete, whichever is earlier, and returns these flows.
  /// Called only while flows are under way; a completion is at or before `limit`.
  virtual const std::vector<FlowCompletion>& advance_flows(SimTime limit) = 0;

 private:
  struct ActiveFlow {
    std::uint32_t number;
    SimTime earliest_end;          ///< a flow takes at least a microsecond
    Transfer transfer;
  };
  struct HostedLoop {
    SiteId site;
    std::string name;
    Loop* loop;
    SimTime due = kNever;          ///< of the wake-up that counts
    std::uint32_t epoch = 0;       ///< of that wake-up; others are stale
  };

  void fire();
  void on_loop(Subject subject);
  bool complete_flows(SimTime limit);
  void fail_flows(SiteId site);
  static void print_dying_words(void* self);

  Topology topology_;
  HandlerRegistry handlers_;
  Calendar calendar_;
  SimTime now_;
  std::atomic<bool> stopped_{false};
  KernelStatistics statistics_;
  Witness* witness_ = nullptr;
  std::vector<std::uint8_t> up_;                 ///< by site
  std::vector<ActiveFlow> flows_;                ///< under way, in order of their start
  std::vector<HostedLoop> loops_;
  HandlerId loop_handler_;
  std::array<Event, 20> recent_{};               ///< the last events fired, for dying words
};

}  // namespace akstwin
