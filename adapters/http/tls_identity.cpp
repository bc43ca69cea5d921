#include "adapters/http/tls_identity.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace akstwin {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

constexpr long kOneYear = 365L * 24 * 3600;
constexpr long kClockSkew = 300;   // clients whose clock is a little behind accept the certificate, too

/// What a certificate is made from.
struct Request {
  const char* name;
  const char* constraints;
  const char* usage;
  std::string alternatives;
};

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate sign(const Request& request, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  std::array<unsigned char, 8> serial{};
  if (certificate == nullptr || RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return nullptr;
  serial[0] &= 0x7f;
  std::uint64_t number = 0;
  for (const unsigned char byte : serial) number = number << 8 | byte;
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), number);
  X509_set_version(certificate.get(), 2);   // counted from 0: version 3
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kClockSkew);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kOneYear);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(request.name), -1, -1, 0);
  X509* const signer = issuer != nullptr ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (!add_extension(certificate.get(), signer, NID_basic_constraints, request.constraints)) return nullptr;
  if (!add_extension(certificate.get(), signer, NID_key_usage, request.usage)) return nullptr;
  if (!add_extension(certificate.get(), signer, NID_subject_key_identifier, "hash")) return nullptr;
  if (!request.alternatives.empty()) {
    if (!add_extension(certificate.get(), signer, NID_ext_key_usage, "serverAuth")) return nullptr;
    if (!add_extension(certificate.get(), signer, NID_subject_alt_name, request.alternatives.c_str())) return nullptr;
  }
  if (X509_sign(certificate.get(), issuer_key, EVP_sha256()) == 0) return nullptr;
  return certificate;
}

template <class Write>
std::string pem(Write&& write) {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  if (memory == nullptr || write(memory.get()) != 1) return {};
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> buffer{};
  return inet_pton(AF_INET, host.c_str(), buffer.data()) == 1 || inet_pton(AF_INET6, host.c_str(), buffer.data()) == 1;
}

}  // namespace

Result<TlsIdentity> make_tls_identity(const std::vector<std::string>& hosts) {
  const Key authority_key(EVP_EC_gen("P-256")), key(EVP_EC_gen("P-256"));
  std::string alternatives;
  for (const std::string& host : hosts) alternatives += (alternatives.empty() ? "" : ",") + std::string(is_address(host) ? "IP:" : "DNS:") + host;
  if (authority_key == nullptr || key == nullptr) return fail("cannot make a TLS key");
  const Certificate authority = sign({"akstwin", "critical,CA:TRUE", "critical,keyCertSign,cRLSign", {}}, authority_key.get(), nullptr, authority_key.get());
  if (authority == nullptr) return fail("cannot make a certificate authority");
  const Certificate certificate =
      sign({"akstwin-serve", "critical,CA:FALSE", "critical,digitalSignature", alternatives}, key.get(), authority.get(), authority_key.get());
  if (certificate == nullptr) return fail("cannot make a certificate for " + alternatives);
  TlsIdentity identity;
  identity.authority_pem = pem([&](BIO* out) { return PEM_write_bio_X509(out, authority.get()); });
  identity.certificate_pem = pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
  identity.key_pem = pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  return identity;
}

Result<std::string> random_token(int bytes) {
  std::string raw(static_cast<std::size_t>(bytes), '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), bytes) != 1) return fail("the system gives no random bytes");
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace akstwin
