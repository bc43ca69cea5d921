#include "sim/rng.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace akstwin;

TEST_CASE("Philox gives the published vectors") {
  // Source: kat_vectors of Random123 1.14, philox4x32 with 10 rounds.
  using Block = std::array<std::uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("A draw depends on seed, replication, stream, entity and number, and on nothing else") {
  const RngStream boots({.seed = 1}, "azure/vmss/pool=user/boot");
  CHECK(boots.uniform(7, 3) == RngStream({.seed = 1}, "azure/vmss/pool=user/boot").uniform(7, 3));
  CHECK(boots.uniform(7, 3) != boots.uniform(7, 4));
  CHECK(boots.uniform(7, 3) != boots.uniform(8, 3));
  CHECK(boots.uniform(7) != boots.uniform(7 + (std::uint64_t{1} << 32)));
  CHECK(boots.uniform(7, 3) != RngStream({.seed = 2}, "azure/vmss/pool=user/boot").uniform(7, 3));
  CHECK(boots.uniform(7, 3) != RngStream({.seed = 1, .replication = 1}, "azure/vmss/pool=user/boot").uniform(7, 3));
  CHECK(boots.uniform(7, 3) != RngStream({.seed = 1}, "azure/vmss/pool=spot/boot").uniform(7, 3));
}

TEST_CASE("An antithetic draw is exactly one minus the draw") {
  const RngStream plain({.seed = 9}, "x"), mirrored({.seed = 9, .antithetic = true}, "x");
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    CHECK(plain.uniform(i) + mirrored.uniform(i) == 1.0);
    CHECK(plain.below(10, i) + mirrored.below(10, i) == 9);
  }
}

TEST_CASE("Uniform draws fill (0, 1) evenly") {
  const RngStream stream({.seed = 3}, "uniform");
  std::array<int, 10> bins{};
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const double u = stream.uniform(i);
    REQUIRE(u > 0);
    REQUIRE(u < 1);
    ++bins[static_cast<std::size_t>(u * 10)];
  }
  double chi2 = 0;
  for (const int count : bins) chi2 += (count - 2'000.0) * (count - 2'000.0) / 2'000.0;
  CHECK(chi2 < 27.9);   // the 99.9 % quantile with nine degrees of freedom
}
