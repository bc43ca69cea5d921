/// Values or errors of the outside world.
#pragma once
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace akstwin {

/// What went wrong outside, in words for the user. Context is added at each level, outermost first.
struct Error {
  std::string message;
  Error within(std::string context) && { return {std::move(context) + ": " + std::move(message)}; }
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message) { return tl::unexpected<Error>(Error{std::move(message)}); }

}  // namespace akstwin
