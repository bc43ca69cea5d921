#include "adapters/serve/quotas.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "sim/base/quantity.hpp"

namespace akstwin {
namespace {

/// Amounts by the name of the resource: CPU in millicores, memory in bytes, everything else as a count.
using Amounts = std::map<std::string, std::int64_t>;

bool of_cpu(std::string_view resource) { return resource == "cpu" || resource.ends_with(".cpu"); }
bool of_memory(std::string_view resource) { return resource == "memory" || resource.ends_with(".memory"); }

std::int64_t amount_of(std::string_view resource, const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.is_number() ? value.dump() : std::string();
  if (of_cpu(resource)) return parse_millicores(text).value_or(Millicores{}).value;
  if (of_memory(resource)) return parse_bytes(text).value_or(Bytes{}).value;
  return parse_milli(text).value_or(0) / 1'000;
}

std::string text_of_amount(std::string_view resource, std::int64_t amount) {
  if (of_cpu(resource)) return to_string(Millicores{amount});
  return of_memory(resource) ? to_string(Bytes{amount}) : std::to_string(amount);
}

/// "limits.cpu" → limits, cpu; "cpu" and "requests.cpu" → requests, cpu; counts have no field.
std::pair<const char*, std::string> field_of(const std::string& resource) {
  if (resource.starts_with("limits.")) return {"limits", resource.substr(7)};
  if (resource.starts_with("requests.")) return {"requests", resource.substr(9)};
  return {of_cpu(resource) || of_memory(resource) ? "requests" : nullptr, resource};
}

Json stated(const Json& container, const char* field, const std::string& name) {
  const Json resources = container.value("resources", Json::object());
  for (const char* part : {field, "limits"}) {   // a limit without a request is the request
    const Json amounts = resources.is_object() ? resources.value(part, Json()) : Json();
    if (amounts.is_object() && amounts.contains(name)) return amounts[name];
    if (std::string_view(field) == "limits") break;
  }
  return nullptr;
}

const Json& containers_of(const Json& pod) {
  static const Json kNone = Json::array();
  const auto spec = pod.find("spec");
  if (spec == pod.end() || !spec->is_object() || !spec->contains("containers") || !(*spec)["containers"].is_array()) return kNone;
  return (*spec)["containers"];
}

/// What one object takes of a resource.
std::int64_t taken(const ResourceKind& kind, const Json& object, const std::string& resource) {
  const std::string counted = "count/" + std::string(kind.plural) + (kind.group.empty() ? "" : "." + std::string(kind.group));
  if (resource == counted || resource == kind.plural) return 1;
  const auto [field, name] = field_of(resource);
  if (kind.kind != "Pod" || field == nullptr) return 0;
  std::int64_t sum = 0;
  for (const Json& container : containers_of(object)) sum += amount_of(resource, stated(container, field, name));
  return sum;
}

bool has_ended(const Json& pod) {
  const std::string phase = pod.value("status", Json::object()).value("phase", "");
  return phase == "Succeeded" || phase == "Failed";
}

Amounts used_in(const ObjectStore& store, const std::string& name_space, const Json& hard) {
  Amounts out;
  for (const auto& [resource, amount] : hard.items()) out[resource] = 0;
  const auto kinds = resource_kinds();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!kinds[i].namespaced || kinds[i].kind == "Event" || kinds[i].backing == Backing::Metrics) continue;
    const auto& objects = store.table(static_cast<int>(i)).objects();
    const bool counted = kinds[i].kind == "Pod" || std::ranges::any_of(out, [&](const auto& entry) { return entry.first == kinds[i].plural || entry.first.starts_with("count/" + std::string(kinds[i].plural)); });
    if (!counted) continue;
    for (auto object = objects.lower_bound(name_space + "/"); object != objects.end() && object->first.starts_with(name_space + "/"); ++object) {
      const Json document = Json::parse(object->second->text);
      if (kinds[i].kind == "Pod" && has_ended(document)) continue;
      for (auto& [resource, amount] : out) amount += taken(kinds[i], document, resource);
    }
  }
  return out;
}

Json hard_of(const Json& quota) {
  const Json hard = quota.value("spec", Json::object()).value("hard", Json());
  return hard.is_object() ? hard : Json::object();
}

/// "requests.cpu=90,requests.memory=1Gi"
std::string list_of(const Amounts& amounts, const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name + "=" + text_of_amount(name, amounts.at(name));
  return out;
}

/// "requests.cpu for: a,b; requests.memory for: a": the containers that do not say what the quota counts.
std::string unstated(const Json& pod, const Json& hard) {
  std::string out;
  for (const auto& [resource, amount] : hard.items()) {
    const auto [field, name] = field_of(resource);
    if (field == nullptr || (!of_cpu(resource) && !of_memory(resource))) continue;
    std::string who;
    for (const Json& container : containers_of(pod))
      if (stated(container, field, name).is_null()) who += (who.empty() ? "" : ",") + container.value("name", "");
    if (!who.empty()) out += (out.empty() ? "" : "; ") + resource + " for: " + who;
  }
  return out;
}

template <class Take>
void each_quota(const ObjectStore& store, Take take) {
  for (const auto& [key, stored] : store.table(find_resource("", "v1", "resourcequotas")).objects()) take(key, Json::parse(stored->text));
}

}  // namespace

void count_quotas(ObjectStore& store) {
  std::vector<Json> counted;
  each_quota(store, [&](const std::string&, Json quota) {
    const Json hard = hard_of(quota);
    Json used = Json::object();
    for (const auto& [resource, amount] : used_in(store, quota["metadata"].value("namespace", ""), hard)) used[resource] = text_of_amount(resource, amount);
    quota["status"] = {{"hard", hard}, {"used", std::move(used)}};
    counted.push_back(std::move(quota));
  });
  for (Json& quota : counted) store.put(find_resource("", "v1", "resourcequotas"), std::move(quota));
}

std::optional<ApiFault> exceeds_quota(const ObjectStore& store, const ResourceKind& kind, const Json& object) {
  const std::string name_space = object["metadata"].value("namespace", ""), name = object["metadata"].value("name", "");
  std::optional<ApiFault> out;
  each_quota(store, [&](const std::string& key, const Json& quota) {
    if (out || !key.starts_with(name_space + "/") || !kind.namespaced) return;
    const std::string which = quota["metadata"].value("name", "");
    const Json hard = hard_of(quota);
    if (kind.kind == "Pod")
      if (const std::string missing = unstated(object, hard); !missing.empty()) {
        out = forbidden(kind, name, "failed quota: " + which + ": must specify " + missing);
        return;
      }
    Amounts wanted, limits;
    for (const auto& [resource, amount] : hard.items()) {
      limits[resource] = amount_of(resource, amount);
      wanted[resource] = taken(kind, object, resource);
    }
    if (std::ranges::all_of(wanted, [](const auto& entry) { return entry.second == 0; })) return;
    const Amounts used = used_in(store, name_space, hard);
    std::vector<std::string> exceeded;
    for (const auto& [resource, amount] : wanted)
      if (amount > 0 && used.at(resource) + amount > limits.at(resource)) exceeded.push_back(resource);
    if (exceeded.empty()) return;
    out = forbidden(kind, name, "exceeded quota: " + which + ", requested: " + list_of(wanted, exceeded) + ", used: " + list_of(used, exceeded) + ", limited: " + list_of(limits, exceeded));
  });
  return out;
}

}  // namespace akstwin
