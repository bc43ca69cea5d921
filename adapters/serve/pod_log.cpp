// What a pod would be doing, as lines of a log: the twin has no processes, but it knows what state they would be in.
#include <algorithm>
#include <functional>

#include "adapters/serve/cluster_handler.hpp"

namespace akstwin {
namespace {

struct LogLine { SimTime at; std::string text; };

/// Which lines, and how.
struct LogWish {
  bool timestamps = false;
  SimTime after{-1};                 // only later ones
  std::int64_t tail = -1;            // the last so many; negative: all
};

std::vector<LogLine> lines_of(const ClusterState& state, PodId id, const std::string& name) {
  const Pod& pod = state.pods[id];
  const Workload& owner = state.workloads[pod.owner];
  std::vector<LogLine> out;
  const auto line = [&](SimTime at, std::string text) { out.push_back({at, std::move(text)}); };
  line(pod.started, "simulated " + name + ": process started from " + pod.spec->containers.front().image.str() + " (revision " + std::to_string(pod.revision) + ")");
  if (pod.ready_transition != kNever) line(pod.ready_transition, pod.ready ? "ready: readiness probe answers" : "not ready");
  if (pod.owner.row < state.metrics.size() && state.metrics[pod.owner.row].at != kNever) {
    const PodMetrics& sample = state.metrics[pod.owner.row];
    std::string what = "using " + to_string(pod.ready ? sample.cpu : sample.cpu_idle) + " CPU and " + to_string(sample.memory) + " of memory";
    if (sample.requests_milli >= 0 && owner.ready > 0 && pod.ready) what += ", serving " + std::to_string(sample.requests_milli / owner.ready / 1'000) + " requests a second";
    line(sample.at, std::move(what));
  }
  if (pod.terminating()) line(pod.deleting, "SIGTERM: shutting down within " + to_string(pod.spec->termination_grace));
  std::ranges::stable_sort(out, {}, &LogLine::at);
  return out;
}

std::string text_of(const std::vector<LogLine>& lines, const LogWish& wish, const Epoch& epoch) {
  std::string out;
  std::size_t first = 0;
  if (wish.tail >= 0 && static_cast<std::size_t>(wish.tail) < lines.size()) first = lines.size() - static_cast<std::size_t>(wish.tail);
  for (std::size_t i = first; i < lines.size(); ++i)
    if (lines[i].at > wish.after) out += (wish.timestamps ? epoch.iso(lines[i].at) + " " : "") + epoch.iso(lines[i].at) + " " + lines[i].text + "\n";
  return out;
}

/// `kubectl logs -f`: new lines as the pod goes on, until it ends.
class LogStream final : public ResponseStream {
 public:
  /// `alive` tells whether the pod is still there.
  LogStream(const ClusterState& state, PodId pod, std::string name, LogWish wish, Epoch epoch) : state_(state), pod_(pod), name_(std::move(name)), wish_(wish), epoch_(epoch) {}

  State read(std::string& out) override {
    if (!state_.pods.contains(pod_)) return State::Ended;
    const auto lines = lines_of(state_, pod_, name_);
    out += text_of(lines, wish_, epoch_);
    wish_.tail = -1;
    for (const LogLine& line : lines) wish_.after = std::max(wish_.after, line.at);
    const PodPhase phase = state_.pods[pod_].phase;
    return phase == PodPhase::Succeeded || phase == PodPhase::Failed ? State::Ended : State::Open;
  }

 private:
  const ClusterState& state_;
  PodId pod_;
  std::string name_;
  LogWish wish_;
  Epoch epoch_;
};

std::int64_t number_of(const std::string& text) {
  const bool digits = !text.empty() && text.size() < 10 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::stoll(text) : -1;
}

}  // namespace

HttpServerResponse ClusterHandler::log(const ApiRequest& request, const ResourcePath& path) {
  if (request.method != "GET") return status_response(method_not_allowed(request.method));
  const PodId id = cluster_.projection.pod(path.key());
  if (!id && cluster_.store.table(path.stored).find(path.key()) == nullptr) return status_response(not_found(row(path.kind), path.name));
  const std::string container = request.option("container");
  if (!id) return status_response(bad_request("container \"" + container + "\" in pod \"" + path.name + "\" is waiting to start: ContainerCreating"));
  const ClusterState& state = cluster_.runtime.server().state();
  const Pod& pod = state.pods[id];
  if (!container.empty() && std::ranges::none_of(pod.spec->containers, [&](const ContainerSpec& spec) { return spec.name.text() == container; }))
    return status_response(bad_request("container " + container + " is not valid for pod " + path.name));
  const std::string shown = container.empty() ? pod.spec->containers.front().name.str() : container;
  if (request.flag("previous")) return status_response(bad_request("previous terminated container \"" + shown + "\" in pod \"" + path.name + "\" not found"));
  if (pod.started == kNever) return status_response(bad_request("container \"" + shown + "\" in pod \"" + path.name + "\" is waiting to start: ContainerCreating"));
  LogWish wish{request.flag("timestamps"), SimTime{-1}, number_of(request.option("tailLines"))};
  if (const std::int64_t since = number_of(request.option("sinceSeconds")); since >= 0) wish.after = world_.now() - Duration{since * 1'000'000};
  const Epoch epoch = world_.scenario().start;
  HttpServerResponse out = text_response(200, {});
  out.content_type = "text/plain";
  if (request.flag("follow")) out.stream = std::make_unique<LogStream>(state, id, path.name, wish, epoch);
  else out.body = text_of(lines_of(state, id, path.name), wish, epoch);
  return out;
}

}  // namespace akstwin
