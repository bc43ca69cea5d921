/// Price lists and lists of sizes and regions: Azure Retail Prices API, CSV files, ARM locations.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "adapters/import/imported.hpp"

namespace akstwin {

/// Whether a JSON or YAML document is an answer of the Retail Prices API, a list of locations or a list of SKUs; counts what is in it.
std::optional<std::string> read_catalogue_document(const YamlNode& document, Imported& out);

/// The same for a CSV file by its header; nothing when the header is unknown.
std::optional<std::string> read_catalogue_csv(std::string_view text, Imported& out);

}  // namespace akstwin
