#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/base/name.hpp"

using namespace akstwin;

TEST_CASE("The same text is the same name, whatever stored it") {
  std::string text = "pool-user";
  const Name first(text);
  const std::string_view view = first.text();
  text = "overwritten";
  for (int i = 0; i < 10'000; ++i) Name("filler-" + std::to_string(i));
  CHECK(Name("pool-user") == first);
  CHECK(view == "pool-user");
  CHECK(first.text().data() == view.data());
}

TEST_CASE("Names are ordered by text, not by order of interning") {
  std::vector<Name> names{Name("zeta"), Name("alpha"), Name(), Name("beta")};
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<Name>{Name(), Name("alpha"), Name("beta"), Name("zeta")});
}

TEST_CASE("The empty text is the empty name") {
  CHECK(Name("") == Name());
  CHECK(Name().empty());
  CHECK(Name().text().empty());
  CHECK_FALSE(Name("x").empty());
}
