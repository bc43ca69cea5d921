/// What a text file must satisfy before it is parsed: size, encoding, no binary bytes, no tabs as indentation.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "sim/base/diagnostic.hpp"

namespace akstwin {

/// Line `number` (from 1) of `text` without its line break; empty beyond the end.
std::string_view line_at(std::string_view text, int number);

/// The first problem of `text`, if any. A UTF-8 byte order mark is accepted. `tabs_matter`: leading tabs are refused.
std::optional<Diagnostic> check_text(const std::string& file, std::string_view text, std::size_t max_bytes, bool tabs_matter);

}  // namespace akstwin
