/// The tables of models/catalog/data, compiled into the program.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace akstwin {

/// The text of models/catalog/data/NAME.csv, or empty when there is no such table. Valid for the life of the process.
std::string_view embedded_csv(std::string_view name);

/// Rows of a comma-separated text with RFC 4180 quotes, header included; empty lines are left out.
std::vector<std::vector<std::string>> parse_csv(std::string_view text);

}  // namespace akstwin
