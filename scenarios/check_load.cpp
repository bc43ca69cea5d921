#include <algorithm>
#include <map>
#include <set>

#include "scenarios/check_scenario.hpp"

namespace akstwin {
namespace {

std::set<std::string> workload_names(const Scenario& scenario) {
  std::set<std::string> names;
  for (const ClusterWorkloads& entry : scenario.workloads)
    for (const WorkloadSpec& workload : entry.manifests.workloads) names.insert(workload.name_space.str() + "/" + workload.name.str());
  return names;
}

std::string suggest(std::string_view wanted, const std::set<std::string>& known) {
  const std::vector<std::string> list(known.begin(), known.end());
  if (wanted.find('/') == std::string_view::npos) return "write namespace/name";
  const std::string near = closest(wanted, list);
  if (!near.empty()) return "did you mean '" + near + "'?";
  return list.empty() ? "no manifests were read: see `workloads`" : "no workload of that name is among the manifests";
}

void check_traffic(Check& check, const TrafficSpec& traffic, const std::string& path, const std::string& whose) {
  if (check.broken(path)) return;
  if (traffic.trough_milli_rps > traffic.peak_milli_rps && traffic.shape != TrafficShape::Trace)
    check.error("S070", check.where(path + ".trough"), "the lowest rate of " + whose + " is above its peak", "swap them");
  if (traffic.shape == TrafficShape::Trace && traffic.trace_milli_rps.empty())
    check.error("S070", check.where(path + ".shape"), "the traffic of " + whose + " has shape: trace, but no trace", "add trace: with a CSV file, prometheus: or stages:");
  const bool recorded = check.states(path + ".trace") || check.states(path + ".prometheus") || check.states(path + ".stages");
  if (traffic.shape != TrafficShape::Trace && traffic.peak_milli_rps == 0 && !recorded)
    check.warning("S070", check.where(path), "the traffic of " + whose + " has no peak, so that nothing arrives", "add peak: 100rps");
  for (const TrafficBurst& burst : traffic.bursts)
    if (burst.at.since_start() > check.scenario().horizon) check.warning("S070", check.where(path + ".bursts"), "a burst of " + whose + " begins after the horizon", "move it, or lengthen the horizon");
}

// Walks the calls from each service; a return to it is a cycle, in which load would grow without end.
void check_call_cycles(Check& check) {
  const auto& services = check.scenario().services;
  std::map<Name, const ServiceLoadSpec*> by_name;
  for (const auto& service : services) by_name.emplace(service.workload, &service);
  std::set<Name> reported;
  for (const auto& start : services) {
    std::vector<Name> open;
    std::set<Name> seen;
    for (const CallSpec& call : start.calls) open.push_back(call.workload);
    while (!open.empty() && !reported.contains(start.workload)) {
      const Name next = open.back();
      open.pop_back();
      if (next == start.workload) {
        check.error("S071", check.where("services." + start.workload.str() + ".calls"), "'" + start.workload.str() + "' calls itself through its calls", "break the circle: a request would never end");
        reported.insert(seen.begin(), seen.end());
        break;
      }
      const auto service = by_name.find(next);
      if (service == by_name.end() || !seen.insert(next).second) continue;
      for (const CallSpec& call : service->second->calls) open.push_back(call.workload);
    }
  }
}

void check_services(Check& check, const std::set<std::string>& names) {
  const auto& services = check.scenario().services;
  std::set<Name> seen;
  for (const ServiceLoadSpec& service : services) {
    const std::string path = "services." + service.workload.str();
    if (service.workload.empty()) continue;
    if (!seen.insert(service.workload).second) check.error("S016", service.declared_at, "'" + service.workload.str() + "' has two entries under services", "merge them");
    if (!names.contains(service.workload.str())) check.error("S020", check.where(path + ".workload"), "there is no workload '" + service.workload.str() + "'", suggest(service.workload.text(), names));
    if (service.timeout < service.service_time) check.warning("S070", check.where(path + ".latency"), "the timeout of '" + service.workload.str() + "' is shorter than its service time", "every request would fail");
    if (check.states(path + ".traffic")) check_traffic(check, service.traffic, path + ".traffic", "'" + service.workload.str() + "'");
    for (std::size_t i = 0; i < service.calls.size(); ++i) {
      const Name callee = service.calls[i].workload;
      if (callee.empty() || names.contains(callee.str())) continue;
      check.error("S020", check.where(path + ".calls." + callee.str() + ".workload"), "'" + service.workload.str() + "' calls '" + callee.str() + "', which does not exist", suggest(callee.text(), names));
    }
  }
}

void check_queues(Check& check, const std::set<std::string>& names) {
  std::set<Name> bound, seen;
  for (const ClusterWorkloads& entry : check.scenario().workloads)
    for (const ScaledObjectSpec& scaled : entry.manifests.scaled_objects)
      for (const auto& trigger : scaled.triggers) bound.insert(trigger.name);
  for (const QueueSpec& queue : check.scenario().queues) {
    const std::string path = "queues." + queue.name.str();
    if (!seen.insert(queue.name).second) check.error("S016", queue.declared_at, "queue '" + queue.name.str() + "' is defined twice", "give it another name");
    if (!queue.workload.empty() && !names.contains(queue.workload.str())) check.error("S020", check.where(path + ".workload"), "queue '" + queue.name.str() + "' is consumed by '" + queue.workload.str() + "', which does not exist", suggest(queue.workload.text(), names));
    if (!bound.contains(queue.name)) check.warning("S020", check.where(path + ".name"), "no ScaledObject has a trigger named '" + queue.name.str() + "'", "its consumer is not scaled by the queue; name the trigger, or set its queueName");
    check_traffic(check, queue.arrivals, path + ".arrivals", "queue '" + queue.name.str() + "'");
  }
}

}  // namespace

void check_load(Check& check) {
  const std::set<std::string> names = workload_names(check.scenario());
  check_services(check, names);
  check_call_cycles(check);
  check_queues(check, names);
  for (const ImageSpec& image : check.scenario().images) {
    if (image.workload.empty() || image.workload == Name("*") || names.contains(image.workload.str())) continue;
    check.warning("S020", image.declared_at, "there is no workload '" + image.workload.str() + "' for this image", suggest(image.workload.text(), names));
  }
}

}  // namespace akstwin
