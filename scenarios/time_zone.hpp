/// Time zones of the IANA database, as the system keeps them.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "models/spec/workload_spec.hpp"

namespace akstwin {

/// The offsets from UTC of "Europe/Berlin" and the like, since 2000; nothing when the system does not know the name.
std::optional<std::vector<ZoneOffset>> read_time_zone(std::string_view name);
/// Decodes the 64-bit part of a TZif file (RFC 8536); nothing when it is none.
std::optional<std::vector<ZoneOffset>> decode_time_zone(std::string_view bytes);

}  // namespace akstwin
