#include "reports/version.hpp"

namespace akstwin {

std::string_view tool_version() { return AKSTWIN_VERSION; }

}  // namespace akstwin
