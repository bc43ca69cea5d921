#include "scenarios/imports/simkube_trace.hpp"

#include <algorithm>
#include <map>

#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

std::string identity(const YamlNode& object) {
  return std::string(object.text_of("apiVersion")) + " " + std::string(object.text_of("kind")) + " " + text_below(object, "metadata.namespace") + "/" + text_below(object, "metadata.name");
}

}  // namespace

bool is_simkube_trace(const YamlNode& document) {
  const YamlNode* events = document.find("events");
  return find_below(document, "config.trackedObjects") != nullptr && events != nullptr && events->is_list();
}

SimkubeTrace read_simkube_trace(const YamlNode& document) {
  SimkubeTrace trace;
  std::map<std::string, std::size_t> known;
  for (const YamlNode& event : document.find("events")->items) {
    ++trace.events;
    if (const auto at = parse_whole(event.text_of("ts"))) {
      trace.first = trace.events == 1 ? *at : std::min(trace.first, *at);
      trace.last = std::max(trace.last, *at);
    }
    if (const YamlNode* deleted = event.find("deleted_objs")) trace.deleted += static_cast<std::int64_t>(deleted->items.size());
    const YamlNode* applied = event.find("applied_objs");
    if (applied == nullptr) continue;
    for (const YamlNode& object : applied->items) {
      ++trace.applied;
      const auto [entry, inserted] = known.emplace(identity(object), trace.objects.size());
      if (inserted) trace.objects.push_back(object);
      else trace.objects[entry->second] = object;
    }
  }
  return trace;
}

}  // namespace akstwin
