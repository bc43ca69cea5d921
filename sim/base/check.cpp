#include "sim/base/check.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace akstwin {
namespace {

struct Registered {
  DyingWords words = nullptr;
  void* context = nullptr;
};

/// Who speaks when a check fails: process-wide, as the end of the process is.
Registered& registered() {
  static Registered current;
  return current;
}

}  // namespace

void set_dying_words(DyingWords words, void* context) { registered() = {words, context}; }

void check_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n  %s\n", file, line, condition, why);
  // Taken out first: a check that fails inside the dying words must not call them again.
  const Registered last = std::exchange(registered(), {});
  if (last.words != nullptr) last.words(last.context);
  std::fflush(stderr);
  std::abort();
}

}  // namespace akstwin
