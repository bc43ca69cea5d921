/// Which texts may be names, keys, labels, ports and addresses. Each function gives what is wrong, in upstream's words; nothing: it may be.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "adapters/serve/validation/field_errors.hpp"

namespace akstwin::validation {

Messages dns_subdomain(std::string_view text);            ///< "api.example.com"
Messages dns_label(std::string_view text);                ///< "api-1"
Messages dns_1035_label(std::string_view text);           ///< a label that begins with a letter
Messages wildcard_subdomain(std::string_view text);       ///< "*.example.com"
Messages qualified_name(std::string_view text);           ///< "example.com/name": keys of labels and annotations
Messages label_value(std::string_view text);
Messages config_key(std::string_view text);               ///< of ConfigMaps and Secrets
Messages port_name(std::string_view text);
Messages port_number(std::int64_t port);
Messages environment_name(std::string_view text);
Messages header_name(std::string_view text);
Messages percentage(std::string_view text);
Messages path_segment(std::string_view text);             ///< what can stand in the path of a request
Messages user_id(std::int64_t id);
bool is_sysctl_name(std::string_view text);

/// Addresses as Go's sloppy parser reads them: leading zeros are taken.
struct Address {
  bool v6 = false;
  unsigned char bytes[16] = {};
};
std::optional<Address> parse_address(std::string_view text);
struct AddressRange {
  Address address;                                        ///< masked
  int bits = 0;
};
std::optional<AddressRange> parse_range(std::string_view text);
bool contains(const AddressRange& range, const Address& address);

void check_address(FieldErrors& errors, const Field& field);
void check_range(FieldErrors& errors, const Field& field);
/// Neither loopback nor link-local nor unspecified.
void check_usable_address(FieldErrors& errors, const Field& field);
/// A number or a name of a port; `field` missing: port 0.
void check_port(FieldErrors& errors, const Field& field);
/// "acme.io/foo".
void check_domain_path(FieldErrors& errors, const Field& field);

}  // namespace akstwin::validation
