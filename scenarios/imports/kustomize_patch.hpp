/// The two kinds of patches that Kustomize knows: strategic merge and JSON 6902.
#pragma once
#include <string>

#include "scenarios/imports/nodes.hpp"

namespace akstwin {

/// Merges `patch` into `object` as Kustomize does: mappings key by key, null removes, lists of Kubernetes' own kinds by their merge key
/// (what the patch names comes first), all other lists replaced; `$patch: delete` and `$patch: replace` are obeyed. False: the object is to be deleted.
bool merge_strategically(YamlNode& object, const YamlNode& patch);

/// Applies a list of operations (RFC 6902). Empty when it worked, otherwise what is wrong; `object` is then half changed.
std::string apply_json_patch(YamlNode& object, const YamlNode& operations);

/// Whether a patch is a list of JSON 6902 operations.
bool is_json_patch(const YamlNode& patch);

}  // namespace akstwin
