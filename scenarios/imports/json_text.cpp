#include "scenarios/imports/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

#include "scenarios/text_check.hpp"

namespace akstwin {
namespace {

struct Stop {};

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// A recursive-descent parser; the depth limit bounds the recursion.
class JsonParser {
 public:
  JsonParser(Name file, std::string_view text, const YamlLimits& limits, Diagnostics& diagnostics)
      : file_(file), text_(text), limits_(limits), diagnostics_(diagnostics) {}

  YamlNode document() {
    skip_space();
    YamlNode value = parse_value(0);
    skip_space();
    if (at_ < text_.size()) fail("S004", "text follows after the end of the JSON document", "a .json file holds one document");
    return value;
  }

 private:
  int column() const { return static_cast<int>(at_ - line_start_) + 1; }
  [[noreturn]] void fail(std::string code, std::string message, std::string hint) {
    diagnostics_.add({Severity::Error, std::move(code), {file_.str(), line_, column(), 1}, std::move(message), std::move(hint)});
    throw Stop{};
  }
  [[noreturn]] void not_json(const std::string& wanted) { fail("S004", "this is not JSON: " + wanted + " is expected here", "is a comma, a quote or a bracket missing just before this place?"); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      } else if (c != ' ' && c != '\t' && c != '\r') {
        return;
      }
    }
  }
  YamlNode node(YamlNode::Kind kind) {
    if (++nodes_ > limits_.nodes) fail("S002", "the file holds more than " + std::to_string(limits_.nodes) + " values", "split the file");
    YamlNode made;
    made.kind = kind;
    made.file = file_;
    made.line = line_;
    made.column = column();
    return made;
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits_.depth.
  YamlNode parse_value(int depth) {
    if (depth > limits_.depth) fail("S007", "values are nested more than " + std::to_string(limits_.depth) + " deep", "no known document needs that");
    switch (peek()) {
      case '{': return parse_object(depth);
      case '[': return parse_array(depth);
      case '"': {
        YamlNode made = node(YamlNode::Kind::Scalar);
        made.text = parse_string();
        made.quoted = true;
        made.length = static_cast<int>(std::clamp<std::size_t>(made.text.size() + 2, 1, 60));
        return made;
      }
      default: return parse_word();
    }
  }
  YamlNode parse_word() {
    YamlNode made = node(YamlNode::Kind::Scalar);
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '-' || text_[at_] == '+' || text_[at_] == '.')) ++at_;
    made.text = std::string(text_.substr(begin, at_ - begin));
    made.length = static_cast<int>(std::clamp<std::size_t>(made.text.size(), 1, 60));
    if (made.text == "null") {
      made.kind = YamlNode::Kind::Null;
      made.text.clear();
      return made;
    }
    const bool number = !made.text.empty() && (std::isdigit(static_cast<unsigned char>(made.text[0])) != 0 || (made.text[0] == '-' && made.text.size() > 1)) &&
                        made.text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (!number && made.text != "true" && made.text != "false") {
      at_ = begin;
      not_json("a value");
    }
    return made;
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits_.depth.
  YamlNode parse_array(int depth) {
    YamlNode list = node(YamlNode::Kind::List);
    ++at_;
    skip_space();
    if (peek() == ']') return ++at_, list;
    while (true) {
      list.items.push_back(parse_value(depth + 1));
      skip_space();
      const char c = peek();
      if (c != ',' && c != ']') not_json("',' or ']'");
      ++at_;
      if (c == ']') return list;
      skip_space();
    }
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits_.depth.
  YamlNode parse_object(int depth) {
    YamlNode map = node(YamlNode::Kind::Map);
    std::set<std::string, std::less<>> keys;
    ++at_;
    skip_space();
    if (peek() == '}') return ++at_, map;
    while (true) {
      if (peek() != '"') not_json("a quoted key");
      YamlMember member{{}, line_, column(), {}};
      member.key = parse_string();
      if (!keys.insert(member.key).second) {
        diagnostics_.add({Severity::Error, "S005", {file_.str(), member.line, member.column, 1}, "the key '" + member.key.substr(0, 60) + "' is written twice in one object", "remove one"});
        throw Stop{};
      }
      skip_space();
      if (peek() != ':') not_json("':'");
      ++at_;
      skip_space();
      member.value = parse_value(depth + 1);
      map.members.push_back(std::move(member));
      skip_space();
      const char c = peek();
      if (c != ',' && c != '}') not_json("',' or '}'");
      ++at_;
      if (c == '}') return map;
      skip_space();
    }
  }
  std::uint32_t parse_hex() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) not_json("four hexadecimal digits");
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    return code;
  }
  void parse_escape(std::string& out) {
    static constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (const std::size_t simple = kFrom.find(c); c != '\0' && simple != std::string_view::npos) {
      out += kTo[simple];
      return;
    }
    if (c != 'u') not_json("an escape such as \\n or \\u00e4");
    std::uint32_t code = parse_hex();
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const std::uint32_t low = parse_hex();
      code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
    }
    append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  }
  std::string parse_string() {
    std::string out;
    for (++at_; at_ < text_.size();) {
      const char c = text_[at_];
      if (c == '"') return ++at_, out;
      if (static_cast<unsigned char>(c) < 0x20) not_json("the closing quote");
      ++at_;
      if (c == '\\') {
        parse_escape(out);
      } else {
        out += c;
      }
    }
    not_json("the closing quote");
  }

  Name file_;
  std::string_view text_;
  const YamlLimits& limits_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0, line_start_ = 0, nodes_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<YamlNode> parse_json(const std::string& file, std::string_view text, const YamlLimits& limits, Diagnostics& diagnostics) {
  if (const auto problem = check_text(file, text, limits.bytes, false)) {
    diagnostics.add(*problem);
    return {};
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  JsonParser parser(Name(file), text, limits, diagnostics);
  std::vector<YamlNode> documents;
  try {
    documents.push_back(parser.document());
  } catch (const Stop&) {
    // Reported where it was found.
  }
  return documents;
}

std::vector<YamlNode> parse_document(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  return file.ends_with(".json") ? parse_json(file, text, kJsonLimits, diagnostics) : parse_yaml(file, text, kManifestLimits, diagnostics);
}

std::size_t document_bytes(std::string_view file) { return file.ends_with(".json") ? kJsonLimits.bytes : kManifestLimits.bytes; }

bool holds_secret(std::string_view text) {
  for (std::size_t at = text.find("Secret"); at != std::string_view::npos; at = text.find("Secret", at + 1)) {
    const std::string_view before = text.substr(0, at);
    const std::size_t last = before.find_last_not_of(" \t\"'");
    const char next = at + 6 < text.size() ? text[at + 6] : '\n';
    if (last != std::string_view::npos && before[last] == ':' && (next == '\n' || next == '\r' || next == '"' || next == '\'' || next == ' ' || next == ',' || next == '}')) return true;
  }
  return false;
}

}  // namespace akstwin
