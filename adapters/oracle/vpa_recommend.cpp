#include <algorithm>
#include <deque>
#include <tuple>
#include <vector>

#include "adapters/oracle/hpa_json.hpp"
#include "adapters/oracle/vpa_cases.hpp"
#include "models/controllers/autoscaling/vpa_recommender.hpp"

namespace akstwin::oracle {
namespace {

struct Container {
  std::string name;
  Millicores request;                  ///< that weighs CPU samples
  VpaContainerHistory history;
};

/// What happens to one container of one pod. Usage comes before kills of the same instant.
struct Event {
  SimTime at;
  bool killed = false;
  Container* container = nullptr;
  VpaContainerUsage* usage = nullptr;
  Millicores cpu;
  Bytes memory;                        ///< used, or requested when it was killed
};

class Replay {
 public:
  explicit Replay(const Json& recorded) {
    for (const Json& entry : recorded.at("containers")) {
      Container& container = containers_.emplace_back(entry.at("name").get<std::string>(), Millicores{entry.at("cpu_sample_request_milli").get<std::int64_t>()},
                                                      VpaContainerHistory(options_));
      for (const Json& pod : entry.at("pods")) read_pod(pod, container);
    }
    std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return std::tie(a.at, a.killed) < std::tie(b.at, b.killed); });
  }

  void run_to(SimTime until) {
    for (; next_ < events_.size() && events_[next_].at <= until; ++next_) {
      const Event& event = events_[next_];
      if (event.killed) {
        event.usage->out_of_memory(event.container->history, event.memory, event.at);
        continue;
      }
      event.usage->sample_cpu(event.container->history, event.cpu, event.container->request, event.at);
      event.usage->sample_memory(event.container->history, event.memory, event.at);
    }
  }

  /// What differs from the recorded recommendations now.
  std::string differences(const Json& expected) const {
    std::vector<const VpaContainerHistory*> histories;
    for (const Container& container : containers_) histories.push_back(&container.history);
    const std::vector<VpaEstimate> estimates = estimate(histories, options_);
    std::string text;
    for (std::size_t i = 0; i < containers_.size(); ++i) {
      const Json& upstream = expected.at(containers_[i].name);
      const auto compare = [&](const char* bound, const ContainerAmounts& ours) {
        const auto one = [&](const char* unit, std::int64_t mine) {
          const Json& theirs = upstream.at(bound).at(unit);
          if (theirs != mine) text += containers_[i].name + " " + bound + " " + unit + ": upstream " + theirs.dump() + ", ours " + std::to_string(mine) + "; ";
        };
        one("cpu_milli", ours.cpu.value);
        one("memory_bytes", ours.memory.value);
      };
      compare("target", estimates[i].target);
      compare("lower_bound", estimates[i].lower_bound);
      compare("upper_bound", estimates[i].upper_bound);
    }
    return text;
  }

 private:
  void read_pod(const Json& pod, Container& container) {
    VpaContainerUsage& usage = usages_.emplace_back(options_);
    const SimTime start = time_of(pod.at("start_s"));
    const Duration interval = duration_of(pod.at("interval_s"));
    const auto cpu = pod.at("cpu_milli").get<std::vector<std::int64_t>>();
    const auto memory = pod.at("memory_bytes").get<std::vector<std::int64_t>>();
    for (std::size_t i = 0; i < cpu.size(); ++i)
      events_.push_back({start + interval * static_cast<std::int64_t>(i), false, &container, &usage, {cpu[i]}, {memory.at(i)}});
    for (const Json& kill : value_or(pod, "oom_events", Json::array()))
      events_.push_back({time_of(kill.at(0)), true, &container, &usage, {}, {kill.at(1).get<std::int64_t>()}});
  }

  VpaRecommenderOptions options_;
  std::deque<Container> containers_;
  std::deque<VpaContainerUsage> usages_;
  std::vector<Event> events_;
  std::size_t next_ = 0;
};

}  // namespace

std::string check_vpa_recommend(const nlohmann::json& recorded) {
  Replay replay(recorded);
  for (const Json& result : recorded.at("results")) {
    replay.run_to(time_of(result.at("after_t_s")));
    const std::string different = replay.differences(result.at("recommendations"));
    if (!different.empty()) return "after " + result.at("after_t_s").dump() + " s: " + different;
  }
  return {};
}

}  // namespace akstwin::oracle
