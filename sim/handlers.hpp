/// The registry of event handlers: an event names its receiver by number, so that it stays a 24-byte value.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sim/event.hpp"

namespace akstwin {

using HandlerFunction = void (*)(void* self, Subject subject);

class HandlerRegistry {
 public:
  /// Registers `function` to be called with `self`. The name ("kubelet.started") appears in traces; it need not be unique
  /// over instances. The phase is the handler's: all its events run in that phase.
  HandlerId add(std::string name, Phase phase, void* self, HandlerFunction function);

  /// Registers a member function: registry.add<&Kubelet::on_started>("kubelet.started", Phase::Plant, *this).
  template <auto Method, class Self>
  HandlerId add(std::string name, Phase phase, Self& self) {
    return add(std::move(name), phase, &self,
               [](void* object, Subject subject) { (static_cast<Self*>(object)->*Method)(subject); });
  }

  void call(HandlerId id, Subject subject) const { entries_[id.index].function(entries_[id.index].self, subject); }
  Phase phase(HandlerId id) const { return entries_[id.index].phase; }
  std::string_view name(HandlerId id) const { return entries_[id.index].name; }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    HandlerFunction function;
    void* self;
    Phase phase;
    std::string name;
  };
  std::vector<Entry> entries_;
};

}  // namespace akstwin
