#include "adapters/export/chrome_trace.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "models/observe/kinds.hpp"

namespace akstwin {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr EventKind kInstants[] = {EventKind::ScaleUpDecided, EventKind::ScaleDownDecided, EventKind::PoolRefused, EventKind::HpaRescaled, EventKind::SpotMarketReclaim, EventKind::OutageBegan,
                                   EventKind::OutageEnded, EventKind::TrafficMoved, EventKind::ActionStarted, EventKind::ActionDone, EventKind::Recovered, EventKind::Finding};
constexpr GaugeKind kCounters[] = {GaugeKind::NodesReady, GaugeKind::PodsPending, GaugeKind::CpuRequested, GaugeKind::CpuAllocatable};

class TraceWriter {
 public:
  TraceWriter(const ExportSource& source, const TextSink& sink) : source_(source), sink_(sink) {}

  void write() {
    sink_("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    clusters();
    nodes();
    pods();
    instants();
    counters();
    sink_(text_ + "\n]}\n");
  }

 private:
  void event(const OrderedJson& json) {
    text_ += (first_ ? "" : ",\n") + json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
    first_ = false;
    if (text_.size() < (1U << 20)) return;
    sink_(text_);
    text_.clear();
  }
  void name(int pid, int tid, const std::string& what, const char* kind) {
    OrderedJson json{{"name", kind}, {"ph", "M"}, {"pid", pid}};
    if (tid >= 0) json["tid"] = tid;
    json["args"] = {{"name", what}};
    event(json);
  }
  SimTime clipped(SimTime at) const { return std::clamp(at, source_.from, source_.to); }
  void slice(int pid, int tid, const std::string& what, const char* category, SimTime from, SimTime to, OrderedJson arguments) {
    const SimTime begin = clipped(from), end = clipped(to);
    if (to < source_.from || from > source_.to || end < begin) return;
    event({{"name", what}, {"cat", category}, {"ph", "X"}, {"ts", begin.us}, {"dur", (end - begin).us}, {"pid", pid}, {"tid", tid}, {"args", std::move(arguments)}});
  }

  void clusters() {
    for (const ClusterSpec& cluster : source_.scenario.clusters) {
      cluster_pids_[cluster.name] = next_pid_;
      name(next_pid_, -1, "cluster " + cluster.name.str(), "process_name");
      name(next_pid_, 0, "pending pods", "thread_name");
      name(next_pid_, 1, "decisions", "thread_name");
      ++next_pid_;
    }
  }
  int cluster_pid(Name subject) const {
    const auto found = cluster_pids_.find(Name(three_parts(subject).cluster));
    return found != cluster_pids_.end() ? found->second : 1;
  }

  // Tid 0 is the machine itself; pods take the lowest free slot from 1 on.
  void nodes() {
    for (const NodeLife& node : source_.lives.nodes) {
      if (node.requested > source_.to || node.gone < source_.from) continue;
      const auto [entry, inserted] = node_pids_.try_emplace(node.node, next_pid_);
      if (inserted) {
        name(next_pid_, -1, node.node.str(), "process_name");
        name(next_pid_, 0, "node", "thread_name");
        ++next_pid_;
      }
      const SimTime ready = std::min(node.ready, node.gone), leaving = std::min(node.deleting, node.gone);
      slice(entry->second, 0, "provisioning", "node", node.requested, ready, {{"pool", node.pool.str()}});
      if (node.ready != kNever) slice(entry->second, 0, "ready", "node", node.ready, leaving, {{"pool", node.pool.str()}});
      if (node.deleting != kNever) slice(entry->second, 0, "deleting", "node", node.deleting, node.gone, {{"why", node.why.str()}});
    }
  }

  int slot(int pid, SimTime from, SimTime to) {
    std::vector<SimTime>& busy = slots_[pid];
    const auto free = std::ranges::find_if(busy, [&](SimTime until) { return until <= from; });
    const auto index = static_cast<int>(free - busy.begin());
    if (free == busy.end()) {
      busy.push_back(to);
      name(pid, index + 1, "slot " + std::to_string(index + 1), "thread_name");
    } else {
      *free = to;
    }
    return index + 1;
  }

  void pods() {
    std::vector<const PodLife*> placed;
    for (const PodLife& pod : source_.lives.pods) {
      if (pod.created > source_.to || pod.deleted < source_.from) continue;
      const SimTime scheduled = std::min(pod.scheduled, pod.deleted);
      // Waits overlap; async events of one id each have lanes of their own.
      if (scheduled > pod.created) wait(pod, scheduled);
      if (pod.scheduled != kNever && node_pids_.contains(pod.node)) placed.push_back(&pod);
    }
    std::ranges::stable_sort(placed, {}, [](const PodLife* pod) { return pod->scheduled; });
    for (const PodLife* pod : placed) {
      const int pid = node_pids_.at(pod->node), tid = slot(pid, pod->scheduled, pod->deleted);
      const OrderedJson about{{"workload", pod->workload.str()}, {"why_deleted", pod->why.str()}};
      const SimTime started = std::min(pod->started, pod->deleted), ready = std::min(pod->ready, pod->deleted);
      const std::string who = three_parts(pod->pod).name;
      slice(pid, tid, who + " starting", "pod", pod->scheduled, std::max(started, std::min(ready, pod->deleted)), about);
      if (pod->ready != kNever) slice(pid, tid, who, "pod", pod->ready, pod->deleted, about);
    }
  }
  void wait(const PodLife& pod, SimTime scheduled) {
    if (scheduled < source_.from || pod.created > source_.to) return;
    const int pid = cluster_pid(pod.pod);
    const std::string id = std::to_string(++waits_), who = three_parts(pod.pod).name;
    event({{"name", who}, {"cat", "pending"}, {"ph", "b"}, {"id", id}, {"ts", clipped(pod.created).us}, {"pid", pid}, {"tid", 0}});
    event({{"name", who}, {"cat", "pending"}, {"ph", "e"}, {"id", id}, {"ts", clipped(scheduled).us}, {"pid", pid}, {"tid", 0}});
  }

  void instants() {
    const auto meanings = event_meanings();
    for (const TimelineEvent& entry : source_.timeline.events()) {
      if (entry.at < source_.from || entry.at > source_.to || std::ranges::find(kInstants, static_cast<EventKind>(entry.kind)) == std::end(kInstants)) continue;
      event({{"name", std::string(meanings[entry.kind].name)}, {"cat", "decision"}, {"ph", "i"}, {"s", "p"}, {"ts", entry.at.us}, {"pid", cluster_pid(entry.subject)}, {"tid", 1},
             {"args", {{"subject", entry.subject.str()}, {"object", entry.object.str()}, {"detail", entry.detail.str()}, {"value", entry.value}}}});
    }
  }

  void counters() {
    const auto meanings = gauge_meanings();
    for (const GaugeKind kind : kCounters) {
      for (const Series* series : source_.timeline.of_kind(code(kind))) {
        const std::string label = series->key.b.empty() ? "value" : series->key.b.str();
        const std::string title = std::string(meanings[code(kind)].name) + (series->key.b.empty() ? "" : " " + label);
        for (const Sample& sample : series->samples)
          if (sample.at >= source_.from && sample.at <= source_.to)
            event({{"name", title}, {"cat", "gauge"}, {"ph", "C"}, {"ts", sample.at.us}, {"pid", cluster_pid(series->key.a)}, {"args", {{label, sample.value}}}});
      }
    }
  }

  const ExportSource& source_;
  const TextSink& sink_;
  std::string text_;
  bool first_ = true;
  int next_pid_ = 1;
  std::int64_t waits_ = 0;
  std::map<Name, int> cluster_pids_, node_pids_;
  std::map<int, std::vector<SimTime>> slots_;   // by pid: until when each slot is taken
};

}  // namespace

void write_chrome_trace(const ExportSource& source, const TextSink& sink) { TraceWriter(source, sink).write(); }

}  // namespace akstwin
