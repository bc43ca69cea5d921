#include <algorithm>
#include <regex>

#include "tests/tidy/rules.hpp"

namespace akstwin::tidy {
namespace {

struct Word {
  std::regex pattern;
  std::string why;
  std::vector<std::string> folders;   ///< where it is banned; empty: everywhere
  std::vector<std::string> exempt;    ///< files that need it, with the reason beside it
};

/// Looked for in code, without comments and literals.
const std::vector<Word>& code_words() {
  static const std::vector<std::string> kDeterministic = {"sim", "models", "scenarios", "reports"};
  static const std::vector<Word> kWords = {
      {std::regex(R"(\b(std::)?s?rand\s*\()"), "random numbers come from RngStream", {}, {}},
      {std::regex(R"(\bstd::(random_device|mt19937|\w+_distribution|default_random_engine)\b)"), "differs between libraries; use RngStream", kDeterministic, {}},
      {std::regex(R"(\bstd::hash\b)"), "not stable; use sim/base/hash.hpp", kDeterministic,
       {"sim/base/name.hpp"}},  // lets tables of names look up, never iterate
      {std::regex(R"(\bnew\s+[A-Za-z_(])"), "ownership is by value or unique_ptr", {}, {}},
      {std::regex(R"(\bdelete\s+[A-Za-z_*(]|\bdelete\s*\[)"), "ownership is by value or unique_ptr", {}, {}},
      {std::regex(R"(\bshared_ptr\b)"), "nothing is shared: one owner, references elsewhere", {}, {}},
      {std::regex(R"(\b(malloc|calloc|realloc)\s*\()"), "ownership is by value or unique_ptr", {}, {}},
      {std::regex(R"(\b(system_clock|steady_clock|high_resolution_clock|gettimeofday|clock_gettime)\b)"), "simulated time is the only clock", kDeterministic, {}},
      {std::regex(R"(\b(long double|__float128)\b)"), "differs between machines", kDeterministic, {}},
      {std::regex(R"(\bstatic\s+(?!const\b|constexpr\b|consteval\b|inline\s+const|_assert)[A-Za-z_][\w:<>,\s*&]*[;={])"), "mutable static state", kDeterministic,
       {"sim/base/name.cpp",    // the table of interned names: values, not order, and never forgotten
        "sim/base/check.cpp"}},  // what the dying words say of the run
  };
  return kWords;
}

/// Looked for in everything, comments included.
const std::vector<Word>& text_words() {
  static const std::vector<Word> kWords = {
      {std::regex(R"(\bTODO\b(?!\(#\d+\)))"), "TODO names an issue: TODO(#12)", {}, {}},
      {std::regex(R"(\bFIXME\b|\bXXX\b|\bHACK\b)"), "a note to self; mend it or open an issue", {}, {}},
      {std::regex(R"([Nn]ot (yet )?implemented)"), "say what is left out, or do it", {"sim", "models", "scenarios", "reports", "adapters"}, {}},
      {std::regex(R"((^|[\s"'=(:])/(work|home|root|Users)/\w)"), "a path of somebody's machine", {}, {}},
      {std::regex(R"([ \t]+$)"), "trailing white space", {"sim", "models", "scenarios", "reports", "adapters", "tests", "bench"}, {}},
  };
  return kWords;
}

bool applies(const Word& word, const std::string& path) {
  if (std::find(word.exempt.begin(), word.exempt.end(), path) != word.exempt.end()) return false;
  return word.folders.empty() ||
         std::any_of(word.folders.begin(), word.folders.end(), [&](const auto& folder) { return starts_with_folder(path, folder); });
}

void search(const SourceFile& file, std::string_view text, const std::vector<Word>& words, Violations& violations) {
  std::vector<const Word*> here;
  for (const auto& word : words)
    if (applies(word, file.path)) here.push_back(&word);
  int line = 0;
  for (const auto content : lines_of(text)) {
    ++line;
    for (const Word* word : here) {
      std::match_results<std::string_view::const_iterator> match;
      if (std::regex_search(content.begin(), content.end(), match, word->pattern))
        violations.push_back({file.path, line, match.str().append(": ").append(word->why)});
    }
  }
}

}  // namespace

Violations check_words(const SourceFile& file) {
  Violations violations;
  if (is_cpp(file.path)) search(file, file.code, code_words(), violations);
  // Recorded data is quoted as it is.
  if (!file.path.ends_with(".json")) search(file, file.text, text_words(), violations);
  return violations;
}

}  // namespace akstwin::tidy
