/// What a genuine API server refuses of an object, before the simulation looks at it.
#pragma once
#include "adapters/serve/object_text.hpp"
#include "adapters/serve/resources.hpp"

namespace akstwin {

/// All that is wrong with the object after its defaults, in upstream's order and words; `before` null: it is created.
FieldProblems validate_object(const ResourceKind& kind, const Json& before, const Json& after);

}  // namespace akstwin
