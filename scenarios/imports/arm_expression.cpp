#include "scenarios/imports/arm_expression.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "scenarios/notation.hpp"
#include "sim/base/text.hpp"

namespace akstwin {
namespace {

constexpr int kMaxDepth = 24;                // variables that use variables; deeper is a circle

bool is_expression(const YamlNode& node) { return node.is_scalar() && node.text.size() > 2 && node.text.front() == '[' && node.text.back() == ']' && node.text[1] != '['; }

using Value = std::optional<YamlNode>;

/// Evaluates one expression by recursive descent; the depth is bounded.
class Evaluator {
 public:
  Evaluator(std::string_view text, const YamlNode& at, const ArmScope& scope, int depth) : text_(text), at_node_(at), scope_(scope), depth_(depth) {}

  Value run() {
    Value value = expression();
    skip();
    return failed_ || at_ != text_.size() ? std::nullopt : value;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string word() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' || text_[at_] == '-')) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  Value wrong() {
    failed_ = true;
    return std::nullopt;
  }
  YamlNode text(std::string value) const { return text_like(at_node_, std::move(value), true); }
  Value literal() {
    std::string out;
    while (at_ < text_.size()) {
      if (text_[at_] == '\'') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '\'') break;
        ++at_;
      }
      out += text_[at_++];
    }
    return take('\'') ? Value(text(out)) : wrong();
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxDepth.
  Value expression() {
    if (++nesting_ > kMaxDepth) return wrong();
    Value value = primary();
    while (!failed_) {
      if (take('.')) {
        const std::string key = word();
        const YamlNode* found = value ? value->find(key) : nullptr;
        value = found != nullptr ? Value(*found) : std::nullopt;
      } else if (take('[')) {
        const Value index = expression();
        if (!take(']')) return wrong();
        const std::int64_t number = index ? parse_whole(index->text).value_or(-1) : -1;
        const YamlNode* found = value && index && value->is_map() ? value->find(index->text) : nullptr;
        if (value && value->is_list() && number >= 0 && static_cast<std::size_t>(number) < value->items.size()) found = &value->items[static_cast<std::size_t>(number)];
        value = found != nullptr ? Value(*found) : std::nullopt;
      } else {
        break;
      }
    }
    --nesting_;
    return value;
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxDepth.
  Value primary() {
    if (take('\'')) return literal();
    const std::string name = word();
    if (name.empty()) return wrong();
    if (parse_whole(name) || name == "true" || name == "false") return text_like(at_node_, name);
    if (!take('(')) return wrong();
    std::vector<Value> arguments;
    if (!take(')')) {
      do {
        arguments.push_back(expression());
        if (failed_) return std::nullopt;
      } while (take(','));
      if (!take(')')) return wrong();
    }
    return call(lower_case(name), arguments);
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by depth_.
  Value call(const std::string& name, const std::vector<Value>& arguments) {
    const bool known = std::ranges::all_of(arguments, [](const Value& value) { return value.has_value(); });
    if (name == "if" && arguments.size() == 3 && arguments[0]) return arguments[0]->text == "true" || arguments[0]->text == "True" ? arguments[1] : arguments[2];
    if (name == "coalesce") {
      for (const Value& value : arguments)
        if (value && !value->is_null()) return value;
      return std::nullopt;
    }
    if (!known) return std::nullopt;
    if ((name == "parameters" || name == "variables") && arguments.size() == 1) return named(name == "parameters", arguments[0]->text);
    if (name == "concat") return concat(arguments);
    if (name == "format") return format(arguments);
    if ((name == "string" || name == "int" || name == "bool") && arguments.size() == 1) return text_like(at_node_, arguments[0]->text, name == "string");
    if (name == "tolower" && arguments.size() == 1) return text(lower_case(arguments[0]->text));
    if (name == "createarray") {
      YamlNode list = list_like(at_node_);
      for (const Value& value : arguments) list.items.push_back(*value);
      return list;
    }
    if ((name == "equals" || name == "not") && !arguments.empty()) {
      const bool truth = name == "not" ? arguments[0]->text != "true" : arguments.size() == 2 && same_content(*arguments[0], *arguments[1]);
      return text_like(at_node_, truth ? "true" : "false");
    }
    // The last arguments are names: enough to know which subnet or cluster is meant.
    if ((name.ends_with("resourceid")) && !arguments.empty()) return text("/" + arguments.back()->text);
    return std::nullopt;
  }
  // NOLINTNEXTLINE(misc-no-recursion): bounded by depth_.
  Value named(bool parameter, const std::string& name);
  Value concat(const std::vector<Value>& arguments) const {
    std::string joined;
    YamlNode list = list_like(at_node_);
    for (const Value& value : arguments) {
      joined += value->text;
      list.items.insert(list.items.end(), value->items.begin(), value->items.end());
    }
    return !arguments.empty() && arguments[0]->is_list() ? list : text(joined);
  }
  Value format(const std::vector<Value>& arguments) const {
    if (arguments.empty()) return std::nullopt;
    std::string out;
    const std::string& pattern = arguments[0]->text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const std::size_t close = pattern[i] == '{' ? pattern.find('}', i) : std::string::npos;
      const auto index = close == std::string::npos ? std::nullopt : parse_whole(std::string_view(pattern).substr(i + 1, close - i - 1));
      if (!index || *index < 0 || static_cast<std::size_t>(*index) + 1 >= arguments.size()) {
        out += pattern[i];
        continue;
      }
      out += arguments[static_cast<std::size_t>(*index) + 1]->text;
      i = close;
    }
    return text(out);
  }

  std::string_view text_;
  const YamlNode& at_node_;
  const ArmScope& scope_;
  int depth_, nesting_ = 0;
  std::size_t at_ = 0;
  bool failed_ = false;
};

// NOLINTNEXTLINE(misc-no-recursion): bounded by kMaxDepth.
Value resolve(const YamlNode& value, const ArmScope& scope, int depth) {
  if (depth > kMaxDepth) return std::nullopt;
  if (is_expression(value)) return Evaluator(std::string_view(value.text).substr(1, value.text.size() - 2), value, scope, depth).run();
  if (value.is_scalar() && value.text.starts_with("[[")) return text_like(value, value.text.substr(1), true);
  if (value.is_list()) {
    YamlNode list = list_like(value);
    for (const YamlNode& item : value.items)
      if (auto resolved = resolve(item, scope, depth + 1)) list.items.push_back(std::move(*resolved));
    return list;
  }
  if (!value.is_map()) return value;
  YamlNode map = map_like(value);
  for (const YamlMember& member : value.members)
    if (auto resolved = resolve(member.value, scope, depth + 1)) map.members.push_back({member.key, member.line, member.column, std::move(*resolved)});
  return map;
}

Value Evaluator::named(bool parameter, const std::string& name) {
  if (parameter) {
    const YamlNode* found = scope_.parameters.find(name);
    return found != nullptr ? Value(*found) : std::nullopt;
  }
  const YamlNode* found = scope_.variables != nullptr ? scope_.variables->find(name) : nullptr;
  return found != nullptr ? resolve(*found, scope_, depth_ + 4) : std::nullopt;
}

}  // namespace

std::optional<YamlNode> resolve_arm(const YamlNode& value, const ArmScope& scope) { return resolve(value, scope, 0); }

}  // namespace akstwin
