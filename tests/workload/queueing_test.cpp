#include "models/workload/queueing.hpp"

#include <catch2/catch.hpp>

#include <cmath>

namespace akstwin {
namespace {

using namespace akstwin::literals;

/// Erlang's C, exact, by the recursion of Erlang's B.
double erlang_c(int servers, double offered) {
  double b = 1;
  for (int c = 1; c <= servers; ++c) b = offered * b / (c + offered * b);
  const double rho = offered / servers;
  return b / (1 - rho + rho * b);
}

ServerModel exponential(int servers, Duration patience = 1'000_s) { return server_model(1_s, 1.0, servers, patience); }

}  // namespace

TEST_CASE("One server: waiting and latency are those of M/M/1") {
  // ρ = 0.8: P(wait) = 0.8, mean wait 0.8/(1 − 0.8) = 4 s, response exponential of mean 5 s, p95 = 5·ln 20 = 14.98 s.
  const QueueEstimate queue = estimate_queue(exponential(1), 0.8);
  REQUIRE(queue.wait_probability == Approx(0.8));
  REQUIRE(queue.wait_mean == Approx(4.0));
  REQUIRE(queue.response_p95 == Approx(14.98).epsilon(0.011));
}

TEST_CASE("The wait probability is within 0.05 of Erlang's C, the mean wait within 0.035 of a service time, for up to 64 servers") {
  for (const int servers : {1, 2, 4, 8, 16, 32, 64})
    for (const double rho : {0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95}) {
      const double offered = rho * servers, exact = erlang_c(servers, offered);
      const QueueEstimate queue = estimate_queue(exponential(servers), offered);
      const double exact_wait = exact / (servers * (1 - rho));
      INFO(servers << " servers at " << rho << ": " << exact << " and " << queue.wait_probability);
      CHECK(std::abs(queue.wait_probability - exact) < 0.05);
      CHECK(std::abs(queue.wait_mean - exact_wait) < 0.035);
    }
}

TEST_CASE("Deterministic service halves the wait") {
  // Pollaczek–Khinchine: M/D/1 waits half of M/M/1: 2 s at ρ = 0.8.
  REQUIRE(estimate_queue(server_model(1_s, 0.0, 1, 1'000_s), 0.8).wait_mean == Approx(2.0));
}

TEST_CASE("Losses of one server are Barrer's, exactly") {
  // M/M/1 with patience T for waiting: (1 − ρ)ρE ÷ (1 − ρ²E), E = e^(−(1 − ρ)T/S). T = 3 s of waiting (4 s with service).
  // ρ = 0.8: E = e^−0.6 = 0.548812; 0.2·0.8·0.548812/(1 − 0.64·0.548812) = 0.0878099/0.648760 = 0.135350
  // ρ = 1.5: E = e^1.5 = 4.481689; −0.5·1.5·4.481689/(1 − 2.25·4.481689) = −3.361267/−9.083800 = 0.370029
  REQUIRE(estimate_queue(exponential(1, 4_s), 0.8).loss == Approx(0.135350).epsilon(1e-5));
  REQUIRE(estimate_queue(exponential(1, 4_s), 1.5).loss == Approx(0.370029).epsilon(1e-5));
  // ρ → 1: 1/(1 + 1 + 3) = 0.2.
  REQUIRE(estimate_queue(exponential(1, 4_s), 1.0).loss == Approx(0.2));
}

TEST_CASE("Losses rise with the load, without a jump at saturation, towards what does not fit") {
  for (const int servers : {1, 4, 50}) {
    const ServerModel server = exponential(servers, 5_s);
    double before = 0;
    for (double rho = 0.01; rho < 4; rho += 0.001) {
      const double loss = estimate_queue(server, rho * servers).loss;
      REQUIRE(loss >= before - 1e-12);
      REQUIRE(loss - before < 0.002);
      REQUIRE(loss >= 1 - 1 / rho - 1e-12);   // A server cannot do more than its time.
      before = loss;
    }
    REQUIRE(before == Approx(1 - 1 / 4.0).margin(0.001));
  }
}

TEST_CASE("Throttled CPU lengthens the service, and no answer takes longer than the client waits") {
  const ServerModel server = server_model(10_ms, 1.0, 4, 1_s);
  REQUIRE(estimate_queue(server, 300, 1).utilisation == Approx(0.75));
  REQUIRE(estimate_queue(server, 300, 2).utilisation == Approx(1.5));
  REQUIRE(estimate_queue(server, 300, 2).response_p95 == 1.0);
  REQUIRE(estimate_queue(server, 0).response_p95 == Approx(0.02968).epsilon(1e-3));   // 2.968 · 10 ms
}

}  // namespace akstwin
