/// Base64 as kubeconfig files, Secrets and recordings use it (RFC 4648, with padding).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// White space is skipped; nothing when the text is no base64.
std::optional<std::string> decode_base64(std::string_view text);
std::string encode_base64(std::string_view bytes);
/// The same in the alphabet of URLs and without padding (RFC 4648 section 5).
std::optional<std::string> decode_base64_url(std::string_view text);
std::string encode_base64_url(std::string_view bytes);

}  // namespace akstwin
