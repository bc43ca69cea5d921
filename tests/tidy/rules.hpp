/// The rules, each a function from one file (and what else it must know) to the places where it does not hold.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/source_tree.hpp"

namespace akstwin::tidy {

using Violations = std::vector<Violation>;
using Paths = std::set<std::string>;

/// Includes point down the layers, name existing files from the root, and third-party headers stay where they belong.
Violations check_includes(const SourceFile& file, const Paths& all_paths);

/// No file is longer than 600 lines, no function longer than 70 (functions of tests are exempt).
Violations check_lengths(const SourceFile& file);

/// Headers begin with #pragma once and do not open namespaces for their users.
Violations check_header(const SourceFile& file);

/// Words that have no place here: notes to self, unseeded or library-dependent randomness, shared or manual ownership,
/// clocks and threads below the adapters, and paths of somebody's machine.
Violations check_words(const SourceFile& file);

/// Links of Markdown pages lead to existing files and headings; documents named in sources exist.
Violations check_links(const SourceFile& file, const std::vector<SourceFile>& tree);

/// Every page below docs/ is linked from another page.
Violations check_orphans(const std::vector<SourceFile>& tree);

/// A function as the scanner sees it.
struct FunctionExtent {
  int first_line = 0, last_line = 0;
  std::string head;
};
std::vector<FunctionExtent> functions_of(const std::string& code);

}  // namespace akstwin::tidy
