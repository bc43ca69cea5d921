#include <catch2/catch.hpp>

#include "models/catalog/price_book.hpp"

namespace akstwin {
namespace {

constexpr const char* kLogs = "Log Analytics data ingestion (Analytics, pay-as-you-go)";

TEST_CASE("A VM has a price by region, whatever the case of its name") {
  const auto price = vm_price("eastus", "standard_d4s_v5");
  REQUIRE(price);
  CHECK(price->on_demand_hour == Money{192'000'000});
  CHECK_FALSE(price->source.empty());
  CHECK_FALSE(vm_price("eastus", "Standard_Unknown"));
}

TEST_CASE("Spot prices are absent where none was read") {
  CHECK(vm_price("eastus2", "Standard_D8ds_v5")->spot_hour == Money{58'760'000});
  CHECK_FALSE(vm_price("uksouth", "Standard_D8ds_v5")->spot_hour);
}

TEST_CASE("A meter with several regions answers with the nearest one and says how sure it is") {
  CHECK(meter(kLogs, "westeurope")->unit_price == Money{2'990'000'000});
  CHECK(meter(kLogs, "uksouth")->region == "westeurope");
  CHECK(meter(kLogs, "eastus2")->unit_price == Money{2'300'000'000});
  CHECK(meter(kLogs, "eastus2")->confidence == "recall");
}

TEST_CASE("A meter whose price was never read is nothing") {
  CHECK_FALSE(meter("Azure Managed Grafana Standard"));
  CHECK_FALSE(meter("no such meter"));
}

}  // namespace
}  // namespace akstwin
