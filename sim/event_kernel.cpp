#include "sim/event_kernel.hpp"

#include <algorithm>
#include <cstdio>

#include "sim/base/check.hpp"

namespace akstwin {

EventKernel::EventKernel(Topology topology)
    : topology_(std::move(topology)), up_(topology_.sites.size(), 1),
      loop_handler_(handlers_.add<&EventKernel::on_loop>("kernel.loop", Phase::Control, *this)) {
  for (const Site& site : topology_.sites) {
    AKSTWIN_CHECK(site.region < topology_.regions.size(), "a site lies in a region of the topology");
    AKSTWIN_CHECK(site.access_rate.value > 0, "an access link carries something");
  }
  for (const Backbone& pipe : topology_.backbones)
    AKSTWIN_CHECK(pipe.from < topology_.regions.size() && pipe.to < topology_.regions.size() && pipe.rate.value > 0,
                  "a backbone joins two regions of the topology and carries something");
}

void EventKernel::at(SimTime when, HandlerId handler, Subject subject) {
  AKSTWIN_CHECK(when >= now_, "an event is posted for now or later");
  AKSTWIN_CHECK(handler.index < handlers_.size(), "an event names a registered handler");
  calendar_.post(when, handlers_.phase(handler), handler, subject);
}

FlowId EventKernel::transfer(const Transfer& transfer) {
  AKSTWIN_CHECK(transfer.from.index < up_.size() && transfer.to.index < up_.size(), "a flow joins two sites of the topology");
  AKSTWIN_CHECK(transfer.size >= Bytes{0}, "a flow has a size");
  const auto number = static_cast<std::uint32_t>(statistics_.flows++);
  if (!site_up(transfer.from) || !site_up(transfer.to)) {
    at(now_, transfer.failed, transfer.subject);
    return {number};
  }
  flows_.push_back({number, now_ + Duration{1}, transfer});
  start_flow(number, transfer);
  return {number};
}

LoopId EventKernel::spawn(SiteId site, std::string name, Loop& loop) {
  AKSTWIN_CHECK(site.index < up_.size(), "a loop is hosted on a site of the topology");
  loops_.push_back({.site = site, .name = std::move(name), .loop = &loop});
  return {static_cast<std::uint32_t>(loops_.size() - 1)};
}

void EventKernel::wake(LoopId id, SimTime when) {
  HostedLoop& loop = loops_[id.index];
  AKSTWIN_CHECK(when >= now_, "a loop is woken now or later");
  if (when >= loop.due) return;
  loop.due = when;
  at(when, loop_handler_, {id.index, ++loop.epoch});
}

void EventKernel::on_loop(Subject subject) {
  HostedLoop& woken = loops_[subject.row];
  if (woken.epoch != subject.epoch) return;   // an earlier wish took its place
  woken.due = kNever;
  if (!site_up(woken.site)) return;           // set_site wakes it when the site is back
  const SimTime next = woken.loop->step(now_);
  AKSTWIN_CHECK(next > now_, "a loop that wants to run again at once would never end");
  wake({subject.row}, next);
}

void EventKernel::set_site(SiteId site, bool up) {
  if (site_up(site) == up) return;
  up_[site.index] = up ? 1 : 0;
  if (!up) {
    fail_flows(site);
    return;
  }
  for (std::uint32_t i = 0; i < loops_.size(); ++i)
    if (loops_[i].site == site) wake({i}, now_);
}

void EventKernel::fail_flows(SiteId site) {
  std::erase_if(flows_, [&](const ActiveFlow& flow) {
    if (flow.transfer.from != site && flow.transfer.to != site) return false;
    abandon_flow(flow.number);
    at(now_, flow.transfer.failed, flow.transfer.subject);
    return true;
  });
}

void EventKernel::set_access_rate(SiteId site, BytesPerSecond rate) {
  AKSTWIN_CHECK(rate.value > 0, "an access link carries something");
  if (topology_.sites[site.index].access_rate == rate) return;
  topology_.sites[site.index].access_rate = rate;
  change_rate(site);
}

bool EventKernel::complete_flows(SimTime limit) {
  std::vector<FlowCompletion> done = advance_flows(limit);
  if (done.empty()) return false;
  // Which of two flows that end in one microsecond ended first is rounding; the one that started first goes first.
  std::sort(done.begin(), done.end(), [](const FlowCompletion& a, const FlowCompletion& b) { return a.flow < b.flow; });
  for (FlowCompletion& completion : done) {
    const auto flow = std::lower_bound(flows_.begin(), flows_.end(), completion.flow,
                                       [](const ActiveFlow& active, std::uint32_t number) { return active.number < number; });
    AKSTWIN_CHECK(flow != flows_.end() && flow->number == completion.flow, "a flow completes once, while it is under way");
    at(std::max({completion.at, flow->earliest_end, now_}), flow->transfer.done, flow->transfer.subject);
    flows_.erase(flow);
  }
  return true;
}

void EventKernel::fire() {
  const Event event = calendar_.pop();
  now_ = event.at;
  recent_[statistics_.events++ % recent_.size()] = event;
  handlers_.call(handler_of(event), event.subject);
  if (witness_ != nullptr) [[unlikely]] witness_->fired(now_);
}

void EventKernel::run_until(SimTime horizon) {
  AKSTWIN_CHECK(horizon >= now_, "time does not go back");
  stopped_.store(false, std::memory_order_relaxed);
  set_dying_words(&EventKernel::print_dying_words, this);
  while (!stopped()) {
    // Flows that complete before the next event put an event of their own in front of it.
    if (!flows_.empty() && complete_flows(std::min(calendar_.next(), horizon))) continue;
    if (calendar_.next() > horizon) {
      now_ = horizon;
      break;
    }
    fire();
  }
  set_dying_words(nullptr, nullptr);
}

void EventKernel::print_dying_words(void* self) {
  const auto& kernel = *static_cast<const EventKernel*>(self);
  std::fprintf(stderr, "  at %s (%lld us), after %llu events; the last of them:\n", to_string(kernel.now_.since_start()).c_str(),
               static_cast<long long>(kernel.now_.us), static_cast<unsigned long long>(kernel.statistics_.events));
  const std::uint64_t count = kernel.statistics_.events, kept = kernel.recent_.size();
  for (std::uint64_t i = count > kept ? count - kept : 0; i < count; ++i) {
    const Event& event = kernel.recent_[i % kept];
    std::fprintf(stderr, "    %lld us %s row %u epoch %u\n", static_cast<long long>(event.at.us),
                 std::string(kernel.handlers_.name(handler_of(event))).c_str(), event.subject.row, event.subject.epoch);
  }
}

}  // namespace akstwin
