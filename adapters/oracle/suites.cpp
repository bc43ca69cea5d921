#include "adapters/oracle/suites.hpp"

#include <array>

namespace akstwin {

std::span<const OracleSuite> oracle_suites() {
  static constexpr std::array kSuites{
      OracleSuite{"sched_filter_score", check_sched_filter_score},
      OracleSuite{"sched_preempt", check_sched_preempt},
  };
  return kSuites;
}

const OracleSuite* find_suite(std::string_view name) {
  for (const OracleSuite& suite : oracle_suites())
    if (suite.name == name) return &suite;
  return nullptr;
}

}  // namespace akstwin
