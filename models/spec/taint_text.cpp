#include "models/spec/taint_text.hpp"

namespace akstwin {

std::optional<TaintEffect> parse_taint_effect(std::string_view text) {
  if (text == "NoSchedule") return TaintEffect::NoSchedule;
  if (text == "PreferNoSchedule") return TaintEffect::PreferNoSchedule;
  if (text == "NoExecute") return TaintEffect::NoExecute;
  return std::nullopt;
}

std::optional<Taint> parse_taint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto effect = parse_taint_effect(text.substr(colon + 1));
  const std::string_view pair = text.substr(0, colon);
  const std::size_t equals = pair.find('=');
  const std::string_view key = pair.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
  if (!effect || key.empty() || value.find('=') != std::string_view::npos || text.find(' ') != std::string_view::npos) return std::nullopt;
  return Taint{Name(key), Name(value), *effect};
}

std::string to_string(const Taint& taint) {
  const char* effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  return taint.key.str() + (taint.value.empty() ? "" : "=" + taint.value.str()) + ":" + effects[static_cast<int>(taint.effect)];
}

}  // namespace akstwin
