/// Compiled ARM templates (`az bicep build`): clusters, pools, networks.
#pragma once
#include "scenarios/imports/fragment.hpp"

namespace akstwin {

/// Whether the document is a deployment template, or a file with parameters for one.
bool is_arm_template(const YamlNode& document);
bool is_arm_parameters(const YamlNode& document);

/// Reads a template with its nested ones. `parameters`: a parameters file, or null; defaults hold for what it does not state.
void read_arm_template(const YamlNode& document, const YamlNode* parameters, Fragment& out);

}  // namespace akstwin
