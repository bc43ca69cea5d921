#include "adapters/oracle/suites.hpp"

#include <array>

#include "adapters/oracle/ca_cases.hpp"
#include "adapters/oracle/hpa_cases.hpp"
#include "adapters/oracle/vpa_cases.hpp"

namespace akstwin {

std::span<const OracleSuite> oracle_suites() {
  static constexpr std::array kSuites{
      OracleSuite{"hpa_replicas", oracle::check_hpa_replicas},
      OracleSuite{"hpa_behavior", oracle::check_hpa_behavior},
      OracleSuite{"ca_scaleup", oracle::check_ca_scaleup},
      OracleSuite{"ca_scaledown", oracle::check_ca_scaledown},
      OracleSuite{"ca_trace", oracle::check_ca_trace},
      OracleSuite{"sched_filter_score", oracle::check_sched_filter_score},
      OracleSuite{"sched_preempt", oracle::check_sched_preempt},
      OracleSuite{"node_lifecycle_evict", oracle::check_node_lifecycle_evict},
      OracleSuite{"vpa_recommend", oracle::check_vpa_recommend},
  };
  return kSuites;
}

const OracleSuite* find_suite(std::string_view name) {
  for (const OracleSuite& suite : oracle_suites())
    if (suite.name == name) return &suite;
  return nullptr;
}

}  // namespace akstwin
