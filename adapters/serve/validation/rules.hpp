/// The rules of the API's kinds, each a function that adds what an object breaks.
#pragma once
#include <set>

#include "adapters/serve/validation/field_errors.hpp"
#include "adapters/serve/validation/names.hpp"
#include "adapters/serve/validation/quantity.hpp"

namespace akstwin::validation {

// Metadata.
using NameRule = Messages (*)(std::string_view);
struct MetadataRules {
  NameRule name = &dns_subdomain;
  bool namespaced = true;
  bool known_finalizers = true;     ///< finalizers are the API's own or fully qualified
};
void check_metadata(FieldErrors& errors, const Field& metadata, const MetadataRules& rules);
/// What an update may not do to metadata, and what none may contain.
void check_metadata_update(FieldErrors& errors, const Field& before, const Field& after);
void check_labels(FieldErrors& errors, const Field& labels);
void check_annotations(FieldErrors& errors, const Field& annotations);
void check_label_key(FieldErrors& errors, const Field& key);
void check_finalizer(FieldErrors& errors, const Field& finalizer);
void check_label_selector(FieldErrors& errors, const Field& selector, bool any_value = false);
/// Whether all terms of the selector can be read: keys, operators, numbers of values.
bool is_readable_selector(const Field& selector);
/// Whether the selector takes these labels; a missing selector takes none, an empty one all.
bool selects(const Field& selector, const Field& labels);

// Pods.
struct PodRules {
  bool template_only = false;       ///< a template, not a pod: no claim names follow from it
};
void check_pod_spec(FieldErrors& errors, const Field& spec, const PodRules& rules);
void check_pod(FieldErrors& errors, const Field& object);
void check_pod_template(FieldErrors& errors, const Field& pod_template);
/// What only a pod, not a template, is asked.
void check_containers_of_pod(FieldErrors& errors, const Field& spec);
/// Checks the volumes and gives the names of the good ones, with their kinds of source.
std::set<std::string> check_volumes(FieldErrors& errors, const Field& volumes);
void check_containers(FieldErrors& errors, const Field& spec, const std::set<std::string>& volumes);
void check_resources(FieldErrors& errors, const Field& resources);
void check_resource_amount(FieldErrors& errors, const std::string& name, const Field& amount);
void check_resource_name(FieldErrors& errors, const std::string& name, const std::string& path);
void check_container_resource_name(FieldErrors& errors, const std::string& name, const std::string& path);
bool allows_overcommit(std::string_view resource);
void check_pod_security(FieldErrors& errors, const Field& spec);
void check_container_security(FieldErrors& errors, const Field& context);
void check_field_reference(FieldErrors& errors, const Field& reference, std::initializer_list<std::string_view> known);
void check_resource_reference(FieldErrors& errors, const Field& reference, bool volume);
void check_relative_path(FieldErrors& errors, const Field& path);
void check_affinity(FieldErrors& errors, const Field& affinity);
void check_node_selector(FieldErrors& errors, const Field& selector);
void check_tolerations(FieldErrors& errors, const Field& tolerations);
void check_spread(FieldErrors& errors, const Field& constraints);
void check_effect(FieldErrors& errors, const Field& effect, bool needed);

// Workloads.
void check_deployment(FieldErrors& errors, const Field& object);
void check_replica_set(FieldErrors& errors, const Field& object);
void check_stateful_set(FieldErrors& errors, const Field& object);
void check_daemon_set(FieldErrors& errors, const Field& object);
void check_replication_controller(FieldErrors& errors, const Field& object);
void check_job(FieldErrors& errors, const Field& object);
void check_job_spec(FieldErrors& errors, const Field& spec);
void check_cron_job(FieldErrors& errors, const Field& object);
void check_count_or_share(FieldErrors& errors, const Field& value);
void check_share(FieldErrors& errors, const Field& value);
/// "a b c d e", "@daily": what is wrong with a schedule in the words of the parser that upstream uses; empty: nothing.
std::string schedule_problem(std::string_view schedule);
bool is_time_zone(const std::string& name);

// Other kinds.
void check_service(FieldErrors& errors, const Field& object);
void check_config_map(FieldErrors& errors, const Field& object);
void check_secret(FieldErrors& errors, const Field& object);
void check_autoscaler(FieldErrors& errors, const Field& object);
void check_budget(FieldErrors& errors, const Field& object);
void check_ingress(FieldErrors& errors, const Field& object);
void check_ingress_class(FieldErrors& errors, const Field& object);
void check_network_policy(FieldErrors& errors, const Field& object);
void check_role(FieldErrors& errors, const Field& object);
void check_cluster_role(FieldErrors& errors, const Field& object);
void check_role_binding(FieldErrors& errors, const Field& object);
void check_cluster_role_binding(FieldErrors& errors, const Field& object);
void check_claim(FieldErrors& errors, const Field& object);
void check_claim_spec(FieldErrors& errors, const Field& spec);
void check_volume(FieldErrors& errors, const Field& object);
void check_storage_class(FieldErrors& errors, const Field& object);
void check_quota(FieldErrors& errors, const Field& object);
void check_limit_range(FieldErrors& errors, const Field& object);
void check_node(FieldErrors& errors, const Field& object);
void check_namespace(FieldErrors& errors, const Field& object);
void check_priority_class(FieldErrors& errors, const Field& object);
void check_lease(FieldErrors& errors, const Field& object);
void check_endpoints(FieldErrors& errors, const Field& object);
void check_endpoint_slice(FieldErrors& errors, const Field& object);

/// What an update of an object of this kind may not change.
void check_changes(FieldErrors& errors, std::string_view kind, const Field& before, const Field& after);

}  // namespace akstwin::validation
