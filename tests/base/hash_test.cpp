#include <catch2/catch.hpp>

#include "sim/base/hash.hpp"

using namespace akstwin;

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("The 64-bit hash is fixed and depends on order") {
  // FNV-1a with its 64-bit prime, but from this project's seed: pinned, because timelines are compared by it.
  CHECK(hash_text("") == kHashSeed);
  CHECK(hash_text("a") == (kHashSeed ^ 0x61U) * 1099511628211ULL);
  CHECK(hash_text("ab") != hash_text("ba"));
  CHECK(hash_number(1, kHashSeed) != hash_number(256, kHashSeed));
}
