/// The style sheet of the HTML report.
#pragma once
#include <string_view>

namespace akstwin {

/// CSS for screen, dark screen and paper.
std::string_view report_css();

}  // namespace akstwin
