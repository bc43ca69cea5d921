/// `terraform show -json PLAN`: azurerm clusters, node pools, virtual networks and subnets.
#pragma once
#include "scenarios/imports/fragment.hpp"

namespace akstwin {

/// Whether the document is a plan or state of Terraform in JSON.
bool is_terraform_plan(const YamlNode& document);
/// Reads planned values (of a state: values); what one resource is of another follows from the configuration's references.
void read_terraform_plan(const YamlNode& document, Fragment& out);

}  // namespace akstwin
