#include "scenarios/imports/yaml_text.hpp"

#include <algorithm>
#include <cstdio>

#include "scenarios/notation.hpp"

namespace akstwin {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

bool is_number(const std::string& text) { return parse_real(text).has_value(); }
bool is_word(const std::string& text) {
  static constexpr std::string_view kWords[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~", "True", "False", "Null", "Yes", "No", "On", "Off", "NULL", "TRUE", "FALSE"};
  return std::ranges::find(kWords, text) != std::end(kWords);
}

// A plain scalar may not begin or end like something else.
bool is_plain(const std::string& text) {
  if (text.empty() || text.find_first_of("\n\r\t\"'`{}[]#&*!|>%@,") != std::string::npos) return false;
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':' || text.find(": ") != std::string::npos) return false;
  if (text.front() == '-' || text.front() == '?' || text.front() == ':' || text.front() == '=') return text.size() > 1 && text.front() == '-' && text[1] != ' ' && text[1] != '-';
  return text != "<<";
}

std::string key_text(const std::string& key) { return is_plain(key) && !is_word(key) && !is_number(key) ? key : in_quotes(key); }

bool says_nothing(const YamlNode& node) { return (node.is_map() && node.members.empty()) || (node.is_list() && node.items.empty()); }

std::string leaf(const YamlNode& node) {
  if (node.is_map()) return "{}";
  if (node.is_list()) return "[]";
  return node.is_null() ? "null" : yaml_scalar(node);
}

bool is_leaf(const YamlNode& node) { return node.is_scalar() || node.is_null() || says_nothing(node); }

// NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
void write(const YamlNode& node, int indent, bool first_line_begun, std::string& out) {
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  if (is_leaf(node)) {
    out += (first_line_begun ? "" : pad) + leaf(node) + '\n';
    return;
  }
  if (node.is_list()) {
    for (const YamlNode& item : node.items) {
      out += (first_line_begun ? "" : pad) + "- ";
      first_line_begun = false;
      write(item, indent + 2, true, out);
    }
    return;
  }
  for (const YamlMember& member : node.members) {
    out += (first_line_begun ? "" : pad) + key_text(member.key) + ":";
    first_line_begun = false;
    if (is_leaf(member.value)) {
      out += " " + leaf(member.value) + '\n';
    } else {
      out += '\n';
      write(member.value, indent + 2, false, out);
    }
  }
}

// NOLINTNEXTLINE(misc-no-recursion): the parsers bound the depth of what they read.
void write_json(const YamlNode& node, std::string& out) {
  if (node.is_null()) {
    out += "null";
  } else if (node.is_scalar()) {
    const bool plain = !node.quoted && (node.text == "true" || node.text == "false" ||
                                        (is_number(node.text) && node.text[0] != '+' && node.text[0] != '.' && node.text.back() != '.' && (node.text.size() < 2 || node.text[0] != '0' || node.text[1] == '.')));
    out += plain ? node.text : in_quotes(node.text);
  } else if (node.is_list()) {
    out += '[';
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) out += ',';
      write_json(node.items[i], out);
    }
    out += ']';
  } else {
    out += '{';
    for (std::size_t i = 0; i < node.members.size(); ++i) {
      out += (i > 0 ? "," : "") + in_quotes(node.members[i].key) + ":";
      write_json(node.members[i].value, out);
    }
    out += '}';
  }
}

}  // namespace

std::string yaml_scalar(const YamlNode& node) {
  if (!node.quoted) return is_plain(node.text) || is_number(node.text) ? node.text : in_quotes(node.text);
  return is_plain(node.text) && !is_number(node.text) && !is_word(node.text) ? node.text : in_quotes(node.text);
}

std::string to_yaml(const YamlNode& node, int indent) {
  std::string out;
  write(node, indent, false, out);
  return out;
}

std::string to_json_text(const YamlNode& node) {
  std::string out;
  write_json(node, out);
  return out;
}

}  // namespace akstwin
