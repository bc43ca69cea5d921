// Storage classes and claims: the part that decides in which zone a pod can be.
#include "scenarios/manifest_objects.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kDefaultClass = "storageclass.kubernetes.io/is-default-class";

void read_claim_spec(Fields& f, VolumeClaimSpec& out) {
  f.group("spec", "", [&](Fields& g) {
    g.optional("storageClassName", out.storage_class, "");
    g.group("resources", "", [&](Fields& h) {
      h.group("requests", "", [&](Fields& i) { i.optional("storage", out.size, "").at_least(Bytes{0}); });
      ignore(h, {"limits"});
    });
    ignore(g, {"accessModes", "volumeMode", "volumeName", "selector", "dataSource", "dataSourceRef", "volumeAttributesClassName"});
  });
}

}  // namespace

void describe(Fields& f, VolumeClaimSpec& out) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  out.name = metadata.name;
  out.name_space = metadata.name_space;
  read_claim_spec(f, out);
  ignore(f, {"apiVersion", "kind", "status"});
}

void read_storage_class(Fields& f, const ManifestTarget& target) {
  ObjectMetadata metadata;
  read_metadata(f, metadata);
  StorageClassSpec out;
  out.name = metadata.name;
  if (const Name* value = metadata.annotations.find(Name(kDefaultClass))) out.is_default = value->text() == "true";
  std::string provisioner = "disk.csi.azure.com";
  f.optional<Text>("provisioner", provisioner, "");
  f.choice("volumeBindingMode", out.wait_for_consumer, {{"Immediate", false}, {"WaitForFirstConsumer", true}}, "");
  Labels parameters;
  read_labels(f, "parameters", parameters);
  // Disks are LRS unless the SKU says ZRS; shares have no zone. Source: Azure Disk CSI driver parameters, learn.microsoft.com.
  out.zonal = out.attached = provisioner == "disk.csi.azure.com" || provisioner == "kubernetes.io/azure-disk";
  for (const auto& [key, value] : parameters.pairs) {
    const bool sku = key.text() == "skuName" || key.text() == "skuname" || key.text() == "storageaccounttype" || key.text() == "storageAccountType";
    if (sku && value.text().ends_with("ZRS")) out.zonal = false;
  }
  ignore(f, {"apiVersion", "kind", "reclaimPolicy", "allowVolumeExpansion", "mountOptions", "allowedTopologies"});
  target.set.storage_classes.push_back(std::move(out));
}

void read_volume_claim(Fields& f, const ManifestTarget& target) {
  VolumeClaimSpec out;
  describe(f, out);
  target.set.volume_claims.push_back(std::move(out));
}

void read_claim_templates(Fields& f, WorkloadSpec& out) {
  f.list("volumeClaimTemplates", out.volume_claim_templates, "");
  for (VolumeClaimSpec& claim : out.volume_claim_templates) {
    claim.name_space = out.name_space;
    out.pod.volume_claims.push_back(claim.name);
  }
}

}  // namespace akstwin
