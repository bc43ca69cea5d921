#include "adapters/serve/object_warnings.hpp"

#include <map>

#include "adapters/http/json_field.hpp"

namespace akstwin {

using Json = nlohmann::json;

namespace {

struct OldLabel { std::string_view old, now, since; };
constexpr OldLabel kOldLabels[] = {{"beta.kubernetes.io/arch", "kubernetes.io/arch", "v1.14"},
                                   {"beta.kubernetes.io/os", "kubernetes.io/os", "v1.14"},
                                   {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region", "v1.17"},
                                   {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone", "v1.17"},
                                   {"beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type", "v1.17"}};

void look_at_containers(const Json& containers, const std::string& path, std::vector<std::string>& out) {
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    std::map<std::string, std::size_t> variables, ports;
    const Json *env = find_in(containers[i], {"env"}), *listed = find_in(containers[i], {"ports"});
    for (std::size_t k = 0; env != nullptr && env->is_array() && k < env->size(); ++k) {
      const std::string name = (*env)[k].value("name", "");
      if (!variables.emplace(name, k).second) out.push_back(at + ".env[" + std::to_string(k) + "]: hides previous definition of \"" + name + "\", which may be dropped when using apply");
    }
    for (std::size_t k = 0; listed != nullptr && listed->is_array() && k < listed->size(); ++k) {
      const std::string key = (*listed)[k].value("containerPort", Json(0)).dump() + (*listed)[k].value("protocol", "TCP");
      const auto [known, fresh] = ports.emplace(key, k);
      if (!fresh) out.push_back(at + ".ports[" + std::to_string(k) + "]: duplicate port definition with " + at + ".ports[" + std::to_string(known->second) + "]");
    }
  }
}

}  // namespace

std::vector<std::string> pod_warnings(const ResourceKind& kind, const Json& object) {
  std::vector<std::string> out;
  const bool cron = kind.kind == "CronJob";
  const Json* spec = kind.kind == "Pod" ? find_in(object, {"spec"}) : cron ? find_in(object, {"spec", "jobTemplate", "spec", "template", "spec"}) : find_in(object, {"spec", "template", "spec"});
  if (kind.custom || spec == nullptr || !spec->is_object()) return out;
  const std::string path = kind.kind == "Pod" ? "spec" : cron ? "spec.jobTemplate.spec.template.spec" : "spec.template.spec";
  for (const OldLabel& label : kOldLabels)
    if (const Json* selector = find_in(*spec, {"nodeSelector"}); selector != nullptr && selector->is_object() && selector->contains(label.old))
      out.push_back(path + ".nodeSelector[" + std::string(label.old) + "]: deprecated since " + std::string(label.since) + "; use \"" + std::string(label.now) + "\" instead");
  for (const char* list : {"initContainers", "containers"})
    if (const Json* containers = find_in(*spec, {list}); containers != nullptr && containers->is_array()) look_at_containers(*containers, path + "." + list, out);
  return out;
}

}  // namespace akstwin
