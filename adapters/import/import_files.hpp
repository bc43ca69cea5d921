/// From files and folders to what they hold.
#pragma once
#include <string>
#include <vector>

#include "adapters/import/imported.hpp"

namespace akstwin {

/// Reads files, folders and kustomizations. What is wrong with them is in `diagnostics`, errors for what cannot be read and warnings for
/// what is left out; with an error the result is not complete. Secrets' data is never kept.
Imported import_files(ImportKind kind, const std::vector<std::string>& paths, SeriesMeaning meaning, Diagnostics& diagnostics);

}  // namespace akstwin
