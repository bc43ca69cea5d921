/// Who may do what: the Roles and bindings that the served cluster holds, asked for users that a client acts as (`kubectl --as`).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "adapters/serve/object_store.hpp"

namespace akstwin {

struct AccessUser { std::string name; std::vector<std::string> groups; };

/// One thing that somebody wants to do.
struct AccessWish {
  std::string verb, group, resource, subresource, name_space, name;
  std::string path = {};                 ///< of a request that is about no resource; the others are then empty
};

/// Whether a list in a rule (verbs, groups, resources) has the entry, or "*".
bool rule_names(const Json& list, std::string_view wanted);
/// The same for paths: "/healthz", "/metrics/*".
bool rule_names_path(const Json& urls, std::string_view path);

/// Whether RBAC allows it. Members of system:masters may do everything. Built-in roles (cluster-admin, admin, edit, view) count even when no object of theirs is there.
/// Source: Kubernetes 1.32, RBAC authorization; default roles in rough lines: no secrets and no RBAC objects for `view`, no RBAC objects for `edit`.
bool is_allowed(const ObjectStore& store, const AccessUser& user, const AccessWish& wish);

/// The rules that hold for a user in a namespace, as SelfSubjectRulesReview shows them.
Json rules_of(const ObjectStore& store, const AccessUser& user, const std::string& name_space);

/// "User \"bob\" cannot list resource \"pods\" in API group \"\" in the namespace \"catalog\"".
std::string denial(const AccessUser& user, const AccessWish& wish);

}  // namespace akstwin
