#include <catch2/catch.hpp>

#include "sim/base/money.hpp"

using namespace akstwin;
using namespace akstwin::literals;

TEST_CASE("Money carries its currency") {
  CHECK(parse_money("900 USD") == Money{900'000'000'000});
  CHECK(parse_money("$0.192") == Money{192'000'000});
  CHECK(parse_money("0.226 USD") == Money{226'000'000});
  CHECK(parse_money("1.10USD") == Money{1'100'000'000});
  for (const char* text : {"900", "900 EUR", "$", "USD", "$1 USD", "-$1", "$1e3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_money(text));
  }
}

TEST_CASE("A price table's number keeps nine decimals") {
  CHECK(parse_dollars("0.05876") == Money{58'760'000});
  CHECK(parse_dollars("7.2E-06") == Money{7'200});
  CHECK(parse_dollars("0.0000000019") == Money{1});
  CHECK_FALSE(parse_dollars("0.05 USD"));
  CHECK_FALSE(parse_dollars("9999999999999"));
}

TEST_CASE("Money prints cents above a dollar and all it has below") {
  CHECK(to_string(Money{4'103'250'000'000}) == "$4,103.25");
  CHECK(to_string(Money{1'234'567'890'000'000}) == "$1,234,567.89");
  CHECK(to_string(Money{-500'000'000}) == "-$0.50");
  CHECK(to_string(Money{58'760'000}) == "$0.05876");
  CHECK(to_string(Money{0}) == "$0.00");
  CHECK(to_string(Money{1'995'000'000}) == "$2.00");   // half a cent rounds up
}

TEST_CASE("A price is prorated by the microsecond and rounded once, half away from zero") {
  const Money hourly{192'000'000};   // Standard_D4s_v5, $0.192 an hour
  CHECK(price_over(hourly, 30_min) == Money{96'000'000});
  CHECK(price_over(hourly, 1_s) == Money{53'333});           // 192,000,000 ÷ 3600 = 53,333.3
  CHECK(price_over({5}, 30_min) == Money{3});                // 2.5
  CHECK(price_over({-5}, 30_min) == Money{-3});
  CHECK(price_over({1}, 30_min - 1_us) == Money{0});
  CHECK(price_over({9'000'000'000}, 1000000_h) == Money{9'000'000'000'000'000});
  CHECK(scale({7}, 1, 3) == Money{2});
  CHECK(scale({8}, 1, 3) == Money{3});
}
