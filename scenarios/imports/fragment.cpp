#include "scenarios/imports/fragment.hpp"

namespace akstwin {

void leave_out(LeftOutMap& list, const std::string& what, const YamlNode& at) {
  LeftOut& entry = list[what];
  if (entry.count++ == 0) entry.first = at.position();
}

}  // namespace akstwin
