#include <catch2/catch.hpp>

#include "sim/base/quantity.hpp"
#include "sim/rng.hpp"

using namespace akstwin;
using namespace akstwin::literals;

TEST_CASE("CPU is read as Kubernetes does, rounded up to millicores") {
  CHECK(parse_millicores("500m") == 500_mcpu);
  CHECK(parse_millicores("2") == 2000_mcpu);
  CHECK(parse_millicores("0.5") == 500_mcpu);
  CHECK(parse_millicores("1.5") == 1500_mcpu);
  CHECK(parse_millicores("0.0001") == 1_mcpu);
  CHECK(parse_millicores("100u") == 1_mcpu);
  CHECK(parse_millicores("1k") == 1'000'000_mcpu);
  for (const char* text : {"", "m", "-1", "1 m", "1mm", "0x1", "1.", "."}) {
    CAPTURE(text);
    CHECK_FALSE(parse_millicores(text));
  }
}

TEST_CASE("Memory is read in binary, decimal and exponent notation, rounded up to bytes") {
  CHECK(parse_bytes("512Mi") == 512_Mi);
  CHECK(parse_bytes("4Gi") == 4_Gi);
  CHECK(parse_bytes("1.5Gi") == 1536_Mi);
  CHECK(parse_bytes("128M") == Bytes{128'000'000});
  CHECK(parse_bytes("1e9") == Bytes{1'000'000'000});
  CHECK(parse_bytes("12E6") == Bytes{12'000'000});
  CHECK(parse_bytes("2E") == Bytes{2'000'000'000'000'000'000});
  CHECK(parse_bytes("1024") == 1_Ki);
  CHECK(parse_bytes("1500m") == Bytes{2});
  CHECK_FALSE(parse_bytes("16Ei"));    // 2^64 does not fit
  CHECK_FALSE(parse_bytes("4GiB"));
  CHECK_FALSE(parse_bytes("1e99"));
}

TEST_CASE("Custom metric targets are read in thousandths") {
  CHECK(parse_milli("100") == 100'000);
  CHECK(parse_milli("2500m") == 2'500);
  CHECK(parse_milli("1k") == 1'000'000);
}

TEST_CASE("A share needs its percent sign") {
  CHECK(parse_percent("80%") == PartsPerMillion{800'000});
  CHECK(parse_percent("0.8%") == PartsPerMillion{8'000});
  CHECK(parse_percent("12.5 %") == PartsPerMillion{125'000});
  CHECK_FALSE(parse_percent("80"));
  CHECK_FALSE(parse_percent("0.00001%"));   // below a part per million
}

TEST_CASE("A rate is bits or bytes a second") {
  CHECK(parse_rate("10Gbps") == BytesPerSecond{1'250'000'000});
  CHECK(parse_rate("100Mbps") == BytesPerSecond{12'500'000});
  CHECK(parse_rate("100MBps") == BytesPerSecond{100'000'000});
  CHECK(parse_rate("60MiBps") == BytesPerSecond{62'914'560});
  CHECK_FALSE(parse_rate("10"));
  CHECK_FALSE(parse_rate("10GB"));
}

TEST_CASE("Quantities print in the shortest exact unit") {
  CHECK(to_string(500_mcpu) == "500m");
  CHECK(to_string(2000_mcpu) == "2");
  CHECK(to_string(2500_mcpu) == "2500m");
  CHECK(to_string(512_Mi) == "512Mi");
  CHECK(to_string(4_Gi) == "4Gi");
  CHECK(to_string(Bytes{1'000'000}) == "1000000");
  CHECK(to_string(Bytes{0}) == "0");
  CHECK(to_string(BytesPerSecond{1'562'500'000}) == "12.5Gbps");
  CHECK(to_string(PartsPerMillion{700'000}) == "70%");
  CHECK(to_string(PartsPerMillion{125'000}) == "12.5%");
}

TEST_CASE("Every printed quantity is read back as itself") {
  const RngStream random({.seed = 11}, "quantity_test");
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const auto value = static_cast<std::int64_t>(random.bits(i) >> (5 + random.below(58, i, 1)));
    CAPTURE(i, value);
    CHECK(parse_millicores(to_string(Millicores{value / 1'000})) == Millicores{value / 1'000});
    CHECK(parse_bytes(to_string(Bytes{value})) == Bytes{value});
    CHECK(parse_rate(to_string(BytesPerSecond{value / 100})) == BytesPerSecond{value / 100});
    CHECK(parse_percent(to_string(PartsPerMillion{value % 10'000'000})) == PartsPerMillion{value % 10'000'000});
  }
}
