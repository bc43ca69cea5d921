/// Kubernetes objects on their way through an import: counted, without secrets, checked against what the twin reads.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "scenarios/imports/nodes.hpp"
#include "scenarios/object_reader.hpp"

namespace akstwin {

/// The objects of a `kind: List`, or the object itself.
std::vector<YamlNode> flattened(YamlNode object);

/// Counts an object by kind; one that a controller made counts as "Pod, made by a controller".
void count_object(const YamlNode& object, std::map<std::string, int>& counts);

/// Takes out what may be secret and decides nothing: data of Secrets and ConfigMaps (but the autoscaler's priorities), environments,
/// commands, arguments, what kubectl remembers, and the status.
void remove_secrets(YamlNode& object);

/// Reads the objects as a scenario would, for its warnings: kinds that are not modelled, fields that are not read. References to objects
/// that are not among them are warnings, too.
void report_objects(const std::vector<YamlNode>& objects, ReadContext& context);

}  // namespace akstwin
