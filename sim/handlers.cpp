#include "sim/handlers.hpp"

#include "sim/base/check.hpp"

namespace akstwin {

HandlerId HandlerRegistry::add(std::string name, Phase phase, void* self, HandlerFunction function) {
  AKSTWIN_CHECK(entries_.size() < (std::size_t{1} << 14), "an event has 14 bits for its handler");
  AKSTWIN_CHECK(function != nullptr, "a handler is a function");
  entries_.push_back({function, self, phase, std::move(name)});
  return {static_cast<std::uint16_t>(entries_.size() - 1)};
}

}  // namespace akstwin
