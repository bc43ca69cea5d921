/// Times as Kubernetes and Azure write them (RFC 3339), in microseconds since 1970-01-01 UTC.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akstwin {

/// "2026-11-21T14:07:54Z", "2026-11-21T14:07:54.123456+01:00"; nothing for anything else.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);
/// "2026-11-21T14:07:54.123456Z".
std::string rfc3339(std::int64_t unix_us);

}  // namespace akstwin
