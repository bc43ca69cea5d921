/// The simulation kernel as the models see it: time, events, flows, control loops and outages.
/// Two implementations: SimgridKernel (the product's) and CalendarKernel (its oracle, and the unit tests').
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"
#include "sim/event.hpp"
#include "sim/handlers.hpp"
#include "sim/sites.hpp"

namespace akstwin {

struct FlowId { std::uint32_t index = 0; };
struct LoopId { std::uint32_t index = 0; };

/// A control loop: a calendar event that names the time of its next one. Never blocks.
class Loop {
 public:
  virtual ~Loop() = default;
  /// Runs once at `now`; returns when to run next (kNever: only when woken).
  virtual SimTime step(SimTime now) = 0;
};

/// What a flow wants: `done` or `failed` is posted for `subject` at the instant the last byte arrives, or a site goes down.
struct Transfer {
  SiteId from{}, to{};
  Bytes size{};               ///< >= 0; a flow takes at least one microsecond
  HandlerId done{}, failed{};
  Subject subject{};
};

/// Looks at a run from outside, for tests that check what must always hold.
class Witness {
 public:
  virtual ~Witness() = default;
  /// An event has fired and everything that it caused at once is done.
  virtual void fired(SimTime now) = 0;
};

struct KernelStatistics {
  std::uint64_t events = 0;        ///< calendar events fired
  std::uint64_t flows = 0;         ///< transfers started
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual SimTime now() const = 0;
  virtual HandlerRegistry& handlers() = 0;

  /// Posts an event. `when` is at or after now(). Events fire in order of {time, phase of the handler, order of posting}.
  virtual void at(SimTime when, HandlerId handler, Subject subject) = 0;
  void after(Duration delay, HandlerId handler, Subject subject) { at(now() + delay, handler, subject); }

  /// Starts a flow that shares bandwidth by weighted max-min with all others. Both sites up, or `failed` is posted at once.
  virtual FlowId transfer(const Transfer& transfer) = 0;

  /// Registers a control loop hosted on a site; its first step comes when it is woken. While the site is down the loop is
  /// skipped; it is woken when the site comes back. `loop` must outlive the kernel's run.
  virtual LoopId spawn(SiteId site, std::string name, Loop& loop) = 0;
  /// Asks for a step at `when` (phase Control) if none is due earlier; later wishes are forgotten in favour of earlier ones.
  virtual void wake(LoopId loop, SimTime when) = 0;

  /// Turns a site on or off: flows that touch it fail, loops on it pause.
  virtual void set_site(SiteId site, bool up) = 0;
  virtual bool site_up(SiteId site) const = 0;
  /// Changes the rate of a site's access link from now on; flows under way are shared anew.
  virtual void set_access_rate(SiteId site, BytesPerSecond rate) = 0;

  /// Fires everything up to and including `horizon`, then stops with now() == horizon. May be called again with a later one.
  virtual void run_until(SimTime horizon) = 0;
  /// Ends the current run_until after the event in progress (Ctrl-C): now() stays where it is.
  virtual void stop() = 0;
  virtual bool stopped() const = 0;
  virtual KernelStatistics statistics() const = 0;
  /// Told after each event from now on; null: nobody is, which costs a test of a pointer.
  virtual void set_witness(Witness* witness) = 0;
};

enum class KernelKind { Simgrid, Calendar };

/// The kernel of the given kind over a fixed topology. At most one SimgridKernel a process, ever (ADR 1).
std::unique_ptr<Kernel> make_kernel(KernelKind kind, Topology topology);

}  // namespace akstwin
