// Source: kubernetes v1.32 pkg/apis/core/validation (ValidateVolumes and what it calls), read 2026-11.
#include <algorithm>
#include <array>

#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_mode(FieldErrors& errors, const Field& mode) {
  if (mode && (mode.number() < 0 || mode.number() > 0777)) errors.invalid(mode, "must be a number between 0 and 0777 (octal), both inclusive");
}

void check_local_path(FieldErrors& errors, const Field& path) {
  check_relative_path(errors, path);
  if (const std::string text = path.text(); text.starts_with("..") && !text.starts_with("../")) errors.invalid(path, "must not start with '..'");
}

void check_items(FieldErrors& errors, const Field& items) {
  for (const Field& item : items.items()) {
    if (item["key"].text().empty()) errors.required(item["key"]);
    if (item["path"].text().empty()) errors.required(item["path"]);
    check_local_path(errors, item["path"]);
    check_mode(errors, item["mode"]);
  }
}

void need(FieldErrors& errors, const Field& field) {
  if (field.text().empty()) errors.required(field);
}

void check_keyed(FieldErrors& errors, const Field& source, std::string_view name) {
  need(errors, source[name]);
  check_mode(errors, source["defaultMode"]);
  check_items(errors, source["items"]);
}

/// Errors of a file are those of the volume: `at` is its path.
void check_downward_file(FieldErrors& errors, const Field& file, const std::string& at) {
  const Field shown{file.json, at};
  need(errors, shown["path"]);
  check_local_path(errors, shown["path"]);
  if (shown["fieldRef"]) {
    check_field_reference(errors, shown["fieldRef"], {"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"});
    if (shown["resourceFieldRef"]) errors.invalid_as(at, "\"resource\"", "fieldRef and resourceFieldRef can not be specified simultaneously");
  } else if (shown["resourceFieldRef"]) {
    check_resource_reference(errors, shown["resourceFieldRef"], true);
  } else {
    errors.required_at(at, "one of fieldRef and resourceFieldRef is required");
  }
  check_mode(errors, shown["mode"]);
}

void check_projected(FieldErrors& errors, const Field& volume) {
  check_mode(errors, volume["defaultMode"]);
  std::set<std::string> paths;
  const auto once = [&](const std::string& path, const std::string& shown) {
    if (!path.empty() && !paths.insert(path).second) errors.invalid_as(volume.path, in_quotes(shown), "conflicting duplicate paths");
  };
  for (const Field& source : volume["sources"].items()) {
    int kinds = 0;
    for (const char* kind : {"secret", "configMap"}) {
      const Field part = source[kind];
      if (!part) continue;
      ++kinds;
      need(errors, part["name"]);
      check_items(errors, part["items"]);
      for (const Field& item : part["items"].items()) once(item["path"].text(), part["name"].text());
    }
    if (const Field part = source["downwardAPI"]) {
      ++kinds;
      for (const Field& file : part["items"].items()) check_downward_file(errors, file, part.path), once(file["path"].text(), file["path"].text());
    }
    if (const Field part = source["serviceAccountToken"]) {
      ++kinds;
      if (const Field seconds = part["expirationSeconds"]; seconds && seconds.number() < 600) errors.invalid(seconds, "may not specify a duration less than 10 minutes");
      else if (seconds && seconds.number() > (std::int64_t{1} << 32)) errors.invalid(seconds, "may not specify a duration larger than 2^32 seconds");
      const Field path{part["path"].json, volume.path + ".path"};
      if (path.text().empty()) errors.required(path);
      else check_local_path(errors, path);
    }
    if (source["clusterTrustBundle"]) ++kinds;
    if (kinds > 1) errors.forbidden(source.path, "may not specify more than 1 volume type per source");
  }
}

void check_host_path(FieldErrors& errors, const Field& source) {
  if (source["path"].text().empty()) return errors.required(source["path"]);
  const std::string path = source["path"].text();
  if (path == ".." || path.starts_with("../") || path.ends_with("/..") || path.find("/../") != std::string::npos) errors.invalid(source["path"], "must not contain '..'");
  const Field type = source["type"];
  if (type && !type.text().empty()) {
    const std::initializer_list<std::string_view> kTypes{"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"};
    if (std::ranges::find(kTypes, std::string_view(type.text())) == kTypes.end()) errors.unsupported(type, kTypes);
  }
}

void check_driver(FieldErrors& errors, const Field& driver) {
  std::string lower = driver.text();
  if (lower.empty()) errors.required(driver);
  if (lower.size() > 63) errors.too_long(driver.path, 63);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  errors.invalid_each(driver, dns_subdomain(lower));
}

void check_nfs(FieldErrors& errors, const Field& source) {
  need(errors, source["server"]);
  need(errors, source["path"]);
  if (!source["path"].text().starts_with('/')) errors.invalid(source["path"], "must be an absolute path");
}

void check_azure_file(FieldErrors& errors, const Field& source) {
  need(errors, source["secretName"]);
  need(errors, source["shareName"]);
}

void check_azure_disk(FieldErrors& errors, const Field& source) {
  need(errors, source["diskName"]);
  need(errors, source["diskURI"]);
  if (source["kind"].text() == "Managed") {
    if (!source["diskURI"].text().starts_with("/subscriptions/")) errors.unsupported(source["diskURI"], {"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"});
  } else if (!source["diskURI"].text().starts_with("https://")) {
    errors.unsupported(source["diskURI"], {"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"});
  }
}

void check_ephemeral(FieldErrors& errors, const Field& source) {
  const Field claim = source["volumeClaimTemplate"];
  if (!claim) return errors.required(claim);
  check_annotations(errors, claim["metadata"]["annotations"]);
  check_labels(errors, claim["metadata"]["labels"]);
  check_claim_spec(errors, claim["spec"]);
}

using SourceRule = void (*)(FieldErrors&, const Field&);
struct VolumeSource { std::string_view name; SourceRule check; };

// In upstream's order; those without a rule are only counted.
constexpr auto kSources = std::to_array<VolumeSource>({
    {"emptyDir", [](FieldErrors& errors, const Field& source) {
       if (source["sizeLimit"] && quantity_of(source["sizeLimit"].json).nano < 0) errors.forbidden(source["sizeLimit"].path, "SizeLimit field must be a valid resource quantity");
     }},
    {"hostPath", &check_host_path}, {"gitRepo", nullptr}, {"gcePersistentDisk", nullptr}, {"awsElasticBlockStore", nullptr},
    {"secret", [](FieldErrors& errors, const Field& source) { check_keyed(errors, source, "secretName"); }},
    {"nfs", &check_nfs}, {"iscsi", nullptr}, {"glusterfs", nullptr}, {"flocker", nullptr},
    {"persistentVolumeClaim", [](FieldErrors& errors, const Field& source) { need(errors, source["claimName"]); }},
    {"rbd", nullptr}, {"cinder", nullptr}, {"cephfs", nullptr}, {"quobyte", nullptr},
    {"downwardAPI", [](FieldErrors& errors, const Field& source) {
       check_mode(errors, source["defaultMode"]);
       for (const Field& file : source["items"].items()) check_downward_file(errors, file, source.path);
     }},
    {"fc", nullptr}, {"flexVolume", nullptr},
    {"configMap", [](FieldErrors& errors, const Field& source) { check_keyed(errors, source, "name"); }},
    {"azureFile", &check_azure_file}, {"vsphereVolume", nullptr}, {"photonPersistentDisk", nullptr}, {"portworxVolume", nullptr}, {"azureDisk", &check_azure_disk}, {"storageos", nullptr},
    {"projected", &check_projected}, {"scaleIO", nullptr},
    {"csi", [](FieldErrors& errors, const Field& source) { check_driver(errors, source["driver"]); }},
    {"ephemeral", &check_ephemeral}, {"image", nullptr},
});

void check_volume_source(FieldErrors& errors, const Field& volume) {
  int kinds = 0;
  for (const VolumeSource& source : kSources) {
    const Field part = volume[source.name];
    if (!part) continue;
    if (kinds++ > 0) errors.forbidden(part.path, "may not specify more than 1 volume type");
    else if (source.check != nullptr) source.check(errors, part);
  }
}

}  // namespace

void check_relative_path(FieldErrors& errors, const Field& path) {
  const std::string text = path.text();
  if (text.starts_with('/')) errors.invalid(path, "must be a relative path");
  if (("/" + text + "/").find("/../") != std::string::npos) errors.invalid(path, "must not contain '..'");
}

std::set<std::string> check_volumes(FieldErrors& errors, const Field& volumes) {
  std::set<std::string> good;
  for (const Field& volume : volumes.items()) {
    FieldErrors own;
    const Field name = volume["name"];
    check_volume_source(own, volume);
    if (name.text().empty()) own.required(name);
    else own.invalid_each(name, dns_label(name.text()));
    if (good.contains(name.text())) own.duplicate(name);
    if (own.size() == 0) good.insert(name.text());
    errors.append(own);
  }
  return good;
}

}  // namespace akstwin::validation
