#include "scenarios/diagnostic_codes.hpp"

namespace akstwin {
namespace {

constexpr DiagnosticCode kCodes[] = {
    {"S001", "File or folder not found", "A path does not exist or is not what is wanted. Paths are relative to the scenario file's folder."},
    {"S002", "Too large", "A file, or the number of values or files in it, is above a limit: 1 MiB a scenario, 16 MiB a manifest. Split it."},
    {"S003", "Not UTF-8 text", "The file has another encoding or binary bytes. Save it as UTF-8."},
    {"S004", "Not YAML", "The syntax is wrong at this place, or shortly before it. Tabs cannot indent."},
    {"S005", "Duplicate key", "A key stands twice in one mapping; YAML libraries keep one of them silently."},
    {"S006", "Anchors, aliases, tags, merge keys", "A scenario is written out, so that every value has one position. Manifests may use anchors, but not merge keys."},
    {"S007", "Nested too deeply", "Values are nested deeper than any known document."},
    {"S008", "Number or kind of documents", "A scenario file holds exactly one document, and that is a mapping."},
    {"S009", "Key is not text", "A mapping's key is itself a mapping or a list: usually an unquoted value that begins with a bracket."},
    {"S010", "Missing", "A field that must be stated is absent, or one of several that belong together."},
    {"S011", "Wrong kind of value", "A list, a mapping or text stands where another is wanted, or nothing stands after the colon."},
    {"S012", "Unknown key", "Nothing reads this key. The hint names the nearest known one. `akstwin explain PATH` lists the keys of an object."},
    {"S013", "Malformed value", "The text is not in the notation of its field; most often a unit is missing."},
    {"S014", "Out of range", "The value is readable but outside what is possible."},
    {"S015", "Not one of the words", "The field accepts a few words only."},
    {"S016", "Defined twice", "Two items of a list have the same name."},
    {"S020", "Reference to nothing", "A name refers to a cluster, network, subnet, workload, store, origin or class that does not exist. Where the simulation can go on without it, this is a warning."},
    {"S021", "Circular copy", "`like:` of clusters leads in a circle."},
    {"S022", "Path leaves the folder", "A referenced path lies outside the scenario's folder, perhaps through a symbolic link. Pass --allow-outside if that is meant."},
    {"S023", "Import", "A file named by `from` holds something else than is wanted there, or several of them without a name to choose by."},
    {"S030", "Overlapping addresses", "Two address ranges that must be disjoint overlap. Overlapping virtual networks are a warning: they work, but cannot be peered."},
    {"S031", "Subnet too small", "An error when the nodes at the start do not fit, a warning when only the largest number with surge does not. Azure keeps 5 addresses of a subnet; overlay and kubenet take one address a node, nodeSubnet maxPods + 1; a pod subnet gives a node batches of 16 as pods come, or /28 blocks for its life."},
    {"S032", "Prefix outside its range", "A subnet lies outside its network's address space, or a range is larger than AKS allows."},
    {"S033", "Pod range too small", "Overlay and kubenet give every node a /24 of podCidr, surge nodes included; kubenet ends at 400 nodes. An error at the start, otherwise a warning."},
    {"S034", "Pod subnet", "podSubnetID and networkPluginMode: podSubnet go together; pods need a subnet that is not delegated, not the nodes', and of one allocation mode."},
    {"S035", "Dual stack", "IPv4 and IPv6 together need overlay or kubenet."},
    {"S036", "Azure limit", "More than Azure offers: ports of an outbound load balancer (64,000 an address), addresses of a NAT gateway (16), pod addresses in a network (65,000)."},
    {"S040", "Pool not allowed", "AKS would refuse the pool: no System pool, a Spot or burstable System pool, a bad name, a delegated subnet."},
    {"S041", "VM size", "The size is not in the catalogue, or lacks what the pool asks for."},
    {"S042", "Region or zone", "No such Azure region, or no such availability zone in it."},
    {"S043", "Node counts", "minCount, maxCount, count and enableAutoScaling do not agree, or exceed AKS's limits."},
    {"S044", "maxPods", "AKS allows 10 to 250 pods a node."},
    {"S045", "Taint", "A taint is key=value:Effect with NoSchedule, PreferNoSchedule or NoExecute."},
    {"S046", "NodePool requirement", "A requirement of a NodePool is on a label that no node has, or is not written as its operator wants."},
    {"S047", "NodePool without machines", "The requirements of a NodePool contradict each other or the region: no VM size, no zone or no priority is left."},
    {"S048", "Node auto-provisioning", "NodePools and nodeProvisioningProfile do not go together: one without the other, or beside the cluster autoscaler."},
    {"S049", "vCPU quota", "A quota is of a VM family or region that nothing uses, or the pools exceed it: an error when the nodes at the start do, a warning when only the largest number with surge does."},
    {"S050", "Kind not modelled", "Manifests of this kind are left out; one warning for each kind with the number of objects."},
    {"S051", "Field not read", "A manifest field that the twin does not model and that could matter; one warning for each field. Fields that decide nothing here (env, ports, securityContext, …) are passed over in silence."},
    {"S052", "Kustomization", "A part of a kustomization that is not run, a remote one that is not fetched, or a kustomization file met while reading all manifests of a folder."},
    {"S053", "No Kubernetes object", "A document without apiVersion or kind lies among the manifests and is skipped."},
    {"S054", "Object defined twice", "Two manifests define the same workload; often a base and an overlay are both read."},
    {"S055", "Selector", "A workload's selector does not match its own pods."},
    {"S056", "Kustomization cannot be built", "What `kustomize build` would refuse, too: a missing file, an object twice, a patch for nothing, a circle."},
    {"S060", "Autoscaler without target", "A HorizontalPodAutoscaler, VerticalPodAutoscaler or ScaledObject scales something that does not exist."},
    {"S061", "Two autoscalers on one target", "HorizontalPodAutoscalers that share pods stop with AmbiguousSelector and only hold their bounds; a ScaledObject beside one is refused by KEDA's webhook."},
    {"S062", "No request", "An autoscaler on CPU or memory utilisation needs the request of every container; without it it does nothing."},
    {"S063", "Pod larger than every node", "It can never be placed; the hint lists what the pools have. The cluster autoscaler may add nodes in vain."},
    {"S064", "Disruption budget", "A PodDisruptionBudget protects nothing, never lets a pod go (drains and upgrades stop), states both fields, or shares its pods with another one (evictions are then answered with 500)."},
    {"S065", "Replicas", "The smallest number of replicas is above the largest. The API server refuses such an autoscaler; the simulation leaves it out."},
    {"S066", "Container policy", "A VerticalPodAutoscaler's minAllowed is above its maxAllowed, or its policy is for a container that the pods do not have."},
    {"S067", "Two autoscalers on one resource", "A VerticalPodAutoscaler changes the requests that a HorizontalPodAutoscaler's utilisation is measured by. It is simulated, as the cluster would do it."},
    {"S068", "Nowhere to run", "Pods that no node can ever take: a selector or required node affinity that no pool fulfils, taints that are not tolerated, or required anti-affinity with more replicas than nodes or zones. They stay Pending, as they would."},
    {"S070", "Traffic", "A traffic description contradicts itself, or a trace cannot be used."},
    {"S071", "Circle", "Calls between services, or dependencies between Kustomizations, lead in a circle."},
    {"S080", "Threshold", "The metric is unknown, or the condition is not in the k6 grammar."},
    {"S081", "Game day", "A step has no time or two, lies beyond the horizon, or asks for an unknown action."},
    {"S082", "Path of a change", "The path of --set, a variant or a sweep leads nowhere, or its factor has nothing to multiply."},
    {"S083", "Maintenance", "Upgrade settings, a window, a channel, a schedule or a release contradict each other or what AKS allows."},
    {"S090", "Accepted, not simulated", "The field is part of the format, but this version does not simulate it: results do not depend on it."},
    {"S092", "Assumed", "Something that the simulation needs and that the manifests cannot say is assumed; the hint tells how to state it."},
};

}  // namespace

std::span<const DiagnosticCode> diagnostic_codes() { return kCodes; }

std::string diagnostics_reference() {
  std::string out =
      "# Diagnostics\n\n"
      "Generated from `scenarios/diagnostic_codes.cpp`. Up: [documentation](../README.md). See also: [the scenario file](scenario.md).\n\n"
      "Everything that is wrong with a scenario and its manifests is shown at once, sorted by position, with the line, a caret and what to do. "
      "Errors end the program with exit code 104; warnings do not.\n\n"
      "| Code | Title | Meaning |\n|---|---|---|\n";
  for (const DiagnosticCode& code : kCodes) {
    const std::string name(code.code);
    out += "| <a id=\"" + name + "\"></a>" + name + " | " + std::string(code.title) + " | " + std::string(code.meaning) + " |\n";
  }
  return out;
}

}  // namespace akstwin
