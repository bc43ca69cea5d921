/// The program's version, configured by CMake.
#pragma once
#include <string_view>

namespace akstwin {

/// "0.1.0".
std::string_view tool_version();

}  // namespace akstwin
