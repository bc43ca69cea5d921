#include "models/spec/platform_spec.hpp"

namespace akstwin {

// Source: kubernetes/autoscaler main.go of 1.30 and config/flags/flags.go of 1.36.1 (facts/defaults.csv, rows "cluster-autoscaler").
AutoScalerProfileSpec upstream_autoscaler_profile(int kubernetes_minor) {
  AutoScalerProfileSpec profile;
  profile.scale_down_delay_after_delete = Duration{0};
  profile.expanders = {kubernetes_minor >= 33 ? Expander::LeastWaste : Expander::Random};
  profile.skip_nodes_with_local_storage = true;
  return profile;
}

}  // namespace akstwin
