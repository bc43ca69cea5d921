// Source: kubernetes v1.32 pkg/apis/core/validation (validatePodSpecSecurityContext, ValidateSecurityContext), read 2026-11.
#include "adapters/serve/validation/rules.hpp"

namespace akstwin::validation {
namespace {

void check_seccomp(FieldErrors& errors, const Field& profile) {
  if (!profile) return;
  const std::string type = profile["type"].text();
  if (type.empty()) errors.required(profile["type"], "type is required when seccompProfile is set");
  else errors.one_of(profile["type"], {"Localhost", "RuntimeDefault", "Unconfined"});
  const Field local = profile["localhostProfile"];
  if (type == "Localhost" && !local) errors.required(local, "must be set when seccomp type is Localhost");
  else if (type == "Localhost") check_relative_path(errors, local);
  else if (local) errors.invalid_as(local.path, "core.SeccompProfile{Type:" + in_quotes(type) + ", LocalhostProfile:(*string)(0x0)}", "can only be set when seccomp type is Localhost");
}

void check_app_armor(FieldErrors& errors, const Field& profile) {
  if (!profile) return;
  const std::string type = profile["type"].text();
  const Field local = profile["localhostProfile"];
  if (type.empty()) errors.required(profile["type"], "type is required when appArmorProfile is set");
  else errors.one_of(profile["type"], {"Localhost", "RuntimeDefault", "Unconfined"});
  if (type == "Localhost" && local.text().empty()) errors.required(local, "must be set when AppArmor type is Localhost");
  if ((type == "RuntimeDefault" || type == "Unconfined") && local) errors.invalid(local, "can only be set when AppArmor type is Localhost");
}

void check_id(FieldErrors& errors, const Field& id) {
  if (id) errors.invalid_each(id, user_id(id.number()));
}

void check_sysctls(FieldErrors& errors, const Field& spec) {
  std::set<std::string> seen;
  for (const Field& sysctl : spec["securityContext"]["sysctls"].items()) {
    const Field name = sysctl["name"];
    if (name.text().empty()) errors.required(name);
    else if (!is_sysctl_name(name.text())) errors.invalid(name, "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
    else if (seen.contains(name.text())) errors.duplicate(name);
    seen.insert(name.text());
    if (spec["hostNetwork"].is_true() && name.text().starts_with("net.")) errors.invalid(name, "may not be specified when 'hostNetwork' is true");
  }
}

std::string go_context(const Field& context) {
  const auto pointer = [&](std::string_view name, const char* type) { return "(*" + std::string(type) + ")(" + (context[name] ? "0x0" : "nil") + ")"; };
  return "core.SecurityContext{Capabilities:" + pointer("capabilities", "core.Capabilities") + ", Privileged:" + pointer("privileged", "bool") + ", SELinuxOptions:" + pointer("seLinuxOptions", "core.SELinuxOptions") +
         ", WindowsOptions:" + pointer("windowsOptions", "core.WindowsSecurityContextOptions") + ", RunAsUser:" + pointer("runAsUser", "int64") + ", RunAsGroup:" + pointer("runAsGroup", "int64") +
         ", RunAsNonRoot:" + pointer("runAsNonRoot", "bool") + ", ReadOnlyRootFilesystem:" + pointer("readOnlyRootFilesystem", "bool") + ", AllowPrivilegeEscalation:" + pointer("allowPrivilegeEscalation", "bool") +
         ", ProcMount:" + pointer("procMount", "core.ProcMountType") + ", SeccompProfile:" + pointer("seccompProfile", "core.SeccompProfile") + ", AppArmorProfile:" + pointer("appArmorProfile", "core.AppArmorProfile") + "}";
}

}  // namespace

void check_pod_security(FieldErrors& errors, const Field& spec) {
  const Field context = spec["securityContext"];
  for (const char* id : {"fsGroup", "runAsUser", "runAsGroup"}) check_id(errors, context[id]);
  for (const Field& group : context["supplementalGroups"].items()) check_id(errors, group);
  if (spec["shareProcessNamespace"].is_true() && spec["hostPID"].is_true()) errors.invalid_as(context.path + ".shareProcessNamespace", "true", "ShareProcessNamespace and HostPID cannot both be enabled");
  check_sysctls(errors, spec);
  if (context["fsGroupChangePolicy"]) errors.one_of(context["fsGroupChangePolicy"], {"Always", "OnRootMismatch"});
  check_seccomp(errors, context["seccompProfile"]);
  check_app_armor(errors, context["appArmorProfile"]);
}

void check_container_security(FieldErrors& errors, const Field& context) {
  if (!context) return;
  for (const char* id : {"runAsUser", "runAsGroup"}) check_id(errors, context[id]);
  if (const Field mount = context["procMount"]) {
    if (mount.text() != "Default" && mount.text() != "Unmasked") errors.unsupported(mount, {"Default", "Unmasked"});
  }
  check_seccomp(errors, context["seccompProfile"]);
  const Field escalates = context["allowPrivilegeEscalation"];
  if (escalates && !escalates.is_true()) {
    if (context["privileged"].is_true()) errors.invalid_as(context.path, go_context(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    for (const Field& capability : context["capabilities"]["add"].items())
      if (capability.text() == "CAP_SYS_ADMIN") errors.invalid_as(context.path, go_context(context), "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
  }
  check_app_armor(errors, context["appArmorProfile"]);
}

}  // namespace akstwin::validation
