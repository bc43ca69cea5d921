// Source: kubernetes v1.32 pkg/apis/core/validation (volumes and claims) and pkg/apis/storage/validation, read 2026-11.
#include <algorithm>
#include <array>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_access_modes(FieldErrors& errors, const Field& modes) {
  bool alone = false, shared = false;
  const std::initializer_list<std::string_view> kModes{"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};
  for (const Field& mode : modes.items()) {
    const std::string text = mode.text();
    const bool known = std::ranges::find(kModes, std::string_view(text)) != kModes.end();
    if (!known) errors.unsupported_as(modes.path, go_value(mode.json), kModes);
    alone = alone || text == "ReadWriteOncePod";
    shared = shared || (known && text != "ReadWriteOncePod");
  }
  if (alone && shared) errors.forbidden(modes.path, "may not use ReadWriteOncePod with other access modes");
}

void check_class_and_mode(FieldErrors& errors, const Field& spec) {
  if (const Field name = spec["storageClassName"]; !name.text().empty()) errors.invalid_each(name, dns_subdomain(name.text()));
  if (spec["volumeMode"]) errors.one_of(spec["volumeMode"], {"Block", "Filesystem"});
}

void check_positive(FieldErrors& errors, const Field& amount, const std::string& path) {
  const Quantity value = quantity_of(amount.json);
  if (value.nano <= 0) errors.invalid_as(path, in_quotes(value.canonical()), "must be greater than zero");
}

void check_source_reference(FieldErrors& errors, const Field& source) {
  if (source["apiGroup"].text().empty()) return;   // what has no group and is no claim is dropped
  const std::string group = source["apiGroup"].text(), kind = source["kind"].text();
  if (source["name"].text().empty()) errors.required(source["name"]);
  if (kind.empty()) errors.required(source["kind"]);
  errors.invalid_each(source["apiGroup"], dns_subdomain(group));
}

constexpr auto kVolumeKinds = std::to_array<std::string_view>({"hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk",
                                                               "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi"});

void check_volume_kind(FieldErrors& errors, const Field& spec) {
  int kinds = 0;
  for (const std::string_view kind : kVolumeKinds) {
    const Field source = spec[kind];
    if (!source) continue;
    if (kinds++ > 0) {
      errors.forbidden(source.path, "may not specify more than 1 volume type");
    } else if (kind == "csi") {
      if (source["driver"].text().empty()) errors.required(source["driver"]);
      errors.invalid_each(source["driver"], dns_subdomain(source["driver"].text()));
      if (source["volumeHandle"].text().empty()) errors.required(source["volumeHandle"]);
    } else if (kind == "hostPath") {
      if (source["path"].text().empty()) errors.required(source["path"]);
      else if (("/" + source["path"].text() + "/").find("/../") != std::string::npos) errors.invalid(source["path"], "must not contain '..'");
      if (!source["type"].text().empty()) errors.one_of(source["type"], {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"});
    } else if (kind == "nfs") {
      for (const char* part : {"server", "path"})
        if (source[part].text().empty()) errors.required(source[part]);
      if (!source["path"].text().starts_with('/')) errors.invalid(source["path"], "must be an absolute path");
    } else if (kind == "local") {
      if (source["path"].text().empty()) errors.required(source["path"]);
      if (!spec["nodeAffinity"]) errors.required(spec["nodeAffinity"], "Local volume requires node affinity");
    }
  }
  if (kinds == 0) errors.required(spec, "must specify a volume type");
}

}  // namespace

void check_claim_spec(FieldErrors& errors, const Field& spec) {
  if (spec["accessModes"].size() == 0) errors.required(spec["accessModes"], "at least 1 access mode is required");
  check_label_selector(errors, spec["selector"]);
  check_access_modes(errors, spec["accessModes"]);
  const Field wanted = spec["resources"]["requests"]["storage"];
  const std::string path = spec.path + ".resources[storage]";
  if (!wanted) errors.required_at(path);
  else check_positive(errors, wanted, path);
  check_class_and_mode(errors, spec);
  check_source_reference(errors, spec["dataSource"]);
  check_source_reference(errors, spec["dataSource"] ? Field{spec["dataSource"].json, spec.path + ".dataSourceRef"} : spec["dataSourceRef"]);   // one is copied to the other
}

void check_claim(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {});
  check_claim_spec(errors, {object["spec"].json, "spec"});
}

void check_volume(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.namespaced = false});
  const Field spec{object["spec"].json, "spec"}, capacity = spec["capacity"];
  if (spec["accessModes"].size() == 0) errors.required(spec["accessModes"]);
  check_access_modes(errors, spec["accessModes"]);
  if (capacity.size() == 0) errors.required(capacity);
  if (!capacity["storage"] || capacity.size() > 1) {
    std::string list;
    for (const auto& [name, amount] : capacity.members()) list += (list.empty() ? "" : ", ") + in_quotes(name) + ":" + quantity_of(amount.json).go();
    errors.unsupported_as(capacity.path, capacity.size() == 0 ? std::string("core.ResourceList(nil)") : "core.ResourceList{" + list + "}", {"storage"});
  }
  for (const auto& [name, amount] : capacity.members()) {
    check_resource_name(errors, name, amount.path);
    if (const Quantity value = quantity_of(amount.json); value.nano < 0) errors.invalid_as(amount.path, value.canonical(), "must be a valid resource quantity");
    check_positive(errors, amount, amount.path);
  }
  errors.one_of(spec["persistentVolumeReclaimPolicy"], {"Delete", "Recycle", "Retain"}, "Retain");
  if (const Field nodes = spec["nodeAffinity"]) {
    if (nodes["required"]) check_node_selector(errors, nodes["required"]);
    else errors.required(nodes["required"], "must specify required node constraints");
  }
  check_volume_kind(errors, spec);
  check_class_and_mode(errors, spec);
}

void check_storage_class(FieldErrors& errors, const Field& object) {
  check_metadata(errors, object["metadata"], {.namespaced = false});
  const Field provisioner = object["provisioner"];
  std::string lower = provisioner.text();
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (lower.empty()) errors.required(provisioner);
  else errors.invalid_each(provisioner, qualified_name(lower));
  for (const auto& [name, value] : object["parameters"].members())
    if (name.empty()) errors.invalid_as("parameters", in_quotes(name), "field can not be empty.");
  if (object["reclaimPolicy"]) errors.one_of(object["reclaimPolicy"], {"Delete", "Retain"});
  if (object["volumeBindingMode"]) errors.one_of(object["volumeBindingMode"], {"Immediate", "WaitForFirstConsumer"});
  for (const Field& topology : object["allowedTopologies"].items())
    for (const Field& term : topology["matchLabelExpressions"].items()) {
      if (term["values"].size() == 0) errors.required(term["values"]);
      check_label_key(errors, term["key"]);
    }
}

}  // namespace akstwin::validation
