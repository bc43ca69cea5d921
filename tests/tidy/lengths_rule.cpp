#include <cctype>
#include <regex>

#include "tests/tidy/rules.hpp"

namespace akstwin::tidy {
namespace {

constexpr int kFileLines = 600;
constexpr int kFunctionLines = 70;

enum class Block { Scope, Function, Other };

std::size_t matching_brace(const std::string& code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '{') ++depth;
    if (code[i] == '}' && --depth == 0) return i;
  }
  return code.size();
}

char next_visible(const std::string& code, std::size_t at) {
  while (at < code.size() && std::isspace(static_cast<unsigned char>(code[at])) != 0) ++at;
  return at < code.size() ? code[at] : '\0';
}

/// What a brace opens, judged by the text since the last statement ended.
Block classify(const std::string& head) {
  static const std::regex kTemplate(R"(template\s*<[^<>]*(<[^<>]*>[^<>]*)*>)");
  static const std::regex kScope(R"(^\s*(inline\s+)?(namespace|class|struct|union|extern)\b)");
  static const std::regex kEnum(R"(^\s*enum\b)");
  static const std::regex kLambda(R"(=\s*\[[^\]]*\]\s*(\(|$))");
  static const std::regex kAssigned(R"([^=!<>]=[^=])");
  const std::string plain = std::regex_replace(head, kTemplate, "");
  if (std::regex_search(plain, kEnum)) return Block::Other;
  if (std::regex_search(plain, kScope) && plain.find('(') == std::string::npos) return Block::Scope;
  if (std::regex_search(plain, kLambda)) return Block::Function;
  // "x = {": a table. An '=' inside the parentheses is a default argument, one after `operator` its name.
  const std::string before_parenthesis = plain.substr(0, plain.find('('));
  if (before_parenthesis.find("operator") == std::string::npos && std::regex_search(before_parenthesis + " ", kAssigned)) return Block::Other;
  if (plain.find('(') != std::string::npos) return Block::Function;
  return before_parenthesis.find_first_not_of(" \n\t") == std::string::npos ? Block::Scope : Block::Other;
}

/// `Foo() : a_{1}, b_{2} {`: the braces of members are followed by a comma or by the body.
bool is_member_initialiser(const std::string& code, const std::string& head, std::size_t close) {
  static const std::regex kList(R"(\)\s*(noexcept\s*)?:[^:])");
  if (!std::regex_search(head, kList)) return false;
  const char next = next_visible(code, close + 1);
  return next == ',' || next == '{';
}

}  // namespace

std::vector<FunctionExtent> functions_of(const std::string& code) {
  std::vector<FunctionExtent> functions;
  std::size_t head_begin = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == ';' || code[i] == '}') head_begin = i + 1;
    if (code[i] != '{') continue;
    const std::string head = code.substr(head_begin, i - head_begin);
    const Block block = classify(head);
    if (block == Block::Scope) {
      head_begin = i + 1;
      continue;
    }
    const std::size_t close = matching_brace(code, i);
    if (block == Block::Function && is_member_initialiser(code, head, close)) {
      i = close;
      continue;
    }
    if (block == Block::Function) {
      std::size_t first = head_begin;
      while (first < i && std::isspace(static_cast<unsigned char>(code[first])) != 0) ++first;
      functions.push_back({line_at(code, first), line_at(code, std::min(close, code.size())), code.substr(first, i - first)});
    }
    i = close;
    head_begin = close + 1;
  }
  return functions;
}

Violations check_lengths(const SourceFile& file) {
  Violations violations;
  if (!is_cpp(file.path)) return violations;
  const int lines = static_cast<int>(lines_of(file.text).size());
  if (lines > kFileLines) violations.push_back({file.path, lines, "the file has " + std::to_string(lines) + " lines; 600 is the limit"});
  if (starts_with_folder(file.path, "tests")) return violations;
  for (const auto& function : functions_of(file.code)) {
    const int length = function.last_line - function.first_line + 1;
    if (length > kFunctionLines)
      violations.push_back({file.path, function.first_line, "a function of " + std::to_string(length) + " lines; 70 is the limit"});
  }
  return violations;
}

Violations check_header(const SourceFile& file) {
  Violations violations;
  if (!is_header(file.path)) return violations;
  if (file.text.find("#pragma once") == std::string::npos) violations.push_back({file.path, 1, "no #pragma once"});
  static const std::regex kUsing(R"(\busing\s+namespace\b)");
  const auto functions = functions_of(file.code);
  for (std::sregex_iterator at(file.code.begin(), file.code.end(), kUsing), end; at != end; ++at) {
    const int line = line_at(file.code, static_cast<std::size_t>(at->position()));
    bool inside = false;
    for (const auto& function : functions) inside = inside || (line >= function.first_line && line <= function.last_line);
    if (!inside) violations.push_back({file.path, line, "using namespace at file scope of a header"});
  }
  return violations;
}

}  // namespace akstwin::tidy
