#include "adapters/drive/allow_list.hpp"

#include <algorithm>
#include <array>

#include "scenarios/object_reader.hpp"

namespace akstwin {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
// What Kubernetes and AKS need themselves.
constexpr std::array<std::string_view, 8> kProtected{"gatekeeper-system", "calico-system", "tigera-operator", "aks-command", "app-routing-system", "azure-arc", "dataprotection-microsoft", "azappconfig-system"};

bool contains(const std::vector<std::string>& list, std::string_view name) { return std::ranges::find(list, name) != list.end(); }

/// "08:30" → minutes of the day.
std::optional<int> minute_of(const std::string& text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
  if (hour > 24 || minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return hour * 60 + minute;
}

void read_window(Fields& f, DriveWindow& out) {
  f.group("window", "When changes may be made, UTC. Without it never.", [&](Fields& g) {
    std::string from = "00:00", to = "00:00";
    g.values("days", out.days, "Mon, Tue, Wed, Thu, Fri, Sat, Sun.", true);
    g.required("from", from, "Time of day, such as 08:00.");
    g.required("to", to, "Time of day, later than `from`; 24:00 is the end of the day.");
    if (g.documenting()) return;
    const auto first = minute_of(from), last = minute_of(to);
    const bool days_known = std::ranges::all_of(out.days, [](const std::string& day) { return std::ranges::find(kDays, day) != kDays.end(); });
    if (!first || !last || *first >= *last || !days_known) {
      g.report(Severity::Error, "S013", g.at(), "the window is no window", "write {days: [Mon, Tue], from: \"08:00\", to: \"16:00\"}, times in UTC and in that order");
      return;
    }
    out.from_minute = *first;
    out.to_minute = *last;
  });
}

void read_condition_list(Fields& f, const char* key, const char* help, std::vector<StateCondition>& out) {
  std::vector<std::string> texts;
  f.values(key, texts, help);
  for (const std::string& text : texts) {
    if (auto condition = parse_state_condition(text); condition && condition->cluster.empty()) out.push_back(*condition);
    else f.report(Severity::Error, "S013", f.at(), "'" + text + "' is no condition", "write it as pods.pending < 10; metrics: " + known_state_metrics());
  }
}

void read_azure(Fields& f, std::map<std::string, AzureCluster>& out) {
  f.entries("azure", "mapping of cluster names", "What of Azure stands behind each cluster of the scenario: {resourceId, frontDoorOrigin, nodeResourceGroup}.", [&](const YamlNode&, const YamlMember& member, const std::string& where) {
    if (!member.value.is_map()) return f.report(Severity::Error, "S011", member.value.position(), "azure." + member.key + " is no mapping", "write {resourceId: /subscriptions/…}");
    Fields g(f.context(), member.value, where);
    AzureCluster cluster;
    g.required("resourceId", cluster.resource_id, "The managed cluster.");
    g.optional("frontDoorOrigin", cluster.origin_id, "The Front Door origin that sends traffic to it.");
    g.optional("nodeResourceGroup", cluster.node_resource_group, "Where its scale sets lie, if not in MC_GROUP_CLUSTER_LOCATION.");
    g.finish();
    const auto is_id = [](const std::string& id) { return id.starts_with("/subscriptions/") && id.find_first_of("?#%\\ ") == std::string::npos && id.find("..") == std::string::npos && id.find("//") == std::string::npos && !id.ends_with('/'); };
    const bool clean = is_id(cluster.resource_id) && (cluster.origin_id.empty() || is_id(cluster.origin_id));
    if (!clean) g.report(Severity::Error, "S013", g.at(), "azure." + member.key + " names no resource", "a resource id begins with /subscriptions/");
    out[member.key] = cluster;
  });
}

}  // namespace

bool DriveWindow::contains(std::int64_t unix_us) const {
  const CivilTime now = Epoch{unix_us / 1'000'000}.civil(SimTime{0});
  const int minute = now.hour * 60 + now.minute;
  return akstwin::contains(days, kDays[static_cast<std::size_t>(now.weekday)]) && minute >= from_minute && minute < to_minute;
}

bool DriveAllowList::allows_context(std::string_view name) const { return contains(contexts, name); }
bool DriveAllowList::allows_namespace(std::string_view name) const { return !is_protected_namespace(name) && contains(namespaces, name); }
bool DriveAllowList::allows_pool(std::string_view name) const { return contains(pools, name); }
bool DriveAllowList::allows_action(std::string_view name) const { return contains(actions, name); }

bool is_protected_namespace(std::string_view name) { return name.empty() || name.starts_with("kube-") || name.starts_with("aks-istio-") || std::ranges::find(kProtected, name) != kProtected.end(); }

void describe(Fields& f, DriveAllowList& out) {
  f.values("contexts", out.contexts, "kubeconfig contexts that may be driven.");
  f.values("namespaces", out.namespaces, "Namespaces whose objects may be changed; each also needs the label akstwin.io/allow=drive.");
  f.values("pools", out.pools, "Node pools whose nodes may be cordoned, and whose size may change.");
  f.values("actions", out.actions, "Actions by name: pool.scale, workload.scale, flux.suspend, …");
  f.optional("maxAffectedPercent", out.max_affected_percent, "Of the cluster's pods, and of its nodes, that one run may touch.").between(0, 100);
  f.optional("maxAffectedPods", out.max_affected_pods, "Pods that one run may evict, delete or scale away.").between(0, 100'000);
  f.optional("maxDuration", out.max_duration, "How long a run may take; then it is undone.").at_least(Duration{0});
  read_window(f, out.window);
  read_condition_list(f, "steadyState", "Must hold before a run begins and after it: pods.pending == 0, workloads.readyShare >= 0.95.", out.steady);
  read_condition_list(f, "abortWhen", "A run is undone as soon as one of these comes true: workloads.readyShare < 0.5.", out.abort);
  read_azure(f, out.azure);
}

std::optional<DriveAllowList> read_allow_list(const std::string& text, const std::string& shown, Diagnostics& diagnostics) {
  const std::vector<YamlNode> documents = parse_yaml(shown, text, kScenarioLimits, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  DriveAllowList out;
  if (documents.empty()) return out;
  SourceFiles files(shown, false);
  ReadContext context{diagnostics, files};
  if (!documents.front().is_map()) {
    diagnostics.add({Severity::Error, "S011", documents.front().position(), "the allow-list is no mapping", "write contexts: [aks-test]"});
    return std::nullopt;
  }
  Fields fields(context, documents.front(), "");
  describe(fields, out);
  fields.finish();
  if (diagnostics.has_errors()) return std::nullopt;
  return out;
}

}  // namespace akstwin
