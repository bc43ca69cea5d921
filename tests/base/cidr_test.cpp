#include <catch2/catch.hpp>

#include "sim/base/cidr.hpp"

using namespace akstwin;

TEST_CASE("A prefix is read when its host bits are zero") {
  const auto cidr = parse_cidr("10.40.0.0/22");
  REQUIRE(cidr);
  CHECK(cidr->size() == 1024);
  CHECK(cidr->usable() == 1019);
  CHECK(to_string(*cidr) == "10.40.0.0/22");
  CHECK(parse_cidr("0.0.0.0/0")->size() == std::int64_t{1} << 32);
  CHECK(parse_cidr("255.255.255.255/32")->usable() == 0);
  for (const char* text : {"10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "10.0.0/24", "256.0.0.0/8", "10.0.0.0/ 8", "10.0.0.0/8x", "010.0.0.0/8", "10.0.0.0/08", ""}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cidr(text));
  }
}

TEST_CASE("A prefix with host bits is corrected for the hint") {
  CHECK(to_string(*parse_cidr_lenient("10.0.0.77/24")) == "10.0.0.0/24");
  CHECK_FALSE(parse_cidr_lenient("10.0.0/24"));
}

TEST_CASE("Prefixes contain and overlap each other") {
  const Cidr wide = *parse_cidr("10.0.0.0/16"), inside = *parse_cidr("10.0.128.0/17"), beside = *parse_cidr("10.1.0.0/16");
  CHECK(wide.contains(inside));
  CHECK_FALSE(inside.contains(wide));
  CHECK(inside.overlaps(wide));
  CHECK_FALSE(wide.overlaps(beside));
  CHECK(parse_cidr("255.255.0.0/16")->overlaps(*parse_cidr("255.255.255.0/24")));
}

TEST_CASE("The smallest subnet for a number of addresses counts the five that Azure keeps") {
  CHECK(smallest_prefix_for(3) == 29);      // 8 − 5
  CHECK(smallest_prefix_for(4) == 28);
  CHECK(smallest_prefix_for(251) == 24);
  CHECK(smallest_prefix_for(252) == 23);
  CHECK(smallest_prefix_for(1200) == 21);   // 2048 − 5
  CHECK(smallest_prefix_for(16'777'211) == 8);
  CHECK_FALSE(smallest_prefix_for(16'777'212));
}
