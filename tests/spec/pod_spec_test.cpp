#include <catch2/catch.hpp>

#include "models/spec/pod_spec.hpp"

using namespace akstwin;
using Operator = SelectorRequirement::Operator;

namespace {

Labels labels(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  Labels result;
  for (const auto& [key, value] : pairs) result.set(Name(key), Name(value));
  return result;
}

LabelSelector one(std::string_view key, Operator op, std::initializer_list<std::string_view> values = {}) {
  SelectorRequirement requirement{.key = Name(key), .op = op, .values = {}};
  for (const std::string_view value : values) requirement.values.emplace_back(value);
  return {.requirements = {requirement}};
}

ContainerSpec asking(std::int64_t millicores, std::int64_t bytes, bool restartable = false) {
  ContainerSpec container;
  container.requests = {.cpu = {millicores}, .memory = {bytes}, .ephemeral_storage = {}, .gpu = 0};
  container.restartable_init = restartable;
  return container;
}

Taint taint(std::string_view key, std::string_view value, TaintEffect effect) {
  return {.key = Name(key), .value = Name(value), .effect = effect};
}

Toleration toleration(std::string_view key, bool exists, std::string_view value = {}, std::optional<TaintEffect> effect = {}) {
  return {.key = Name(key), .exists = exists, .value = Name(value), .effect = effect, .seconds = {}};
}

}  // namespace

TEST_CASE("Labels stay sorted by the text of the key and a key appears once") {
  const Labels set = labels({{"zone", "1"}, {"app", "web"}, {"tier", "fe"}, {"app", "db"}});
  REQUIRE(set.pairs.size() == 3);
  CHECK(set.pairs[0].first == Name("app"));
  CHECK(set.pairs[0].second == Name("db"));
  CHECK(set.pairs[2].first == Name("zone"));
}

TEST_CASE("An empty label value is not an absent label") {
  const Labels set = labels({{"gpu", ""}});
  REQUIRE(set.find(Name("gpu")) != nullptr);
  CHECK(one("gpu", Operator::Exists).matches(set));
  CHECK_FALSE(one("gpu", Operator::DoesNotExist).matches(set));
}

TEST_CASE("A selector without requirements matches everything") { CHECK(LabelSelector{}.matches(labels({}))); }

TEST_CASE("NotIn matches an absent key, In does not") {
  CHECK(one("tier", Operator::NotIn, {"fe"}).matches(labels({})));
  CHECK_FALSE(one("tier", Operator::NotIn, {"fe"}).matches(labels({{"tier", "fe"}})));
  CHECK_FALSE(one("tier", Operator::In, {"fe", "be"}).matches(labels({})));
  CHECK(one("tier", Operator::In, {"fe", "be"}).matches(labels({{"tier", "be"}})));
}

TEST_CASE("All requirements of a selector must hold") {
  LabelSelector both = one("app", Operator::In, {"web"});
  both.requirements.push_back(one("tier", Operator::Exists).requirements.front());
  CHECK_FALSE(both.matches(labels({{"app", "web"}})));
  CHECK(both.matches(labels({{"app", "web"}, {"tier", "fe"}})));
}

TEST_CASE("A toleration covers a taint of its key, value and effect") {
  const Taint batch = taint("dedicated", "batch", TaintEffect::NoSchedule);
  CHECK(toleration("dedicated", false, "batch").tolerates(batch));
  CHECK(toleration("dedicated", false, "batch", TaintEffect::NoSchedule).tolerates(batch));
  CHECK_FALSE(toleration("dedicated", false, "batch", TaintEffect::NoExecute).tolerates(batch));
  CHECK_FALSE(toleration("dedicated", false, "gpu").tolerates(batch));
  CHECK(toleration("dedicated", true).tolerates(batch));
  CHECK(toleration("", true).tolerates(batch));
  CHECK_FALSE(toleration("other", true).tolerates(batch));
}

TEST_CASE("The effective request of ordinary containers is their sum plus overhead") {
  PodSpec pod;
  pod.containers = {asking(100, 1000), asking(250, 500)};
  pod.overhead.cpu = {10};
  CHECK(pod.effective_request().cpu.value == 360);
  CHECK(pod.effective_request().memory.value == 1500);
}

TEST_CASE("An ordinary init container counts beside the sidecars that started before it, not after") {
  PodSpec pod;
  pod.containers = {asking(100, 100)};
  pod.init_containers = {asking(500, 10), asking(50, 50, true), asking(400, 400)};
  // cpu: running 100 + 50 = 150; first init 500 alone; third 400 + sidecar 50 = 450 → 500.
  CHECK(pod.effective_request().cpu.value == 500);
  // memory: running 100 + 50 = 150; third init 400 + 50 = 450.
  CHECK(pod.effective_request().memory.value == 450);
}
