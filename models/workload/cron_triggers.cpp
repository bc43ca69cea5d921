#include "models/workload/cron_triggers.hpp"

#include <algorithm>

#include "models/spec/cron_times.hpp"

namespace akstwin {

void CronTriggers::bind(const ClusterState& state, TriggerSink* triggers) {
  if (triggers == nullptr) return;
  state.scaled_objects.for_each([&](ScaledObjectId id, const ScaledObject& object) {
    for (std::uint32_t t = 0; t < object.spec->triggers.size(); ++t) {
      const ScaledObjectSpec::Trigger& trigger = object.spec->triggers[t];
      const auto opens = parse_cron(trigger.cron_start), closes = parse_cron(trigger.cron_end);
      if (trigger.type.text() == "cron" && opens && closes) windows_.push_back({triggers, id, t, &trigger, *opens, *closes, SimTime{}});
    }
  });
}

void CronTriggers::tell(const Epoch& start, SimTime now) {
  for (Window& window : windows_) {
    if (now < window.next) continue;
    const SimTime opens = next_hit(window.opens, window.spec->cron_offsets, start, now);
    const SimTime closes = next_hit(window.closes, window.spec->cron_offsets, start, now);
    window.next = std::min(opens, closes);
    // Source: kedacore/keda pkg/scalers/cron_scaler.go: closed while the next opening comes before the next closing. Outside KEDA
    // reports one replica and inactive; zero says the same to both readers, whose least is one.
    window.sink->set_trigger(window.object, window.index, opens < closes ? 0 : window.spec->cron_replicas * 1'000);
  }
}

}  // namespace akstwin
