#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "adapters/kube/cluster_cache.hpp"
#include "adapters/kube/decode.hpp"

namespace akstwin {
namespace {

using nlohmann::json;

// A pod is seen within seconds of its creation; one that says otherwise comes from another clock.
constexpr Duration kPodClocksApart{60'000'000};

/// Why a pod goes, in the API server's words where it says so.
Name reason_of(const json& object) {
  const json* target = condition(object, "DisruptionTarget");
  const std::string reason = target != nullptr ? text_in(*target, {"reason"}) : std::string{};
  if (reason == "EvictionByEvictionAPI") return Name("Evicted");
  return Name(reason.empty() ? "Deleted" : reason);
}

/// The first number behind `mark` in a sentence, or −1.
std::int64_t number_behind(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) return -1;
  text.remove_prefix(at + mark.size());
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

/// Adds a pod to the counts of its workload and cluster, or takes it out.
void ClusterCache::count(const Pod& pod, std::int64_t sign) {
  if (!pod.live()) return;
  if (pod.node.null()) state_.pending += sign;
  if (pod.ready) state_.workloads[pod.owner].ready += sign;
}

const ClusterCache::Template& ClusterCache::template_for(const json& pod, const std::string& owner, const std::string& hash, WorkloadId workload) {
  const std::string index = owner + "#" + hash;
  const auto found = templates_.find(index);
  if (found != templates_.end()) return found->second;
  pod_specs_.push_back(decode_pod_spec(pod));
  const std::uint32_t revision = ++revisions_[owner];
  Workload& row = state_.workloads[workload];
  row.revision = std::max(row.revision, revision);
  if (!row.applied) row.pod_template = &pod_specs_.back();
  return templates_[index] = {&pod_specs_.back(), revision};
}

void ClusterCache::pod_event(const ObjectEvent& event, SimTime now) {
  const std::string name(event.key);
  if (event.change == ObjectChange::Deleted) return remove_pod(name, now);
  if (const PodId id = find_pod(name)) update_pod(id, *event.object, now);
  else add_pod(name, *event.object, now);
}

void ClusterCache::add_pod(const std::string& name, const json& object, SimTime now) {
  PodOwner owner = owner_of(object);
  if (!owner.known) owner.key = name;   // a bare pod is a workload of its own
  const WorkloadId workload = workload_for(owner.kind, owner.key);
  const Template& made_of = template_for(object, owner.key, owner.template_hash, workload);
  Pod pod;
  pod.name = full(name);
  pod.spec = made_of.spec;
  pod.revision = made_of.revision;
  pod.owner = workload;
  decode_pod_status(object, epoch_us_, pod);
  const bool found = !live_;
  // Waits are measured on one clock: a server whose time is another (a simulated one, or one that nobody sets) is not believed.
  if (!found && (pod.created > now || now - pod.created > kPodClocksApart)) pod.created = now;
  if (!found) {
    // It is told in the order in which it happened: created, then what it has become since.
    pod.ready = pod.unschedulable = false;
    pod.started = pod.deleting = kNever;
    pod.phase = PodPhase::Pending;
  }
  pod.was_ready = found && pod.ready;
  const PodId id = pods_[name] = state_.pods.insert(std::move(pod));
  state_.workloads[workload].pods.push_back(id);
  const std::string node = text_in(object, {"spec", "nodeName"});
  if (found) {
    if (!node.empty()) place(id, node, now);
    count(state_.pods[id], +1);
    recorder_->pod_found(id, now);
  } else {
    count(state_.pods[id], +1);
    recorder_->pod_created(id, now);
  }
  log(ChangeKind::PodCreated, id.row, id.generation, workload.row);
  if (!found) update_pod(id, object, now);
}

void ClusterCache::place(PodId id, const std::string& node, SimTime now) {
  const NodeId on = node_for(node, now);
  state_.pods[id].node = on;
  state_.nodes[on].pods.push_back(id);
}

void ClusterCache::update_pod(PodId id, const json& object, SimTime now) {
  Pod& pod = state_.pods[id];
  const Pod before = pod;
  count(pod, -1);
  const std::string node = text_in(object, {"spec", "nodeName"});
  if (pod.node.null() && !node.empty()) place(id, node, now);
  decode_pod_status(object, epoch_us_, pod);
  pod.created = before.created;
  count(pod, +1);
  tell(id, before, object, now);
}

/// Turns the difference between two states of a pod into the rows of the Timeline that the twin writes for the same life.
void ClusterCache::tell(PodId id, const Pod& before, const json& object, SimTime now) {
  Pod& pod = state_.pods[id];
  const auto changed = [&](ChangeKind kind) { log(kind, id.row, id.generation, pod.owner.row); };
  if (before.node.null() && !pod.node.null()) {
    recorder_->pod_bound(id, now);
    changed(ChangeKind::PodBound);
  } else if (pod.unschedulable && !before.unschedulable) {
    recorder_->pod_unschedulable(id, Name("Unschedulable"), now);
    changed(ChangeKind::PodUpdated);
  }
  if (before.started == kNever && pod.started != kNever && !pod.node.null()) recorder_->pod_started(id, Duration{0}, now);
  if (before.ready != pod.ready) {
    recorder_->pod_ready_changed(id, now);
    if (pod.ready) pod.was_ready = true;
  }
  if (!before.terminating() && pod.terminating()) {
    recorder_->pod_deleting(id, reason_of(object), now);
    changed(ChangeKind::PodDeleting);
  } else if (before.phase != pod.phase || before.ready != pod.ready) {
    changed(ChangeKind::PodUpdated);
  }
}

void ClusterCache::remove_pod(const std::string& name, SimTime now) {
  const PodId id = find_pod(name);
  if (!id) return;
  Pod& pod = state_.pods[id];
  count(pod, -1);
  const WorkloadId owner = pod.owner;
  if (!pod.terminating()) {
    pod.deleting = now;
    recorder_->pod_deleting(id, Name("Deleted"), now);
  } else {
    recorder_->replicas_changed(owner, now);
  }
  recorder_->pod_gone(id, now);
  std::erase(state_.workloads[owner].pods, id);
  if (pod.node && state_.nodes.contains(pod.node)) {
    const NodeId on = pod.node;
    std::erase(state_.nodes[on].pods, id);
    // The node went before its last pod: now its row can go, too.
    if (state_.nodes[on].pods.empty() && state_.nodes[on].labels.pairs.empty() && !state_.nodes[on].ready) {
      nodes_.erase(std::string(bare(state_.nodes[on].name)));
      state_.nodes.erase(on);
    }
  }
  log(ChangeKind::PodGone, id.row, id.generation, owner.row);
  pods_.erase(name);
  state_.pods.erase(id);
}

void ClusterCache::kubernetes_event(const ObjectEvent& event, SimTime now) {
  if (!live_ || event.change == ObjectChange::Deleted || event.object == nullptr) return;
  const std::string reason = text_in(*event.object, {"reason"});
  if (reason == "Pulled") image_pulled(*event.object, now);
  else if (reason == "SuccessfulRescale") rescaled(*event.object, now);
  else if (reason == "TriggeredScaleUp" || reason == "ScaledUpGroup") scaled_up(*event.object, now);
}

/// 'Successfully pulled image "x" in 1.234s (2.5s including waiting). Image size: 12345678 bytes.' (kubelet 1.30 and later).
void ClusterCache::image_pulled(const json& event, SimTime now) {
  const std::string message = text_in(event, {"message"});
  if (!message.starts_with("Successfully pulled image")) return;
  const std::size_t in = message.find("\" in ");
  const std::size_t end = in == std::string::npos ? in : message.find_first_of(" (", in + 5);
  const auto took = in == std::string::npos ? std::nullopt : parse_duration(message.substr(in + 5, end - in - 5));
  const PodId pod = find_pod(text_in(event, {"involvedObject", "namespace"}) + "/" + text_in(event, {"involvedObject", "name"}));
  if (!took || !pod || state_.pods[pod].node.null()) return;
  const std::int64_t bytes = number_behind(message, "Image size: ");
  const Workload& workload = state_.workloads[state_.pods[pod].owner];
  timeline_.event({now, code(EventKind::ImagePulled), state_.nodes[state_.pods[pod].node].name, full(workload.key.text()), bytes > 0 ? Name("bytes=" + std::to_string(bytes)) : Name{}, took->us});
}

/// "New size: 5; reason: cpu resource utilization (percentage of request) above target" (kube-controller-manager).
void ClusterCache::rescaled(const json& event, SimTime now) {
  const std::string message = text_in(event, {"message"});
  const std::string name = text_in(event, {"involvedObject", "namespace"}) + "/" + text_in(event, {"involvedObject", "name"});
  const auto found = autoscalers_.find(name);
  const std::size_t why = message.find("reason: ");
  if (found == autoscalers_.end() || why == std::string::npos) return;
  const Workload& workload = state_.workloads[state_.autoscalers[found->second].target];
  timeline_.event({now, code(EventKind::HpaRescaled), full(workload.key.text()), full(name), Name(message.substr(why + 8)), number_behind(message, "New size: ")});
}

/// Of a pod: "pod triggered scale-up: [{aks-user-12345678-vmss 3->5 (max: 10)}]". Of the status ConfigMap: "Scale-up: setting group aks-user-12345678-vmss size to 5 instead of 3
/// (max: 10)", and then "Scale-up: group aks-user-12345678-vmss size set to 5 instead of 3 (max: 10)" (cluster-autoscaler).
void ClusterCache::scaled_up(const json& event, SimTime now) {
  const std::string message = text_in(event, {"message"});
  const bool of_pod = message.starts_with("pod triggered");
  const std::string begin = of_pod ? "{aks-" : "group aks-";
  for (std::size_t at = message.find(begin); at != std::string::npos; at = message.find(begin, at + 1)) {
    const std::size_t from = at + begin.size();
    const std::size_t dash = message.find('-', from);
    if (dash == std::string::npos) return;
    const std::string pool = message.substr(from, dash - from);
    const auto found = pools_.find(pool);
    if (found == pools_.end()) continue;
    const std::string_view rest = std::string_view(message).substr(dash);
    const std::int64_t target = number_behind(rest, of_pod ? "->" : rest.find(" size set to ") != std::string_view::npos ? " size set to " : " size to ");
    if (target < 0) continue;
    const auto last = scale_up_at_.find(pool);
    if (last != scale_up_at_.end() && cloud_.pools[found->second].target == target) continue;   // many pods trigger one scale-up
    scale_up_at_[pool] = now;
    cloud_.pools[found->second].target = target;
    timeline_.set(timeline_.series(key(GaugeKind::NodesTarget, spec_.name, full(pool))), now, target);
    timeline_.event({now, code(EventKind::ScaleUpDecided), full(pool), {}, Name("pending pods"), target});
    log(ChangeKind::PoolUpdated, found->second.row, found->second.generation);
  }
}

void ClusterCache::pod_metrics(const json& list, SimTime now) {
  struct Sum { Millicores cpu; Bytes memory; std::int64_t ready = 0; Millicores idle; std::int64_t not_ready = 0; };
  std::map<std::uint32_t, Sum> sums;
  Millicores all;
  const json* items = find_in(list, {"items"});
  if (items == nullptr || !items->is_array()) return;
  Duration window{30'000'000};
  for (const json& item : *items) {
    const PodId id = find_pod(text_in(item, {"metadata", "namespace"}) + "/" + text_in(item, {"metadata", "name"}));
    if (!id) continue;
    Millicores cpu;
    Bytes memory;
    if (const json* containers = find_in(item, {"containers"}); containers != nullptr && containers->is_array())
      for (const json& container : *containers) {
        // metrics-server writes nanocores ("1234567n"); the parser of quantities knows suffixes from m upwards.
        std::string text = text_in(container, {"usage", "cpu"});
        std::int64_t divisor = 1;
        if (!text.empty() && (text.back() == 'n' || text.back() == 'u')) {
          divisor = text.back() == 'n' ? 1'000'000 : 1'000;
          text.pop_back();
        }
        if (divisor > 1) cpu += Millicores{(parse_bytes(text).value_or(Bytes{}).value + divisor - 1) / divisor};
        else cpu += parse_millicores(text).value_or(Millicores{});
        memory += parse_bytes(text_in(container, {"usage", "memory"})).value_or(Bytes{});
      }
    if (const auto parsed = parse_duration(text_in(item, {"window"}))) window = *parsed;
    all += cpu;
    Sum& sum = sums[state_.pods[id].owner.row];
    if (state_.pods[id].ready) {
      sum.cpu += cpu;
      sum.memory += memory;
      ++sum.ready;
    } else {
      sum.idle += cpu;
      ++sum.not_ready;
    }
  }
  for (const auto& [row, sum] : sums) {
    PodMetrics& metrics = state_.metrics[row];
    metrics.at = now;
    metrics.window = window;
    if (sum.ready > 0) {
      metrics.cpu = sum.cpu / sum.ready;
      metrics.memory = sum.memory / sum.ready;
    }
    if (sum.not_ready > 0) metrics.cpu_idle = sum.idle / sum.not_ready;
  }
  timeline_.set(timeline_.series(key(GaugeKind::CpuUsed, spec_.name)), now, all.value);
  log(ChangeKind::MetricsSampled, 0, 0);
}

}  // namespace akstwin
