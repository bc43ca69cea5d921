#include "adapters/serve/endpoint_feed.hpp"

#include <algorithm>

#include "adapters/kube/encode.hpp"

namespace akstwin {
namespace {

int pods_kind() { return find_resource("", "v1", "pods"); }
int services_kind() { return find_resource("", "v1", "services"); }
int endpoints_kind() { return find_resource("", "v1", "endpoints"); }
int slices_kind() { return find_resource("discovery.k8s.io", "v1", "endpointslices"); }

std::string space_of(std::string_view key) { return std::string(key.substr(0, key.find('/'))); }

bool matches(const StoredObject& pod, const Json& selector) {
  return std::ranges::all_of(selector.items(), [&](const auto& wanted) {
    return std::ranges::any_of(pod.labels, [&](const auto& label) { return label.first == wanted.key() && wanted.value() == label.second; });
  });
}

std::string field(const StoredObject& pod, std::string_view name) {
  const auto found = std::ranges::find(pod.fields, name, &std::pair<std::string, std::string>::first);
  return found == pod.fields.end() ? std::string() : found->second;
}

/// Ports of the Service as the pods have them: a target port that is a name stays the Service's number, containers of the twin have no names of ports to look up.
Json ports_of(const Json& service) {
  Json out = Json::array();
  for (const Json& port : service["spec"].value("ports", Json::array())) {
    const Json target = port.value("targetPort", Json());
    Json entry{{"port", target.is_number_integer() ? target : port.value("port", Json(0))}, {"protocol", port.value("protocol", "TCP")}};
    entry["name"] = port.value("name", "");   // clients of EndpointSlices take it for granted
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

void EndpointFeed::ask() {
  if (asked_) return;
  asked_ = true;
  pods_seen_ = store_.table(pods_kind()).end();
  services_seen_ = store_.table(services_kind()).end();
  std::set<std::string> spaces;
  for (const auto& [key, object] : store_.table(services_kind()).objects()) spaces.insert(space_of(key));
  for (const std::string& space : spaces) refresh(space);
}

void EndpointFeed::sync() {
  if (!asked_) return;
  std::set<std::string> spaces;
  bool all = false;
  const auto look = [&](int kind, std::uint64_t& seen) {
    const ObjectTable& table = store_.table(kind);
    all = all || seen < table.first();
    for (std::uint64_t number = std::max(seen, table.first()); number < table.end(); ++number) spaces.insert(space_of(table.entry(number).key));
    seen = table.end();
  };
  look(pods_kind(), pods_seen_);
  look(services_kind(), services_seen_);
  if (all)
    for (const auto& [key, object] : store_.table(services_kind()).objects()) spaces.insert(space_of(key));
  for (const std::string& space : spaces) refresh(space);
}

void EndpointFeed::refresh(const std::string& name_space) {
  const std::string prefix = name_space + "/";
  for (auto key = written_.lower_bound(prefix); key != written_.end() && key->starts_with(prefix);) {
    const std::string known = *key++;
    if (store_.table(services_kind()).find(known) == nullptr) forget(known);
  }
  const auto& services = store_.table(services_kind()).objects();
  for (auto service = services.lower_bound(prefix); service != services.end() && service->first.starts_with(prefix); ++service) {
    const Json object = Json::parse(service->second->text);
    const Json selector = object.value("spec", Json::object()).value("selector", Json());
    if (selector.is_object() && !selector.empty()) write(object);
  }
}

void EndpointFeed::forget(const std::string& key) {
  store_.erase(endpoints_kind(), key);
  store_.erase(slices_kind(), key + "-twin");
  written_.erase(key);
}

void EndpointFeed::write(const Json& service) {
  const std::string name = service["metadata"]["name"], space = service["metadata"]["namespace"], prefix = space + "/";
  const Json& selector = service["spec"]["selector"];
  const ClusterState& state = runtime_.server().state();
  Json ready = Json::array(), waiting = Json::array(), endpoints = Json::array();
  const auto& pods = store_.table(pods_kind()).objects();
  for (auto pod = pods.lower_bound(prefix); pod != pods.end() && pod->first.starts_with(prefix); ++pod) {
    const std::string address = field(*pod->second, "status.podIP"), phase = field(*pod->second, "status.phase");
    if (address.empty() || phase == "Succeeded" || phase == "Failed" || !matches(*pod->second, selector)) continue;
    const PodId id = projection_.pod(pod->first);
    const bool serves = id && state.pods[id].ready && !state.pods[id].terminating();
    const Json target{{"kind", "Pod"}, {"namespace", space}, {"name", pod->first.substr(prefix.size())}};
    const std::string node = field(*pod->second, "spec.nodeName");
    (serves ? ready : waiting).push_back({{"ip", address}, {"nodeName", node}, {"targetRef", target}});
    const bool leaving = id && state.pods[id].terminating();
    endpoints.push_back({{"addresses", Json::array({address})}, {"conditions", {{"ready", serves}, {"serving", serves || (leaving && state.pods[id].ready)}, {"terminating", leaving}}}, {"nodeName", node}, {"targetRef", target}});
  }
  const Json ports = ports_of(service);
  const auto metadata = [&](const std::string& object_name, const char* kind) {
    return Json{{"name", object_name}, {"namespace", space}, {"uid", uid_text(std::string(kind) + "/" + space + "/" + object_name)}, {"creationTimestamp", service["metadata"].value("creationTimestamp", Json())}};
  };
  Json object{{"kind", "Endpoints"}, {"apiVersion", "v1"}, {"metadata", metadata(name, "Endpoints")}};
  if (!ready.empty() || !waiting.empty()) {
    Json subset{{"ports", ports}};
    if (!ready.empty()) subset["addresses"] = std::move(ready);
    if (!waiting.empty()) subset["notReadyAddresses"] = std::move(waiting);
    object["subsets"] = Json::array({std::move(subset)});
  }
  store_.put(endpoints_kind(), std::move(object));
  Json slice{{"kind", "EndpointSlice"}, {"apiVersion", "discovery.k8s.io/v1"}, {"metadata", metadata(name + "-twin", "EndpointSlice")}, {"addressType", "IPv4"}, {"endpoints", std::move(endpoints)}, {"ports", ports}};
  slice["metadata"]["labels"] = {{"endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io"}, {"kubernetes.io/service-name", name}};
  slice["metadata"]["ownerReferences"] = Json::array({Json{{"apiVersion", "v1"}, {"kind", "Service"}, {"name", name}, {"uid", service["metadata"].value("uid", "")}, {"controller", true}, {"blockOwnerDeletion", true}}});
  store_.put(slices_kind(), std::move(slice));
  written_.insert(space + "/" + name);
}

}  // namespace akstwin
