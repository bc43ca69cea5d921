#include <catch2/catch.hpp>

#include "tests/provisioning/platform.hpp"

namespace akstwin::test {

TEST_CASE("Pods that fit nowhere get one machine of the cheapest size that holds them all, within a batch and a boot") {
  // Four pods of 900m and 1Gi: 3600m. D4s_v5 leaves 4000 − 140 = 3860m; D2s_v5 leaves 1900m: two pods each. eastus2, $/h: D2s_v5 0.096,
  // D4s_v5 0.192, D8s_v5 0.384. Karpenter packs all it can into one NodeClaim: the smallest size that holds four is D4s_v5.
  const Timeline timeline = run(provisioned({node_pool("general", {"Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5"})},
                                            {deployment("api", 4, 900_mcpu, 1_Gi)}));
  INFO(transcript(timeline));
  CHECK(machines(timeline, at(30_s), "general", "Standard_D4s_v5/on-demand") == 1);
  CHECK(gauge(timeline, GaugeKind::NodesAllocated, at(50_min), "prod", "prod/general") == 1);
  // Scheduled at once, refused at once; 1 s of idle batch, 60 s of boot: a node well before 65 s.
  CHECK(gauge(timeline, GaugeKind::NodesReady, at(65_s), "prod", "prod/general") == 1);
  CHECK(gauge(timeline, GaugeKind::ReplicasReady, at(3_min), "prod/orders/api") == 4);
  CHECK(said(timeline, "Nominated").size() == 4);
}

TEST_CASE("When load goes, Karpenter moves what is left onto less and says what that saves") {
  Scenario scenario = provisioned({node_pool("general", {"Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5"})}, {deployment("api", 2, 900_mcpu, 1_Gi)}, 2_h);
  with_burst(scenario, "api", 2, 5_min, 25_min);
  const Timeline timeline = run(scenario);
  WARN(transcript(timeline));
}

}  // namespace akstwin::test
