/// The codes of all diagnostics about a scenario, and what each of them means.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace akstwin {

struct DiagnosticCode {
  std::string_view code;                    ///< "S012"
  std::string_view title;
  std::string_view meaning;                 ///< what is wrong, why it matters, what to do
};

/// All codes, sorted.
std::span<const DiagnosticCode> diagnostic_codes();

/// docs/reference/diagnostics.md.
std::string diagnostics_reference();

}  // namespace akstwin
