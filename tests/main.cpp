// Catch2's main, compiled once for all test programs, with a last line that scripts/test adds up.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include "tests/support/skip.hpp"

namespace {

/// Prints `tests: 12 passed, 0 failed, 1 skipped` when the program ends, also after a fatal signal in a test case.
class CountingListener : public Catch::TestEventListenerBase {
 public:
  using TestEventListenerBase::TestEventListenerBase;

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    const bool failed = stats.totals.assertions.failed > 0 || stats.totals.testCases.failed > 0;
    const bool skipped = akstwin::test::case_was_skipped();
    akstwin::test::case_was_skipped() = false;
    ++(failed ? failed_ : skipped ? skipped_ : passed_);
  }

  void testRunEnded(const Catch::TestRunStats&) override {
    std::printf("tests: %d passed, %d failed, %d skipped\n", passed_, failed_, skipped_);
    std::fflush(stdout);
  }

 private:
  int passed_ = 0, failed_ = 0, skipped_ = 0;
};

}  // namespace

CATCH_REGISTER_LISTENER(CountingListener)
