#include "scenarios/notation.hpp"

#include <catch2/catch.hpp>

#include "scenarios/action_text.hpp"
#include "scenarios/threshold_text.hpp"

using namespace akstwin;

TEST_CASE("CPU time is millicore-seconds: 3.2m·s is 3200 microseconds of one core") {
  CHECK(Notation<CpuTime>::parse("3.2m·s") == 3'200);
  CHECK(Notation<CpuTime>::parse("3.2m*s") == 3'200);
  CHECK(Notation<CpuTime>::parse("3.2ms") == 3'200);
  CHECK(Notation<CpuTime>::parse("250us") == 250);
  CHECK_FALSE(Notation<CpuTime>::parse("3.2"));
  CHECK(Notation<CpuTime>::print(3'200) == "3.2m·s");
}

TEST_CASE("Rates, shares and offsets read as people write them") {
  CHECK(Notation<RequestRate>::parse("900rps") == 900'000);
  CHECK(Notation<RequestRate>::parse("0.5/s") == 500);
  CHECK_FALSE(Notation<RequestRate>::parse("900"));
  CHECK(Notation<PartsPerMillion>::parse("60%") == PartsPerMillion{600'000});
  CHECK(Notation<PartsPerMillion>::parse("0.6") == PartsPerMillion{600'000});
  CHECK(Notation<PartsPerMillion>::parse("3") == PartsPerMillion{3'000'000});
  CHECK_FALSE(Notation<PartsPerMillion>::parse("-1"));
  CHECK(Notation<UtcOffset>::parse("-05:30") == -330);
  CHECK(Notation<UtcOffset>::parse("-6h") == -360);
  CHECK(Notation<UtcOffset>::parse("Z") == 0);
  CHECK_FALSE(Notation<UtcOffset>::parse("-15h"));
  CHECK_FALSE(Notation<UtcOffset>::parse("5"));
  CHECK(Notation<UtcOffset>::print(-330) == "-05:30");
}

TEST_CASE("A time of day counts from the start of its day") {
  CHECK(Notation<SimTime>::parse("10d 14:00") == SimTime{(10 * 24 + 14) * 3'600'000'000LL});
  CHECK(Notation<SimTime>::parse("36h") == SimTime{36 * 3'600'000'000LL});
  CHECK_FALSE(Notation<SimTime>::parse("10d 24:00"));
  CHECK_FALSE(Notation<SimTime>::parse("5h 14:00"));
  CHECK_FALSE(Notation<SimTime>::parse("10d 1400"));
}

TEST_CASE("Versions keep their minor number, with or without a patch") {
  CHECK(Notation<MinorVersion>::parse("1.31") == 31);
  CHECK(Notation<MinorVersion>::parse("1.30.4") == 30);
  CHECK_FALSE(Notation<MinorVersion>::parse("1.31.x"));
  CHECK_FALSE(Notation<MinorVersion>::parse("2.0"));
}

TEST_CASE("Printed values are read back as the same values") {
  for (const std::int64_t value : {0LL, 1LL, 999LL, 1'000LL, 123'456LL}) {
    CHECK(Notation<RequestRate>::parse(Notation<RequestRate>::print(value)) == value);
    CHECK(Notation<CpuTime>::parse(Notation<CpuTime>::print(value)) == value);
    CHECK(Notation<Thousandths>::parse(Notation<Thousandths>::print(value)) == value);
  }
  for (const int offset : {-720, -330, -60, 0, 60, 345, 840}) CHECK(Notation<UtcOffset>::parse(Notation<UtcOffset>::print(offset)) == offset);
}

TEST_CASE("A threshold splits into aggregate, comparison and bound") {
  const auto p99 = parse_threshold("p(99)<240");
  REQUIRE(p99);
  CHECK(p99->aggregate == ThresholdSpec::Aggregate::Quantile);
  CHECK(p99->quantile == Approx(0.99));
  CHECK(p99->comparison == ThresholdSpec::Comparison::Less);
  CHECK(p99->bound == 240);
  const auto chance = parse_threshold("P(value<2700)>=0.95");
  REQUIRE(chance);
  CHECK(chance->aggregate == ThresholdSpec::Aggregate::Probability);
  CHECK(chance->comparison == ThresholdSpec::Comparison::Less);
  CHECK(chance->bound == 2'700);
  CHECK(chance->probability_comparison == ThresholdSpec::Comparison::GreaterEqual);
  CHECK(chance->probability == Approx(0.95));
  CHECK(parse_threshold("max <= 45m")->bound == 2'700);       // a duration counts in seconds
  CHECK(parse_threshold("min > 99.9%")->bound == Approx(0.999));
  CHECK(parse_threshold("med==3")->quantile == Approx(0.5));
  for (const char* wrong : {"", "p(99)", "p(101)<1", "mode<3", "mean<", "P(mean<3)>=0.5", "P(value<3)>=2", "value<x"}) {
    INFO(wrong);
    CHECK_FALSE(parse_threshold(wrong));
  }
}

TEST_CASE("A runbook's lines become actions") {
  CHECK(parse_action("flux.resume(aks-standby)")->kind == ActionKind::FluxResume);
  CHECK(parse_action("flux.resume(aks-standby)")->target == Name("aks-standby"));
  CHECK(parse_action("sql.failover")->kind == ActionKind::SqlFailover);
  CHECK(parse_action("sql.failover")->target == Name("sql"));
  const auto scale = parse_action("pool.scale(aks-prod/user, 12)");
  REQUIRE(scale);
  CHECK(scale->target == Name("aks-prod/user"));
  CHECK(scale->count == 12);
  CHECK(parse_action("zone.lose(eastus2, 2)")->zone == 2);
  CHECK(parse_action("wait(5m)")->duration == Duration{300'000'000});
  for (const char* wrong : {"", ".failover", "frontDoor.failover", "flux.resume()", "flux.resume(a, b)", "pool.scale(a/b)", "pool.scale(a/b, x)", "wait(5)", "flux.resume(a", "dance(a)"}) {
    INFO(wrong);
    CHECK_FALSE(parse_action(wrong));
  }
}

TEST_CASE("Where there is one cluster, its name may be left out of an action on it") {
  for (const char* text : {"flux.suspend", "flux.suspend()", "flux.suspend(aks)"}) {
    INFO(text);
    REQUIRE(parse_action(text, Name("aks")));
    CHECK(parse_action(text, Name("aks"))->target == Name("aks"));
  }
  for (const char* wrong : {"region.lose", "pool.start", "wait", "cluster.upgrade()"}) {
    INFO(wrong);
    CHECK_FALSE(parse_action(wrong, Name("aks")));
  }
}

TEST_CASE("A text that is no action is answered with what was probably meant") {
  CHECK(action_hint("pods.evict(orders/web)") == "it is written pods.evict(CLUSTER/NAMESPACE/NAME, N)");
  CHECK(action_hint("pod.evict(orders/web, 1)") == "did you mean pods.evict(CLUSTER/NAMESPACE/NAME, N)?");
  CHECK(action_hint("dance(a)").starts_with("actions are frontDoor.failover, flux.resume, "));
}
