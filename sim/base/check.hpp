/// Our own mistakes: checked in release too, because a wrong simulation is worse than none.
#pragma once

namespace akstwin {

/// Prints where and why, then the registered dying words (time, last events, rerun line), and aborts.
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);

/// A function that prints context to stderr when a check fails; the running kernel registers one. May be null.
using DyingWords = void (*)(void* context);
void set_dying_words(DyingWords words, void* context);

}  // namespace akstwin

#define AKSTWIN_CHECK(condition, why) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::akstwin::check_failed(#condition, why, __FILE__, __LINE__))
