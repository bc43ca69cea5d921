#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "adapters/oracle/hpa_json.hpp"
#include "adapters/oracle/pod_codec.hpp"
#include "adapters/oracle/suites.hpp"
#include "models/controllers/lifecycle/node_monitor.hpp"
#include "models/controllers/lifecycle/taint_eviction.hpp"

namespace akstwin::oracle {
namespace {

// The recording environment decides two things at one instant in an order of its own; the recorder asks for this tolerance.
constexpr Duration kTolerance{200'000};
// A pass visits the nodes in the order of a Go map, concurrently: which of two nodes that fail within one pass is tainted first is left to
// chance, and a recording is one of the possible runs. So the check asks whether any order of the failing nodes gives the recording.
constexpr int kOrdersTried = 5040;   // all orders of seven nodes

struct RecordedNode {
  Name name, zone;
  Duration phase, renew_every;
  std::vector<std::pair<SimTime, std::string>> events;   // of the kubelet
  std::size_t next_event = 0;
  bool renewing = true;
  SimTime heard;
  NodeCondition ready = NodeCondition::True;
  std::vector<Taint> taints;

  void renew_until(SimTime now) {
    if (!renewing || now.us < phase.us) return;
    heard = std::max(heard, SimTime{phase.us + (now.us - phase.us) / renew_every.us * renew_every.us});
  }
};

struct RecordedPod {
  std::string name;
  std::uint32_t node = 0;
  std::vector<Toleration> tolerations;
  bool ready = true, deleted = false;
};

struct TaintEvent {
  SimTime at;
  std::uint32_t node = 0;
  std::vector<Taint> taints;
};

/// The kubelets, the API objects and the two controllers of one recorded run.
class LifecycleRun {
 public:
  explicit LifecycleRun(const Json& recorded);
  /// Replays the run; a pass over the nodes visits those of `order` first, in that order.
  void run(std::span<const std::uint32_t> order);
  /// The nodes whose kubelet does something.
  std::vector<std::uint32_t> troubled() const;
  /// "kind name detail" → times, ascending.
  std::map<std::string, std::vector<SimTime>> timeline;

 private:
  static NodeLifecycleOptions options_of(const Json& config);
  void record(std::string_view kind, std::string_view name, std::string_view detail);
  SimTime next_time() const;
  void kubelet(RecordedNode& node, std::uint32_t index);
  void set_ready(std::uint32_t node, NodeCondition ready);
  void set_user_taints(const TaintEvent& event);
  bool change_taint(std::uint32_t node, const Taint& taint, bool on);
  void taints_changed(std::uint32_t node);
  NodeReport report(std::uint32_t index) const;
  std::vector<NodeReport> reports() const;
  void apply(const std::vector<NodeEffect>& effects);
  void remove_pods(const std::vector<std::uint64_t>& doomed);

  NodeLifecycleOptions options_;
  NodeMonitor monitor_;
  TaintEviction eviction_;
  std::vector<RecordedNode> nodes_;
  std::vector<std::uint32_t> order_;
  std::vector<RecordedPod> pods_;
  std::vector<TaintEvent> user_taints_;
  std::size_t next_user_taint_ = 0;
  SimTime now_, next_monitor_, end_;
};

Duration interval_of(const Json& rate) { return {std::llround(1e6 / rate.get<double>())}; }

NodeLifecycleOptions LifecycleRun::options_of(const Json& config) {
  NodeLifecycleOptions options;
  options.monitor_period = duration_of(config.at("node_monitor_period_s"));
  options.monitor_grace = duration_of(config.at("node_monitor_grace_period_s"));
  options.eviction_interval = interval_of(config.at("node_eviction_rate"));
  options.secondary_interval = interval_of(config.at("secondary_node_eviction_rate"));
  options.large_cluster_threshold = config.at("large_cluster_size_threshold").get<std::int64_t>();
  options.unhealthy_zone_ppm = std::llround(config.at("unhealthy_zone_threshold").get<double>() * 1e6);
  return options;
}

LifecycleRun::LifecycleRun(const Json& recorded)
    : options_(options_of(recorded.at("config"))), monitor_(options_), end_(time_of(recorded.at("end_s"))) {
  std::map<std::string, std::uint32_t> numbers;
  for (const Json& entry : recorded.at("nodes")) {
    RecordedNode node;
    node.name = Name(entry.at("name").get<std::string>());
    node.zone = Name(entry.at("zone").get<std::string>());
    node.phase = duration_of(entry.at("heartbeat_phase_s"));
    node.renew_every = duration_of(recorded.at("config").at("lease_renew_interval_s"));
    for (const Json& event : value_or(entry, "kubelet_events", Json::array())) node.events.emplace_back(time_of(event.at(0)), event.at(1));
    numbers[node.name.str()] = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(std::move(node));
  }
  for (const Json& entry : recorded.at("pods")) {
    RecordedPod pod{entry.at("name").get<std::string>(), numbers.at(entry.at("node").get<std::string>()), {}};
    for (const Json& toleration : value_or(entry, "tolerations", Json::array())) pod.tolerations.push_back(toleration_from_json(toleration));
    pods_.push_back(std::move(pod));
  }
  for (const Json& entry : value_or(recorded, "user_taint_events", Json::array())) {
    TaintEvent event{time_of(entry.at("t")), numbers.at(entry.at("node").get<std::string>()), {}};
    for (const Json& taint : value_or(entry, "set_user_taints", Json::array())) event.taints.push_back(taint_from_json(taint));
    user_taints_.push_back(std::move(event));
  }
}

void LifecycleRun::record(std::string_view kind, std::string_view name, std::string_view detail) {
  std::string key(kind);
  key.append(" ").append(name).append(" ").append(detail);
  timeline[key].push_back(now_);
}

std::string text_of(const Taint& taint) {
  static constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  return taint.key.str() + "=" + taint.value.str() + ":" + std::string(kEffects[static_cast<std::size_t>(taint.effect)]);
}

bool LifecycleRun::change_taint(std::uint32_t index, const Taint& taint, bool on) {
  RecordedNode& node = nodes_[index];
  const bool present = std::erase(node.taints, taint) > 0;
  if (on) node.taints.push_back(taint);
  if (present == on) return false;
  record(on ? "taint_add" : "taint_remove", node.name.text(), text_of(taint));
  return true;
}

void LifecycleRun::taints_changed(std::uint32_t index) {
  std::vector<Taint> taints;
  for (const Taint& taint : nodes_[index].taints)
    if (taint.effect == TaintEffect::NoExecute) taints.push_back(taint);
  std::vector<TaintEviction::PodOnNode> on_node;
  for (std::size_t i = 0; i < pods_.size(); ++i)
    if (pods_[i].node == index && !pods_[i].deleted) on_node.push_back({i, pods_[i].tolerations});
  std::vector<std::uint64_t> doomed;
  eviction_.node_changed(now_, taints, on_node, doomed);
  remove_pods(doomed);
}

void LifecycleRun::remove_pods(const std::vector<std::uint64_t>& doomed) {
  for (const std::uint64_t pod : doomed) {
    pods_[pod].deleted = true;
    record("pod_delete", pods_[pod].name, "");
  }
}

void LifecycleRun::set_ready(std::uint32_t index, NodeCondition ready) {
  RecordedNode& node = nodes_[index];
  if (node.ready == ready) return;
  static constexpr std::string_view kStatus[] = {"True", "False", "Unknown"};
  node.ready = ready;
  record("node_ready", node.name.text(), kStatus[static_cast<std::size_t>(ready)]);
  const std::optional<HealthTaint> wanted = health_taint(ready);
  for (const HealthTaint taint : {HealthTaint::NotReady, HealthTaint::Unreachable})
    change_taint(index, to_taint(taint, TaintEffect::NoSchedule), wanted == taint);
}

void LifecycleRun::kubelet(RecordedNode& node, std::uint32_t index) {
  while (node.next_event < node.events.size() && node.events[node.next_event].first <= now_) {
    const auto& [at, what] = node.events[node.next_event++];
    node.renew_until(at);
    node.renewing = what != "stop";
    if (!node.renewing) continue;
    node.heard = at;
    set_ready(index, what == "recover" ? NodeCondition::True : NodeCondition::False);
  }
  node.renew_until(now_);
}

void LifecycleRun::set_user_taints(const TaintEvent& event) {
  const std::vector<Taint> before = nodes_[event.node].taints;
  for (const Taint& taint : before)
    if (taint.key == Name("maint") && std::ranges::find(event.taints, taint) == event.taints.end()) change_taint(event.node, taint, false);
  for (const Taint& taint : event.taints) change_taint(event.node, taint, true);
  taints_changed(event.node);
}

NodeReport LifecycleRun::report(std::uint32_t index) const {
  const RecordedNode& node = nodes_[index];
  const auto bears = [&](HealthTaint taint) { return std::ranges::find(node.taints, to_taint(taint, TaintEffect::NoExecute)) != node.taints.end(); };
  return {index, node.zone, node.ready, node.heard, bears(HealthTaint::NotReady), bears(HealthTaint::Unreachable), false};
}

std::vector<NodeReport> LifecycleRun::reports() const {
  std::vector<NodeReport> reports;
  for (const std::uint32_t index : order_) reports.push_back(report(index));
  return reports;
}

std::vector<std::uint32_t> LifecycleRun::troubled() const {
  std::vector<std::uint32_t> troubled;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (!nodes_[i].events.empty()) troubled.push_back(i);
  return troubled;
}

void LifecycleRun::apply(const std::vector<NodeEffect>& effects) {
  for (const NodeEffect& effect : effects) {
    switch (effect.kind) {
      case NodeEffect::Kind::BecomesUnknown: set_ready(effect.node, NodeCondition::Unknown); break;
      case NodeEffect::Kind::PodsNotReady:
        for (RecordedPod& pod : pods_) {
          if (pod.node != effect.node || pod.deleted || !pod.ready) continue;
          pod.ready = false;
          record("pod_ready_false", pod.name, "");
        }
        break;
      case NodeEffect::Kind::AddTaint:
      case NodeEffect::Kind::RemoveTaint:
        if (change_taint(effect.node, to_taint(effect.taint, TaintEffect::NoExecute), effect.kind == NodeEffect::Kind::AddTaint)) taints_changed(effect.node);
        break;
    }
  }
}

SimTime LifecycleRun::next_time() const {
  SimTime next = std::min({next_monitor_, monitor_.next_taint(now_), eviction_.next()});
  for (const RecordedNode& node : nodes_)
    if (node.next_event < node.events.size()) next = std::min(next, node.events[node.next_event].first);
  if (next_user_taint_ < user_taints_.size()) next = std::min(next, user_taints_[next_user_taint_].at);
  return next;
}

void LifecycleRun::run(std::span<const std::uint32_t> order) {
  order_.assign(order.begin(), order.end());
  for (std::uint32_t i = 0; i < nodes_.size(); ++i)
    if (std::ranges::find(order, i) == order.end()) order_.push_back(i);
  for (now_ = next_time(); now_ <= end_; now_ = next_time()) {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) kubelet(nodes_[i], i);
    for (; next_user_taint_ < user_taints_.size() && user_taints_[next_user_taint_].at <= now_; ++next_user_taint_)
      set_user_taints(user_taints_[next_user_taint_]);
    std::vector<std::uint64_t> doomed;
    eviction_.fire(now_, doomed);
    remove_pods(doomed);
    std::vector<NodeEffect> effects;
    if (now_.us % options_.taint_period.us == 0) monitor_.taint(now_, reports(), effects);
    apply(effects);
    effects.clear();
    if (now_ < next_monitor_) continue;
    next_monitor_ = now_ + options_.monitor_period;
    monitor_.monitor(now_, reports(), effects);
    apply(effects);
  }
}

std::string compare(const std::map<std::string, std::vector<SimTime>>& theirs, const std::map<std::string, std::vector<SimTime>>& ours) {
  const auto list = [](const std::vector<SimTime>& times) {
    std::string text;
    for (const SimTime at : times) text += (text.empty() ? "" : ", ") + to_string(at.since_start());
    return text.empty() ? std::string("never") : text;
  };
  std::set<std::string> keys;
  for (const auto* side : {&theirs, &ours})
    for (const auto& [key, times] : *side) keys.insert(key);
  for (const std::string& key : keys) {
    const auto find = [&](const auto& side) { return side.contains(key) ? side.at(key) : std::vector<SimTime>{}; };
    const std::vector<SimTime> expected = find(theirs), got = find(ours);
    bool equal = expected.size() == got.size();
    for (std::size_t i = 0; equal && i < got.size(); ++i) equal = got[i] - expected[i] <= kTolerance && expected[i] - got[i] <= kTolerance;
    if (!equal) return key + ": expected " + list(expected) + ", got " + list(got);
  }
  return {};
}

}  // namespace

std::string check_node_lifecycle_evict(const Json& recorded) {
  std::map<std::string, std::vector<SimTime>> expected;
  for (const Json& entry : recorded.at("timeline")) {
    const std::string detail = entry.size() > 3 ? entry.at(3).get<std::string>() : std::string{};
    expected[entry.at(1).get<std::string>() + " " + entry.at(2).get<std::string>() + " " + detail].push_back(time_of(entry.at(0)));
  }
  const LifecycleRun fresh(recorded);
  std::vector<std::uint32_t> order = fresh.troubled();
  std::string first;
  for (int tried = 0; tried < kOrdersTried; ++tried) {
    LifecycleRun run = fresh;
    run.run(order);
    const std::string difference = compare(expected, run.timeline);
    if (difference.empty()) return {};
    if (tried == 0) first = difference;
    if (!std::ranges::next_permutation(order).found) break;
  }
  return first;
}

}  // namespace akstwin::oracle
