#include "sim/base/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "sim/base/check.hpp"

namespace akstwin {

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int ok = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  AKSTWIN_CHECK(ok == 1 && length == 32, "the cryptography library provides SHA-256");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

}  // namespace akstwin
