// Gives the precompiled test headers a target to belong to.
#include <catch2/catch.hpp>
