#include "sim/timeline.hpp"

#include <catch2/catch.hpp>

using namespace akstwin;

namespace {

std::vector<std::pair<std::int64_t, std::int64_t>> samples(const Timeline& timeline, const SeriesKey& key) {
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  for (const Sample& sample : timeline.find(key)->samples) pairs.emplace_back(sample.at.us, sample.value);
  return pairs;
}

}  // namespace

TEST_CASE("A gauge stores changes only, and the last of one instant") {
  Timeline timeline;
  const SeriesKey key{3, Name("user"), {}, {}};
  const SeriesId nodes = timeline.series(key);
  timeline.set(nodes, {0}, 0);       // already the value before the first sample
  timeline.set(nodes, {1}, 5);
  timeline.set(nodes, {2}, 5);       // no change
  timeline.set(nodes, {3}, 7);
  timeline.set(nodes, {3}, 5);       // back within the instant: nothing happened
  timeline.add(nodes, {4}, 2);
  timeline.add(nodes, {4}, 2);
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;
  CHECK(samples(timeline, key) == Pairs{{1, 5}, {4, 9}});
  CHECK(timeline.current(nodes) == 9);
}

TEST_CASE("A series is found by its key, and a kind's series come by text") {
  Timeline timeline;
  const SeriesId b = timeline.series({1, Name("b"), {}, {}}), a = timeline.series({1, Name("a"), Name("z"), {}});
  CHECK(timeline.series({1, Name("b"), {}, {}}).index == b.index);
  CHECK(timeline.find({1, Name("c"), {}, {}}) == nullptr);
  timeline.series({2, Name("a"), {}, {}});
  const auto found = timeline.of_kind(1);
  REQUIRE(found.size() == 2);
  CHECK(found[0]->key.a == Name("a"));
  CHECK(found[1]->key.a == Name("b"));
  CHECK(a.index != b.index);
}

TEST_CASE("The hash depends on what happened, not on the order of creation") {
  const auto make = [](bool swapped, std::int64_t value) {
    Timeline timeline;
    const SeriesKey x{1, Name("hash-x"), {}, {}}, y{1, Name("hash-y"), {}, {}};
    if (swapped) timeline.series(y);
    timeline.set(timeline.series(x), {1}, 4);
    timeline.set(timeline.series(y), {2}, value);
    timeline.event({.at = {3}, .kind = 9, .subject = Name("pod"), .value = 1});
    timeline.finish({10});
    return timeline.hash();
  };
  CHECK(make(false, 5) == make(true, 5));
  CHECK(make(false, 5) != make(false, 6));
  Timeline once, split;
  once.event({.subject = Name("ab"), .object = Name("c")});
  split.event({.subject = Name("a"), .object = Name("bc")});
  CHECK(once.hash() != split.hash());
}
