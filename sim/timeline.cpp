#include "sim/timeline.hpp"

#include <algorithm>
#include <string_view>

#include "sim/base/check.hpp"
#include "sim/base/hash.hpp"

namespace akstwin {
namespace {

auto index_key(const SeriesKey& key) { return std::tuple(key.kind, key.a.id(), key.b.id(), key.c.id()); }

bool by_text(const Series* x, const Series* y) {
  return std::tie(x->key.kind, x->key.a, x->key.b, x->key.c) < std::tie(y->key.kind, y->key.a, y->key.b, y->key.c);
}

/// A whole word in one multiplication: millions of them make up a timeline. The multiplier is 2^64 divided by the golden ratio, odd.
std::uint64_t fold(std::uint64_t value, std::uint64_t state) {
  state = (state ^ value) * 0x9E3779B97F4A7C15ULL;
  return state ^ (state >> 32);
}
std::uint64_t fold(std::int64_t value, std::uint64_t state) { return fold(static_cast<std::uint64_t>(value), state); }

/// Hashes of names by their text; each text is read once.
class NameHashes {
 public:
  std::uint64_t operator()(Name name) {
    if (name.id() >= known_.size()) known_.resize(name.id() + 1);
    std::uint64_t& hash = known_[name.id()];
    if (hash == 0) hash = hash_text(name.text());
    return hash;
  }

 private:
  std::vector<std::uint64_t> known_;   // by id; 0: not read yet
};

}  // namespace

SeriesId Timeline::series(const SeriesKey& key) {
  const auto [found, added] = index_.try_emplace(index_key(key), static_cast<std::uint32_t>(series_.size()));
  if (added) series_.push_back({key, {}});
  return {found->second};
}

void Timeline::set(SeriesId series, SimTime at, std::int64_t value) {
  std::vector<Sample>& samples = series_[series.index].samples;
  AKSTWIN_CHECK(samples.empty() || samples.back().at <= at, "a gauge is set in order of time");
  // A second value at one instant replaces the first, which may leave no change at all.
  if (!samples.empty() && samples.back().at == at) samples.pop_back();
  if (series_[series.index].current() != value) samples.push_back({at, value});
}

const Series* Timeline::find(const SeriesKey& key) const {
  const auto found = index_.find(index_key(key));
  return found == index_.end() ? nullptr : &series_[found->second];
}

std::vector<const Series*> Timeline::of_kind(std::uint16_t kind) const {
  std::vector<const Series*> found;
  for (const Series& series : series_)
    if (series.key.kind == kind) found.push_back(&series);
  std::sort(found.begin(), found.end(), by_text);
  return found;
}

std::uint64_t Timeline::hash() const {
  NameHashes names;
  std::uint64_t state = fold(end_.us, kHashSeed);
  for (const TimelineEvent& event : events_) {
    state = fold(event.at.us, fold(std::uint64_t{event.kind}, state));
    for (const Name name : {event.subject, event.object, event.detail}) state = fold(names(name), state);
    state = fold(event.value, state);
  }
  std::vector<const Series*> all;
  for (const Series& series : series_)
    if (!series.samples.empty()) all.push_back(&series);   // a gauge that never moved is as good as none
  std::sort(all.begin(), all.end(), by_text);
  for (const Series* series : all) {
    state = fold(std::uint64_t{series->key.kind}, state);
    for (const Name name : {series->key.a, series->key.b, series->key.c}) state = fold(names(name), state);
    state = fold(std::uint64_t{series->samples.size()}, state);
    for (const Sample& sample : series->samples) state = fold(sample.value, fold(sample.at.us, state));
  }
  return state;
}

}  // namespace akstwin
