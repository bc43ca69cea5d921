// Source: kubernetes v1.32 staging/src/k8s.io/apimachinery/pkg/util/validation, read 2026-11.
#include "adapters/serve/validation/names.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace akstwin::validation {
namespace {

bool lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool letter_or_digit(char c) { return lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

bool is_label(std::string_view text) {
  return !text.empty() && lower_or_digit(text.front()) && lower_or_digit(text.back()) && std::ranges::all_of(text, [](char c) { return lower_or_digit(c) || c == '-'; });
}

bool is_subdomain(std::string_view text) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_name_part(std::string_view text) {
  return !text.empty() && letter_or_digit(text.front()) && letter_or_digit(text.back()) && std::ranges::all_of(text, [](char c) { return letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

std::string at_most(std::size_t longest) { return "must be no more than " + std::to_string(longest) + " characters"; }

constexpr std::string_view kSubdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabel = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view k1035 = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kWildcard = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kNamePart = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr std::string_view kValue = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
constexpr std::string_view kConfigKey = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
constexpr std::string_view kHeader = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
constexpr std::string_view kPercent = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/// "010.1.1.1" without the zeros that inet_pton does not take.
std::string without_leading_zeros(std::string_view text) {
  std::string out;
  bool start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool zero = start && text[i] == '0' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    if (!zero) out += text[i];
    start = zero || text[i] == '.';
  }
  return out;
}

}  // namespace

Messages dns_subdomain(std::string_view text) {
  Messages out;
  if (text.size() > 253) out.push_back(at_most(253));
  if (!is_subdomain(text)) out.emplace_back(kSubdomain);
  return out;
}

Messages dns_label(std::string_view text) {
  Messages out;
  if (text.size() > 63) out.push_back(at_most(63));
  if (!is_label(text)) out.emplace_back(is_subdomain(text) ? "must not contain dots" : kLabel);
  return out;
}

Messages dns_1035_label(std::string_view text) {
  Messages out;
  if (text.size() > 63) out.push_back(at_most(63));
  if (!is_label(text) || text.front() < 'a') out.emplace_back(k1035);
  return out;
}

Messages wildcard_subdomain(std::string_view text) {
  Messages out;
  if (text.size() > 253) out.push_back(at_most(253));
  if (!text.starts_with("*.") || !is_subdomain(text.substr(2))) out.emplace_back(kWildcard);
  return out;
}

Messages qualified_name(std::string_view text) {
  Messages out;
  std::string_view name = text;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) return {"a qualified name " + std::string(kNamePart) + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
    if (slash == 0) out.emplace_back("prefix part must be non-empty");
    else
      for (const std::string& message : dns_subdomain(text.substr(0, slash))) out.push_back("prefix part " + message);
  }
  if (name.empty()) out.emplace_back("name part must be non-empty");
  else if (name.size() > 63) out.push_back("name part " + at_most(63));
  if (!is_name_part(name)) out.push_back("name part " + std::string(kNamePart));
  return out;
}

Messages label_value(std::string_view text) {
  Messages out;
  if (text.size() > 63) out.push_back(at_most(63));
  if (!text.empty() && !is_name_part(text)) out.emplace_back(kValue);
  return out;
}

Messages config_key(std::string_view text) {
  Messages out;
  if (text.size() > 253) out.push_back(at_most(253));
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return letter_or_digit(c) || c == '-' || c == '.' || c == '_'; })) out.emplace_back(kConfigKey);
  if (text == ".") out.emplace_back("must not be '.'");
  else if (text == "..") out.emplace_back("must not be '..'");
  else if (text.starts_with("..")) out.emplace_back("must not start with '..'");
  return out;
}

Messages port_name(std::string_view text) {
  Messages out;
  if (text.size() > 15) out.push_back(at_most(15));
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return lower_or_digit(c) || c == '-'; })) out.emplace_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (std::ranges::none_of(text, [](char c) { return c >= 'a' && c <= 'z'; })) out.emplace_back("must contain at least one letter (a-z)");
  if (text.find("--") != std::string_view::npos) out.emplace_back("must not contain consecutive hyphens");
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) out.emplace_back("must not begin or end with a hyphen");
  return out;
}

Messages port_number(std::int64_t port) { return port >= 1 && port <= 65535 ? Messages{} : Messages{"must be between 1 and 65535, inclusive"}; }

Messages environment_name(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '='; })) return {};
  return {"a valid environment variable name must consist only of printable ASCII characters other than '='"};
}

Messages header_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return letter_or_digit(c) || c == '-'; }) ? Messages{} : Messages{std::string(kHeader)};
}

Messages percentage(std::string_view text) {
  const bool good = text.size() > 1 && text.back() == '%' && std::ranges::all_of(text.substr(0, text.size() - 1), [](char c) { return c >= '0' && c <= '9'; });
  return good ? Messages{} : Messages{std::string(kPercent)};
}

Messages path_segment(std::string_view text) {
  if (text == "." || text == "..") return {"may not be '" + std::string(text) + "'"};
  Messages out;
  if (text.find('/') != std::string_view::npos) out.emplace_back("may not contain '/'");
  if (text.find('%') != std::string_view::npos) out.emplace_back("may not contain '%'");
  return out;
}

Messages user_id(std::int64_t id) { return id >= 0 && id <= 2147483647 ? Messages{} : Messages{"must be between 0 and 2147483647, inclusive"}; }

bool is_sysctl_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  std::string part;
  const auto good = [&] { return !part.empty() && lower_or_digit(part.front()) && lower_or_digit(part.back()); };
  for (const char c : text) {
    if (c == '.' || c == '/') {
      if (!good()) return false;
      part.clear();
    } else if (lower_or_digit(c) || c == '-' || c == '_') {
      part += c;
    } else {
      return false;
    }
  }
  return good();
}

std::optional<Address> parse_address(std::string_view text) {
  Address out;
  const std::string plain(text);
  out.v6 = text.find(':') != std::string_view::npos;
  if (out.v6 ? inet_pton(AF_INET6, plain.c_str(), out.bytes) == 1 : inet_pton(AF_INET, without_leading_zeros(text).c_str(), out.bytes) == 1) return out;
  return std::nullopt;
}

std::optional<AddressRange> parse_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view bits = text.substr(slash + 1);
  if (!address || bits.empty() || bits.size() > 3 || !std::ranges::all_of(bits, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  AddressRange out{*address, std::stoi(std::string(bits))};
  if (out.bits > (address->v6 ? 128 : 32)) return std::nullopt;
  for (int bit = out.bits; bit < 128; ++bit) out.address.bytes[bit / 8] &= static_cast<unsigned char>(~(0x80u >> (bit % 8)));
  return out;
}

bool contains(const AddressRange& range, const Address& address) {
  if (range.address.v6 != address.v6) return false;
  for (int bit = 0; bit < range.bits; ++bit)
    if (((range.address.bytes[bit / 8] ^ address.bytes[bit / 8]) & (0x80u >> (bit % 8))) != 0) return false;
  return true;
}

void check_address(FieldErrors& errors, const Field& field) {
  if (!parse_address(field.text())) errors.invalid(field, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
}

void check_range(FieldErrors& errors, const Field& field) {
  if (!parse_range(field.text())) errors.invalid(field, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
}

void check_usable_address(FieldErrors& errors, const Field& field) {
  const auto address = parse_address(field.text());
  if (!address) return errors.invalid(field, "must be a valid IP address");
  const auto in = [&](std::string_view range) { return contains(*parse_range(range), *address); };
  if (in("0.0.0.0/32") || in("::/128")) errors.invalid(field, "may not be unspecified (" + field.text() + ")");
  if (in("127.0.0.0/8") || in("::1/128")) errors.invalid(field, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  if (in("169.254.0.0/16") || in("fe80::/10")) errors.invalid(field, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  if (in("224.0.0.0/24") || in("ff02::/16")) errors.invalid(field, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
}

void check_port(FieldErrors& errors, const Field& field) {
  if (field && field.json->is_string()) return errors.invalid_each(field, port_name(field.text()));
  for (const std::string& message : port_number(field.number())) errors.invalid_as(field.path, std::to_string(field.number()), message);
}

void check_domain_path(FieldErrors& errors, const Field& field) {
  const std::string text = field.text();
  if (text.empty()) return errors.required(field);
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) return errors.invalid(field, "must be a domain-prefixed path (such as \"acme.io/foo\")");
  for (const std::string& message : dns_subdomain(std::string_view(text).substr(0, slash))) errors.invalid_as(field.path, in_quotes(text.substr(0, slash)), message);
}

}  // namespace akstwin::validation
