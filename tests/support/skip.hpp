/// Skipping a test case out loud: what it needs is not on this machine, and the final count says so.
#pragma once
#include <cstdio>
#include <string>

namespace akstwin::test {

/// Whether the running test case was skipped; tests/main.cpp reads and clears it after each case.
inline bool& case_was_skipped() {
  static bool skipped = false;
  return skipped;
}

/// Prints the reason and marks the running test case. Use AKSTWIN_SKIP, which also returns from it.
inline void record_skip(const std::string& why) {
  std::printf("SKIPPED: %s\n", why.c_str());
  case_was_skipped() = true;
}

}  // namespace akstwin::test

/// Ends the test case as skipped: `if (!std::filesystem::exists(path)) AKSTWIN_SKIP("no " + path.string());`
#define AKSTWIN_SKIP(why)               \
  do {                                  \
    ::akstwin::test::record_skip(why);  \
    return;                             \
  } while (false)
